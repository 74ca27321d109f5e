"""A job of Container Apps, started and looked at through the official client: nothing of it is a reading.

Resource Manager tells the state of an execution, and of its containers' exit codes at most what it chose to keep
(`detailedStatus`): what a run came to, only its evidence says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from azure.core.credentials import TokenCredential
from azure.core.exceptions import AzureError, HttpResponseError

from assurance.environment import Environment
from assurance.errors import BrokenReading, NotEvaluated
from assurance.world.azure.clients import transport_of
from assurance.world.azure.refusals import said_in

if TYPE_CHECKING:
    from azure.mgmt.appcontainers import ContainerAppsAPIClient
    from azure.mgmt.appcontainers.models import JobExecution

ENDED = frozenset({"Succeeded", "Failed", "Stopped"})
MAX_REASON_CHARACTERS = 200
RETRIES = 3
# What an answer may say that the next one does not.
PASSING = frozenset(
    {
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)


class Passing(NotEvaluated):
    """Something stood in the way that may be gone at the next look."""


class Missing(NotEvaluated):
    """What was asked for is not there."""


@dataclass(frozen=True, slots=True)
class Look:
    """What an execution was seen to be.

    Attributes:
        status: Its state, as Azure names it: `Running`, `Succeeded`, `Failed`, ...
        has_ended: Whether that is final.
        told: What Azure says of it beside that: reason, message, exit codes of containers; empty for nothing.
    """

    status: str
    has_ended: bool
    told: str


class ContainerAppsJob:
    """One job.

    Args:
        client: The official client.
        resource_group: Its resource group.
        name: Its name.
    """

    def __init__(self, client: ContainerAppsAPIClient, resource_group: str, name: str) -> None:
        self._client = client
        self._resource_group = resource_group
        self._name = name

    def __str__(self) -> str:
        return self._name

    def longest_seconds(self) -> int:
        """Return how long an execution may run.

        Raises:
            NotEvaluated: There is no such job, or it cannot be read.
        """
        with _asking(f"the job {self}"):
            job = self._client.jobs.get(self._resource_group, self._name)
        if job.properties is None or job.properties.configuration is None:
            raise BrokenReading(f"The job {self} has no configuration.")
        return int(job.properties.configuration.replica_timeout)

    def start(self, longest_seconds: float, interval_seconds: float) -> str:
        """Start it as it is configured, once, and return the execution's name.

        Args:
            longest_seconds: How long the name is waited for, where Azure answers that it will come.
            interval_seconds: From one such question to the next, where Azure names no time.

        Raises:
            NotEvaluated: It cannot be started, or its execution was not named.
        """
        # Nothing is sent again: a start whose answer was lost may have been one.
        with _asking(f"the start of {self}"):
            poller = self._client.jobs.begin_start(
                self._resource_group, self._name, retry_total=0, polling_interval=interval_seconds
            )
        try:
            poller.wait(longest_seconds)
            name = poller.result().name if poller.done() else None
        except (AzureError, ValueError, NotEvaluated) as error:
            raise self._unnamed(str(error)) from error
        if not name:
            raise self._unnamed("no name came")
        return name

    def _unnamed(self, reason: str) -> NotEvaluated:
        named = f"--name {self._name} --resource-group {self._resource_group}"
        return NotEvaluated(
            f"The start of {self} was accepted, but which execution it is was not told: {_short(reason)}.",
            f"Find it by `az containerapp job execution list {named}`, and give it by --execution.",
        )

    def look(self, execution: str) -> Look:
        """Return what an execution is now.

        Raises:
            Missing: There is no such execution.
            Passing: Nothing was told that holds.
            NotEvaluated: It cannot be read.
        """
        with _asking(f"the execution {execution}"):
            # Who looks again and again needs no second attempt at one look.
            seen = self._client.job_execution(self._resource_group, self._name, execution, retry_total=0)
        if seen.properties is None or seen.properties.status is None:
            raise BrokenReading(f"The execution {execution} tells no state.")
        status = str.__str__(seen.properties.status)  # a member of an enumeration of texts stands for its text
        return Look(status, status in ENDED, "; ".join(_told(seen, seen.properties.end_time)))


def job_of(environment: Environment, name: str, credential: TokenCredential) -> ContainerAppsJob:
    """Return a job beside the environment's application; nothing is asked yet."""
    # The client costs a second to import: only where a job is started.
    from azure.mgmt.appcontainers import ContainerAppsAPIClient

    resource_manager = environment.cloud.resource_manager.rstrip("/")
    client = ContainerAppsAPIClient(
        credential,
        environment.subscription_id,
        base_url=resource_manager,
        credential_scopes=[f"{resource_manager}/.default"],
        transport=transport_of(environment.cloud.ca_bundle),
        retry_total=RETRIES,
    )
    return ContainerAppsJob(client, environment.group_of(environment.container_apps.resource_group), name)


def _told(seen: JobExecution, ended: datetime | None) -> Iterator[str]:
    properties = seen.properties
    if properties is None:
        return
    yield from (_short(text) for text in (properties.reason, properties.message) if text)
    replicas = properties.detailed_status.replicas if properties.detailed_status is not None else None
    for replica in replicas or ():
        for container in replica.containers or ():
            if container.code is not None:
                yield f"container {container.name} exited with {container.code}"
    if ended is not None:
        yield f"ended at {ended:%Y-%m-%d %H:%M:%S} UTC"


@contextmanager
def _asking(what: str) -> Iterator[None]:
    """Tell what stands in the way in one sentence.

    Raises:
        NotEvaluated: Azure refused, did not answer, or nobody could be signed in.
    """
    try:
        yield
    except HttpResponseError as error:
        sentence = f"Azure answered {error.status_code} {_code(error)} to {what}."
        match error.status_code:
            case HTTPStatus.NOT_FOUND:
                raise Missing(sentence, "Correct [container_apps] of the environment file, or --execution.") from error
            case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
                remedy = "Sign in as who has the role Container Apps Jobs Operator on the job."
                raise NotEvaluated(sentence, remedy) from error
            case status if status in PASSING:
                raise Passing(sentence, "Run again; if it stays, ask Azure.") from error
            case _:
                raise NotEvaluated(sentence, "See what the service says of this code.") from error
    except AzureError as error:
        raise Passing(
            f"No answer to {what}: {_short(str(error))}.", "See that the network lets you through."
        ) from error


def _code(error: HttpResponseError) -> str:
    # azure-core types what it wraps too narrowly: every response of a pipeline has its text.
    text: Callable[[], str] | None = getattr(error.response, "text", None)
    return said_in(text().encode() if text is not None else b"").shown


def _short(text: str) -> str:
    return " ".join(text.split())[:MAX_REASON_CHARACTERS].rstrip(".")
