"""The questions behind a snapshot, as a tape has them, asked again another night through the official clients."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

from assurance.drift.normalise import noise
from assurance.environment import Environment
from assurance.errors import NotEvaluated
from assurance.estate import Estate
from assurance.estate.resources.questions import Documents
from assurance.tape import Reading, Tape, key_of
from assurance.tape.redaction import Redactor
from assurance.world.azure import reader
from assurance.world.azure.clients import AzureClients
from assurance.world.azure.credential import StaticToken
from assurance.world.azure.document import Document
from assurance.world.azure.response import getting, listing

Api = Literal["resource_manager", "key_vault"]
Shape = Literal["one", "list"]
INVENTORY = re.compile(r"/subscriptions/[^/]+/resourcegroups/[^/]+/resources", re.I)


@dataclass(frozen=True, slots=True, order=True)
class Question:
    """One GET of Azure Resource Manager, or of the key vault's list of names.

    Attributes:
        path: Its path.
        query: Its query, api-version included.
        api: Whom it is for.
        shape: Whether the answer is one thing, or a list over pages.
    """

    path: str
    query: str
    api: Api
    shape: Shape

    @property
    def url(self) -> str:
        """Path and query."""
        return f"{self.path}?{self.query}" if self.query else self.path

    @property
    def is_inventory(self) -> bool:
        """Whether it is the plain list of all resources of a group, which holds little of each."""
        return INVENTORY.fullmatch(self.path) is not None

    @property
    def preference(self) -> tuple[bool, bool, str]:
        """What tells of several questions about one resource which one counts: the fullest answer first."""
        return self.is_inventory, self.shape == "list", self.url


def questions_of(readings: Iterable[Reading]) -> tuple[Question, ...]:
    """Return the questions that readings answer and that can be asked again, each once, sorted.

    Left out are later pages of lists, what was not asked of Azure Resource Manager or Key Vault by a signed GET,
    what is about events, and what the world did not answer.
    """
    questions = {question for reading in readings if (question := _question(reading)) is not None}
    return tuple(sorted(questions))


def _question(reading: Reading) -> Question | None:
    method, _, url = reading.question.partition(" ")
    if reading.kind != "http" or method != "GET" or reading.status not in {HTTPStatus.OK, HTTPStatus.NOT_FOUND}:
        return None
    parts = urlsplit(url)
    query = urlencode(sorted(parse_qsl(parts.query, keep_blank_values=True)))
    api = _api(reading.key, parts.path, query)
    if api is None or reading.page not in {None, 1} or noise().is_event(_type(parts.path)):
        return None
    return Question(parts.path, parts.query, api, "list" if reading.page == 1 else "one")


def _type(path: str) -> str:
    """Return the type that a path of Azure Resource Manager is about, in lower case; empty for a scope."""
    parts = [part.casefold() for part in path.split("/") if part]
    if "providers" not in parts:
        return ""
    own = parts[len(parts) - parts[::-1].index("providers") :]
    return "/".join([*own[:1], *own[1::2]])


def _api(key: str, path: str, query: str) -> Api | None:
    """Return whom a reading was asked of: its key says so, as the transport makes it; None for anybody else."""
    apis: tuple[Api, ...] = ("resource_manager", "key_vault")
    return next((api for api in apis if key_of("GET", api, path, query, "signed", "") == key), None)


@dataclass(frozen=True, slots=True)
class Answer:
    """What Azure answered to one question.

    Attributes:
        documents: What it told of; none where it said that there is nothing.
        readings: Keys of the readings that hold it.
        refusal: Why it did not answer; None if it did.
    """

    documents: tuple[Document, ...]
    readings: tuple[str, ...]
    refusal: NotEvaluated | None = None


class Asker:
    """Asks questions of one environment's Azure.

    Args:
        clients: The clients, over the tape's transport.
        environment: What is declared: its key vault, if it has one, is asked for the names of its secrets.
    """

    def __init__(self, clients: AzureClients, environment: Environment) -> None:
        self._clients = clients
        vaults = (service.fqdn for service in environment.services.values() if service.kind == "key_vault")
        self._vault_host = next(vaults, None)

    def ask(self, question: Question) -> Answer:
        """Return the answer; a refusal is part of it, and nobody is asked twice."""
        try:
            documents, readings = self._documents(question)
        except NotEvaluated as refusal:
            return Answer((), refusal.readings, refusal)
        return Answer(documents, readings)

    def _documents(self, question: Question) -> tuple[tuple[Document, ...], tuple[str, ...]]:
        if question.api == "key_vault":
            if self._vault_host is None:
                reason = "The baseline knows a key vault's secrets, and the environment file declares no key vault."
                raise NotEvaluated(reason, "Declare it in [services], or approve a new baseline.")
            secrets = self._clients.secrets(self._vault_host)
            documents, readings = reader.list_all(secrets.list_properties_of_secrets)
            return documents or (), readings
        client = self._clients.management("resources")
        if question.shape == "list":
            documents, readings = reader.list_all(listing(client, question.url))
            return documents or (), readings
        document, readings = reader.get(getting(client, question.url))
        if document is None:
            return (), readings
        # A few lists come in one piece, to a plain question.
        return (document,) if document.value("value") is None else document.required_items("value"), readings


def replaying(environment: Environment, tape: Tape) -> Asker:
    """Return what asks a run's tape, and nobody else."""
    redactor = Redactor(salt=f"{environment.subscription_id}/{environment.name}")
    clients = AzureClients(environment, tape, redactor, StaticToken("replayed"))
    return Asker(clients, environment)


def inventory(estate: Estate) -> tuple[Documents, Documents]:
    """Return all resources of the environment's resource group, and all role assignments that reach into it.

    Raises:
        NotEvaluated: Azure did not say.
    """
    resources = _read(estate, "resources", "resources", "list_by_resource_group")
    assignments = _read(estate, "authorization", "role_assignments", "list_for_resource_group")
    return resources, assignments


def _read(estate: Estate, client: str, operations: str, name: str) -> Documents:
    """Return one list; not through `Questions.listing`, since a plain list holds resources without properties."""
    operation = estate.questions.operation(client, operations, name)

    def read() -> Documents:
        documents, readings = reader.list_all(operation(), estate.environment.resource_group)
        if documents is None:
            raise NotEvaluated(f"Azure has no list of {operation}.", "Check resource_group.", readings)
        return documents, readings

    return estate.questions.once(("inventory", name), read)
