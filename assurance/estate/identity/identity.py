"""The application's user-assigned identity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assurance.estate.estate import Estate, read_once
from assurance.estate.resources.resource import Resource, listed, named, resource_group_of
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
        known = {one.casefold() for one in declared}
        strangers = [one for one in self.documents if one.name.casefold() not in known]
        told = [
            f"{one.name} ({one.text('properties', 'subject') or 'no subject'} of "
            f"{one.text('properties', 'issuer') or 'no issuer'})"
            for one in strangers
        ]
        identity = named(self.identity.id).replace("--name", "--identity-name")
        remedy = "; ".join(f"az identity federated-credential delete {identity} --name {one.name}" for one in strangers)
        expected = f"no federated credential but {listed(declared)}" if declared else "no federated credential"
        observed = listed(told, f"{len(self.documents)} federated credentials, all declared" if known else "none")
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
    found, readings = estate.questions.children(operation, identity.id, resource_group_of(identity.id), identity.name)
    return FederatedCredentials(identity, found or (), readings)
