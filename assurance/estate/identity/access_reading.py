"""Reads what the application's identities may do: role and deny assignments, definitions.

Whether it administers a SQL server.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from assurance.errors import BrokenReading, NotEvaluated
from assurance.estate.deployment.container_apps import read_container_app
from assurance.estate.estate import Estate, read_once
from assurance.estate.identity.access import Access
from assurance.estate.identity.identity import Holding, ManagedIdentity, read_identity, role_of
from assurance.estate.resources.questions import Questions
from assurance.estate.resources.resource import listed, listed_within, name_of, resource_group_of, same_id
from assurance.verdicts import Fact
from assurance.world.azure import reader
from assurance.world.azure.document import Document

Named = tuple[str, str | None]
"""An identity as the application names it (its id, or in words), and its object id; None where Azure does not tell."""


@read_once
def read_access(estate: Estate) -> Access:
    """Return what all identities of the application may do, groups that they are in included."""
    identity = read_identity(estate)
    others: tuple[Named, ...] = ()
    unread = None
    try:
        others = tuple(
            assigned for assigned in read_container_app(estate).identities() if not same_id(assigned[0], identity.id)
        )
    except NotEvaluated as error:
        unread = error
    return _AccessReader(estate.questions, estate.subscription_id).read(identity, others, unread)


class _AccessReader:
    """Reads the access of one application in one subscription."""

    def __init__(self, questions: Questions, subscription_id: str) -> None:
        self._questions = questions
        self._subscription_id = subscription_id
        self._definitions: dict[str, Document] = {}
        self._definition_readings: dict[str, tuple[str, ...]] = {}
        self._refusals: dict[str, NotEvaluated] = {}

    def read(self, identity: ManagedIdentity, others: Iterable[Named], unread: NotEvaluated | None) -> Access:
        """Return what the declared identity and the application's others may do, groups that they are in included.

        Args:
            identity: The declared one.
            others: The application's other identities.
            unread: Why those could not be read; None if they were.
        """
        principal = identity.principal_id
        if principal is None:
            nothing = Holding(identity.id, "", (), ())
            return Access(identity, nothing, (), {}, {}, identity.readings, {}, None, (), unread)
        holding = self._holding(identity.id, principal)
        denials, denial_readings, denials_unread = self._denials(principal)
        holdings: list[Holding] = []
        for name, object_id in others:
            try:
                holdings.append(self._holding(name, object_id or self._principal_of(name)))
            except NotEvaluated as error:
                unread = unread or error
        for each in (holding, *holdings):
            self._read_definitions(each)
        return Access(
            identity,
            holding,
            denials,
            self._definitions,
            self._definition_readings,
            identity.readings + holding.readings + denial_readings,
            self._refusals,
            denials_unread,
            tuple(holdings),
            unread,
        )

    def _denials(self, principal: str) -> tuple[tuple[Document, ...], tuple[str, ...], NotEvaluated | None]:
        """Return the deny assignments, or why they cannot be read: what the identity holds is known all the same."""
        operation = self._questions.operation("authorization", "deny_assignments", "list")
        everything = f"assignedTo('{principal}')"
        try:
            return *self._questions.listing(operation, self._subscription_id, filter=everything), None
        except NotEvaluated as error:
            return (), error.readings, error

    def _holding(self, name: str, principal: str) -> Holding:
        operation = self._questions.operation("authorization", "role_assignments", "list_for_subscription")
        everything = f"assignedTo('{principal}')"
        assignments, readings = self._questions.listing(operation, self._subscription_id, filter=everything)
        return Holding(name, principal, assignments, readings)

    def _principal_of(self, identity_id: str) -> str:
        """Return the object id of a user-assigned identity that the application names without it."""
        operation = self._questions.operation("managed_identity", "user_assigned_identities", "get", identity_id)
        arguments = (resource_group_of(identity_id), name_of(identity_id))
        document, readings = self._questions.nested(operation, identity_id, *arguments)
        if document is None:
            raise NotEvaluated(
                f"The application has the identity {identity_id}, which Azure does not find.",
                "Remove it from the application, or grant the suite's identity Reader where it is.",
                readings,
            )
        return document.required_text("properties", "principalId")

    def _read_definitions(self, holding: Holding) -> None:
        for role_id in sorted({role_of(assignment) for assignment in holding.own()} - self._definition_readings.keys()):
            try:
                self._read_definition(role_id)
            except NotEvaluated as error:
                self._definition_readings[role_id] = error.readings
                self._refusals[role_id] = error

    def _read_definition(self, role_id: str) -> None:
        operation = self._questions.operation("authorization", "role_definitions", "get_by_id")
        full_id = f"{self._subscription_id}/providers/Microsoft.Authorization/roleDefinitions/{role_id}"
        definition, self._definition_readings[role_id] = reader.get(operation(), full_id)
        if definition is None:
            return
        if name_of(definition.id).casefold() != role_id:
            reason = f"Azure was asked for role {role_id} and answered with {definition.id}."
            raise BrokenReading(reason, "Look at the reading.", definition.readings)
        role_definition = listed_within(self._subscription_id, (definition,))[0]
        role_definition.required_items("properties", "permissions")
        self._definitions[role_id] = role_definition


@dataclass(frozen=True, slots=True)
class SqlAdministrators:
    """Who administers a SQL server by Microsoft Entra.

    Attributes:
        server_id: The server.
        documents: Its administrators.
        readings: Keys of the readings that say so.
    """

    server_id: str
    documents: tuple[Document, ...]
    readings: tuple[str, ...]

    def are_none_of(self, access: Access) -> Fact:
        """Whether no identity of the application, and no group that it is known to be in, administers the server.

        Azure Resource Manager does not tell who is in a group: of one that has no role, membership stays unknown, and
        the observation names the administrator. An identity stands there by its object id or by its client id.

        Raises:
            NotEvaluated: No administrator is known to be the application, and not all could be read; or Azure lists no
                role assignment at all, by which groups would be known.
        """
        holdings = (access.holding, *access.others)
        ids = {holding.principal_id.casefold() for holding in holdings} | {
            (access.identity.client_id or "unknown").casefold()
        }
        ids |= frozenset().union(*(holding.groups() for holding in holdings))
        logins = [
            _login(document)
            for document in self.documents
            if (document.text("properties", "sid") or "none").casefold() in ids
        ]
        observed = f"administrators: {listed(_login(document) for document in self.documents)}"
        if logins:
            observed = f"the application administers the server, as {listed(logins)}"
        if not logins:
            access.require_assignments()
        if not logins and access.unread is not None:
            raise access.unread.again()
        expected = "no identity of the application is the server's administrator"
        remedy = (
            f"az sql server ad-admin update --server-name {name_of(self.server_id)} with a group of administrators, "
            "and give the identity a user and roles in the database (CREATE USER ... FROM EXTERNAL PROVIDER)."
        )
        cited = tuple(dict.fromkeys((*self.readings, *access.readings)))
        return Fact(not logins, expected, observed, self.server_id, cited, remedy if logins else "")


@read_once
def read_sql_administrators(estate: Estate, service: str) -> SqlAdministrators:
    """Return who administers a declared SQL server, by its key in the environment file."""
    server_id = estate.service_id(service)
    operation = estate.questions.operation("sql", "server_azure_ad_administrators", "list_by_server", server_id)
    documents, readings = estate.questions.children(
        operation, server_id, resource_group_of(server_id), name_of(server_id)
    )
    return SqlAdministrators(server_id, documents or (), readings)


def _login(administrator: Document) -> str:
    return administrator.text("properties", "login") or administrator.text("properties", "sid") or "one without a name"
