"""Reads what an identity may do: its role assignments, deny assignments, and the definitions of its roles."""

from __future__ import annotations

from assurance.errors import BrokenReading, NotEvaluated
from assurance.estate.estate import Estate, read_once
from assurance.estate.identity.identity import Access, ManagedIdentity
from assurance.estate.resources.resource import listed_within, name_of
from assurance.world.azure import reader
from assurance.world.azure.document import Document


@read_once
def read_identity(estate: Estate) -> ManagedIdentity:
    """Return the application's user-assigned identity."""
    identity_id = estate.identity_id()
    operation = estate.questions.operation("managed_identity", "user_assigned_identities", "get", identity_id)
    return ManagedIdentity(identity_id, *estate.questions.resource(operation, identity_id))


@read_once
def read_access(estate: Estate) -> Access:
    """Return what the identity may do in the subscription, groups that it belongs to included."""
    questions, subscription_id, identity = estate.questions, estate.subscription_id, read_identity(estate)
    principal = identity.principal_id
    if principal is None:
        return Access(identity, (), (), {}, {}, identity.readings)
    everything = f"assignedTo('{principal}')"
    assignments, readings = questions.listing(
        questions.operation("authorization", "role_assignments", "list_for_subscription"),
        subscription_id,
        filter=everything,
    )
    denials, denial_readings, denials_unread = _read_denials(estate, everything)
    definitions: dict[str, Document] = {}
    definition_readings: dict[str, tuple[str, ...]] = {}
    unread: dict[str, NotEvaluated] = {}
    operation = questions.operation("authorization", "role_definitions", "get_by_id")
    roles = {name_of(one.required_text("properties", "roleDefinitionId")).casefold() for one in assignments}
    for role_id in sorted(roles):
        full_id = f"{subscription_id}/providers/Microsoft.Authorization/roleDefinitions/{role_id}"
        try:
            definition, definition_readings[role_id] = reader.get(operation(), full_id)
        except NotEvaluated as error:
            unread[role_id], definition_readings[role_id] = error, error.readings
            continue
        if definition is not None:
            definitions[role_id] = _of_role(subscription_id, role_id, definition)
    cited = identity.readings + readings + denial_readings
    return Access(identity, assignments, denials, definitions, definition_readings, cited, unread, denials_unread)


def _read_denials(estate: Estate, everything: str) -> tuple[tuple[Document, ...], tuple[str, ...], NotEvaluated | None]:
    """Return the deny assignments, or why they cannot be read: what the identity holds is known all the same."""
    operation = estate.questions.operation("authorization", "deny_assignments", "list")
    try:
        return *estate.questions.listing(operation, estate.subscription_id, filter=everything), None
    except NotEvaluated as error:
        return (), error.readings, error


def _of_role(subscription_id: str, role_id: str, definition: Document) -> Document:
    """Return a role's definition after a look at whether it is that role's."""
    if name_of(definition.id).casefold() != role_id:
        reason = f"Azure was asked for role {role_id} and answered with {definition.id}."
        raise BrokenReading(reason, "Look at the reading.", definition.readings)
    return listed_within(subscription_id, (definition,))[0]
