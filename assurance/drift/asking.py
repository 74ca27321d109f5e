"""Asks the questions of a snapshot, through the official clients and the tape: nothing is read twice in a run."""

from __future__ import annotations

from dataclasses import dataclass

from assurance.drift.questions import Question
from assurance.environment import Environment
from assurance.errors import NotEvaluated
from assurance.tape import Tape
from assurance.tape.redaction import Redactor
from assurance.world.azure import reader
from assurance.world.azure.clients import AzureClients
from assurance.world.azure.credential import StaticToken
from assurance.world.azure.document import Document
from assurance.world.azure.plain_requests import getting, listing


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
            found, readings = reader.list_all(secrets.list_properties_of_secrets)
            return found or (), readings
        client = self._clients.management("resources")
        if question.shape == "list":
            found, readings = reader.list_all(listing(client, question.url))
            return found or (), readings
        one, readings = reader.get(getting(client, question.url))
        if one is None:
            return (), readings
        # A few lists come in one piece, to a plain question.
        return (one,) if one.value("value") is None else one.required_items("value"), readings


def replaying(environment: Environment, tape: Tape) -> Asker:
    """Return what asks a run's tape, and nobody else."""
    redactor = Redactor(salt=f"{environment.subscription_id}/{environment.name}")
    clients = AzureClients(environment, tape, redactor, StaticToken("replayed"))
    return Asker(clients, environment)
