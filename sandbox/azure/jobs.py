"""The stand-in for jobs of Container Apps: started by a POST, their executions looked at by name.

What it answers follows the reference of Microsoft.App: "Jobs - Start" (200 with the execution's name and id, or 202 and
a Location that answers the same later), "Job Execution" and its list (`properties.status`, `startTime`, `endTime`).
"""

from __future__ import annotations

import secrets
import string
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from sandbox.azure import errors as arm_errors
from sandbox.azure.azure_estate import AzureEstate, Resource
from sandbox.azure.resource_ids import ResourcePath, normalized
from sandbox.network.http_server import Answer, Request

API_VERSION = "2026-07-01"
_LETTERS = string.ascii_lowercase + string.digits


@dataclass
class Execution:
    """One execution.

    Attributes:
        id: Its id.
        statuses: Its states, one for each time that it is looked at; the last one stays.
        started: When it was started.
        details: What Azure tells of it beside that: `reason`, `message`, `detailedStatus`.
    """

    id: str
    statuses: list[str]
    started: datetime
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its name."""
        return self.id.rpartition("/")[2]

    def look(self) -> Resource:
        """Return what Azure tells of it, and let it go on."""
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        properties = {"status": status, "startTime": f"{self.started:%Y-%m-%dT%H:%M:%SZ}", **self.details}
        if status in {"Succeeded", "Failed", "Stopped"}:
            properties["endTime"] = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        return {"id": self.id, "name": self.name, "type": "Microsoft.App/jobs/executions", "properties": properties}


class ContainerAppsJobs:
    """Starts the jobs of an estate.

    Attributes:
        statuses: The states of the next execution that is started.
        details: What Azure tells of it beside its state.
        comes_later: Whether a start is answered with 202, and the execution's name at its Location.
        on_start: What the container does when it is started; it gets the execution's name.
        executions: The executions, by their ids in lower case.
    """

    def __init__(self, estate: AzureEstate) -> None:
        self._estate = estate
        self.statuses: Sequence[str] = ("Running", "Succeeded")
        self.details: dict[str, Any] = {}
        self.comes_later = False
        self.on_start: Callable[[str], None] = _nothing
        self.executions: dict[str, Execution] = {}
        self._operations: dict[str, list[Answer]] = {}
        self._lock = threading.Lock()

    def add(self, name: str, replica_timeout: int = 1800) -> str:
        """Put a job into the estate, and return its id."""
        group = self._estate.parameters["resource_group_id"]
        job_id = f"{group}/providers/Microsoft.App/jobs/{name}"
        environment = f"cae-apex-{self._estate.parameters['environment']}"
        configuration = {
            "triggerType": "Manual",
            "replicaTimeout": replica_timeout,
            "replicaRetryLimit": 0,
            "manualTriggerConfig": {"parallelism": 1, "replicaCompletionCount": 1},
        }
        self._estate.resources[normalized(job_id)] = {
            "id": job_id,
            "name": name,
            "type": "Microsoft.App/jobs",
            "location": self._estate.parameters["location"],
            "properties": {
                "provisioningState": "Succeeded",
                "environmentId": f"{group}/providers/Microsoft.App/managedEnvironments/{environment}",
                "configuration": configuration,
                "template": {"containers": [{"name": "apex-assurance", "image": "apexacr.azurecr.io/apex-assurance"}]},
            },
        }
        return job_id

    def starts(self, request: Request) -> bool:
        """Tell whether a request starts a job."""
        return request.method == "POST" and _within_job(request.path) == "start"

    def serves(self, path: str) -> bool:
        """Tell whether a path is one of executions, or of an operation that was begun here."""
        return bool(_within_job(path)) or normalized(path) in self._operations

    def answer(self, request: Request) -> Answer:
        """Return the answer to one request.

        Raises:
            ArmError: There is no such job or execution.
        """
        with self._lock:
            if answers := self._operations.get(normalized(request.path)):
                return answers.pop(0) if len(answers) > 1 else answers[0]
            path = ResourcePath.parse(request.path)
            job = self._estate.resources.get(path.parent)
            if job is None:
                raise arm_errors.resource_not_found(ResourcePath.parse(path.parent))
            if self.starts(request):
                return self._start(str(job["id"]), request.headers.get("Host", ""))
            if path.is_collection:
                executions = [
                    execution.look() for key, execution in self.executions.items() if key.startswith(f"{path.parent}/")
                ]
                return Answer.of_json(HTTPStatus.OK, {"value": executions, "nextLink": None})
            execution = self.executions.get(normalized(request.path))
            if execution is None:
                message = f"The job execution '{path.names[-1]}' was not found."
                raise arm_errors.ArmError(HTTPStatus.NOT_FOUND, "JobExecutionNotFound", message)
            return Answer.of_json(HTTPStatus.OK, execution.look())

    def _start(self, job_id: str, host: str) -> Answer:
        name = f"{job_id.rpartition('/')[2]}-{''.join(secrets.choice(_LETTERS) for _ in range(7))}"
        now, execution_id = datetime.now(UTC), f"{job_id}/executions/{name}"
        execution = Execution(execution_id, list(self.statuses), now, dict(self.details))
        self.executions[normalized(execution_id)] = execution
        self.on_start(name)
        answer = Answer.of_json(HTTPStatus.OK, {"id": execution_id, "name": name})
        if not self.comes_later:
            return answer
        subscription, location = self._estate.parameters["subscription_id"], self._estate.parameters["location"]
        path = f"/subscriptions/{subscription}/providers/Microsoft.App/locations/{location}/operationResults/{uuid4()}"
        headers = {"Location": f"https://{host}{path}?api-version={API_VERSION}", "Retry-After": "0"}
        waiting = Answer(HTTPStatus.ACCEPTED, headers=headers)
        self._operations[normalized(path)] = [waiting, answer]
        return waiting


def _within_job(path: str) -> str:
    """Return what of a job a path is: `start` or `executions`; empty for a path of something else."""
    parsed = ResourcePath.parse(path)
    is_of_job = parsed.namespace == "microsoft.app" and parsed.types[:1] == ("jobs",) and len(parsed.types) == 2
    return parsed.types[1] if is_of_job and parsed.types[1] in {"start", "executions"} else ""


def _nothing(_execution: str) -> None:
    """Do nothing."""
