"""The application's user-assigned identity; which roles it holds, and which the application needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assurance.estate.estate import Estate, read_once
from assurance.estate.resources.resource import Resource, is_within, listed, name_of, named, resource_group_of, same_id
from assurance.verdicts import Fact
from assurance.world.azure.document import Document

# "Azure built-in roles", Microsoft Learn.
BUILT_IN_ROLES = {
    "Owner": "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
    "Contributor": "b24988ac-6180-42a0-ab88-20f7382dd24c",
    "User Access Administrator": "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
    "Role Based Access Control Administrator": "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
    "Reader": "acdd72a7-3385-48ef-bd42-f606fba81ae7",
    "Storage Blob Data Contributor": "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
    "Cognitive Services User": "a97b65f3-24c7-4388-baec-2e87135dc908",
    "Cognitive Services OpenAI User": "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd",
    "AcrPull": "7f951dda-4ed3-4680-a7ca-43fe172d538d",
    "Key Vault Secrets User": "4633458b-17de-408a-b874-0445c86b69e6",
    "App Configuration Data Reader": "516239f1-63e1-4d78-a4de-a74fb236a071",
    "Azure Event Hubs Data Receiver": "a638d3c7-ab3a-418d-83e6-5f17a39d4fde",
    "Azure Event Hubs Data Sender": "2b629674-e913-4c01-ae53-ef4638d8f975",
    "Azure Service Bus Data Receiver": "4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0",
    "Azure Service Bus Data Sender": "69a216fc-b8fb-44d8-bc22-1f3c2cd27a39",
    "Search Index Data Contributor": "8ebe5a00-799e-43f5-93ac-243d3dce84a7",
    "Storage Queue Data Contributor": "974c5e8b-45b9-4653-ba55-5f855dd0fb88",
    "Storage Table Data Contributor": "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3",
}
# Broad whatever their definitions say, so that one that cannot be read hides nothing.
BROAD_ROLES = frozenset(
    BUILT_IN_ROLES[name]
    for name in ("Owner", "Contributor", "User Access Administrator", "Role Based Access Control Administrator")
)
EVERYONE = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, slots=True)
class ManagedIdentity(Resource):
    """A user-assigned identity (Microsoft.ManagedIdentity/userAssignedIdentities)."""

    @property
    def exists(self) -> Fact:
        """Whether it exists, with the object id that role assignments name."""
        return self.judge(
            "the resource exists", lambda document: (True, f"{document.id} exists, as {self.principal_id}")
        )

    @property
    def principal_id(self) -> str | None:
        """The object id that role assignments name; None if the identity does not exist."""
        return self.document.required_text("properties", "principalId") if self.document is not None else None

    @property
    def client_id(self) -> str | None:
        """The application id by which others know it; None if the identity does not exist."""
        return self.document.text("properties", "clientId") if self.document is not None else None


@dataclass(frozen=True, slots=True)
class FederatedCredentials:
    """Who outside Azure can sign in as the identity: its federated identity credentials.

    Attributes:
        identity: Whose.
        documents: The credentials; none if the identity does not exist.
        readings: Keys of the readings that say so.
    """

    identity: ManagedIdentity
    documents: tuple[Document, ...]
    readings: tuple[str, ...]

    def are_at_most(self, declared: Sequence[str]) -> Fact:
        """Whether nobody can sign in as the identity from elsewhere but by the credentials of these names."""
        known = {subject.casefold() for subject in declared}
        strangers = [document for document in self.documents if document.name.casefold() not in known]
        described = [
            f"{stranger.name} ({stranger.text('properties', 'subject') or 'no subject'} of "
            f"{stranger.text('properties', 'issuer') or 'no issuer'})"
            for stranger in strangers
        ]
        identity = named(self.identity.id).replace("--name", "--identity-name")
        remedy = "; ".join(
            f"az identity federated-credential delete {identity} --name {stranger.name}" for stranger in strangers
        )
        expected = f"no federated credential but {listed(declared)}" if declared else "no federated credential"
        observed = listed(described, f"{len(self.documents)} federated credentials, all declared" if known else "none")
        return Fact(not strangers, expected, observed, self.identity.id, self.readings, remedy)


@read_once
def read_identity(estate: Estate) -> ManagedIdentity:
    """Return the application's user-assigned identity, as the environment file names it."""
    identity_id = estate.identity_id()
    operation = estate.questions.operation("managed_identity", "user_assigned_identities", "get", identity_id)
    return ManagedIdentity(identity_id, *estate.questions.resource(operation, identity_id))


@read_once
def read_federated_credentials(estate: Estate) -> FederatedCredentials:
    """Return by which credentials somebody outside Azure can sign in as the declared identity."""
    identity = read_identity(estate)
    operation = estate.questions.operation("managed_identity", "federated_identity_credentials", "list", identity.id)
    documents, readings = estate.questions.children(
        operation, identity.id, resource_group_of(identity.id), identity.name
    )
    return FederatedCredentials(identity, documents or (), readings)


@dataclass(frozen=True, slots=True)
class NeededRole:
    """A role that the application needs, or that the environment file lets it have.

    Attributes:
        role: The role's name.
        definition: Its GUID, where the file gives it or where the role is a well-known one; else empty.
        scope: Where it is needed: a resource or what is above one.
        required: Whether it must be there, too.
    """

    role: str
    definition: str
    scope: str
    required: bool = True

    @classmethod
    def of(cls, role: str, definition: str | None, scope: str, *, required: bool = True) -> NeededRole:
        """Return the role, by its GUID where that is known."""
        return cls(role, (definition or BUILT_IN_ROLES.get(role, "")).casefold(), scope, required)

    def is_role(self, role_id: str, definition: Document | None) -> bool:
        """Tell whether it is the role of that GUID; where none is known, the built-in role of its name."""
        if self.definition or definition is None:
            return self.definition == role_id
        kind = (definition.text("properties", "type") or "").casefold()
        return kind == "builtinrole" and definition.text("properties", "roleName") == self.role

    def reaches(self, scope: str) -> bool:
        """Tell whether an assignment at a scope is for what needs the role: there, below, or that resource's group.

        A resource group of one's own is no wider in practice than what is in it, all of which is judged.
        """
        group = self.scope[: self.scope.casefold().index("/providers/")] if "/providers/" in self.scope else self.scope
        return is_within(scope, self.scope) or same_id(scope, group)


@dataclass(frozen=True, slots=True)
class Holding:
    """The role assignments of one principal, and of the groups that it is in.

    Attributes:
        holder: Whose, in words for a report.
        principal_id: The object id.
        assignments: What Azure lists for it.
        readings: Keys of the readings that say so.
    """

    holder: str
    principal_id: str
    assignments: tuple[Document, ...]
    readings: tuple[str, ...]

    def own(self) -> list[Document]:
        """Return the assignments to the principal or to a group (of which Azure says that it is a member)."""
        return [
            assignment
            for assignment in self.assignments
            if assignment.required_text("properties", "principalId").casefold() == self.principal_id.casefold()
            or (assignment.text("properties", "principalType") or "").casefold() == "group"
        ]

    def groups(self) -> frozenset[str]:
        """Return the groups that it is known to be in, because they have roles."""
        return frozenset(
            assignment.required_text("properties", "principalId").casefold()
            for assignment in self.own()
            if (assignment.text("properties", "principalType") or "").casefold() == "group"
        )


def needed_roles(estate: Estate) -> tuple[NeededRole, ...]:
    """Return the roles that the environment file says are needed or permitted."""
    declared = estate.environment.identity
    required = (
        NeededRole.of(role.role, role.role_definition, estate.service_id(role.service)) for role in declared.roles
    )
    permitted = (
        NeededRole.of(permitted_role.role, permitted_role.role_definition, permitted_role.scope, required=False)
        for permitted_role in declared.permitted_roles
    )
    return (*required, *permitted)


def role_of(assignment: Document) -> str:
    """Return the GUID of an assignment's role: the id stands with and without the subscription before it."""
    return name_of(assignment.required_text("properties", "roleDefinitionId")).casefold()


def scope_of(assignment: Document) -> str:
    """Return where an assignment holds."""
    return assignment.required_text("properties", "scope")
