"""Access is judged by whose assignment it is, even where Azure lists those of others, too."""

from __future__ import annotations

import pytest

from assurance.estate.identity.access import Access
from assurance.estate.identity.identity import BUILT_IN_ROLES, Holding, ManagedIdentity
from assurance.world.azure.document import Document

SUBSCRIPTION = "/subscriptions/22222222-2222-4222-8222-222222222222"
VAULT = f"{SUBSCRIPTION}/resourceGroups/apex-rg-prod/providers/Microsoft.KeyVault/vaults/kv-apex-prod"
IDENTITY = f"{SUBSCRIPTION}/resourceGroups/apex-rg-prod/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id"
PRINCIPAL = "77777777-7777-4777-8777-777777777777"
ROLE = "Key Vault Secrets User"
ACTION = "Microsoft.KeyVault/vaults/secrets/getSecret/action"


def document(**values: object) -> Document:
    """Return a document that one reading holds."""
    return Document(values, ("reading",))


def access(*, assigned_to: str, denied_to: str | None = None, denied_kind: str = "ServicePrincipal") -> Access:
    """Return the access of the identity where one principal has the role and, if given, one is denied its action."""
    role = BUILT_IN_ROLES[ROLE]
    identity = document(id=IDENTITY, properties={"principalId": PRINCIPAL})
    assignment = document(
        id=f"{VAULT}/providers/Microsoft.Authorization/roleAssignments/one",
        properties={
            "principalId": assigned_to,
            "principalType": "ServicePrincipal",
            "roleDefinitionId": f"/providers/Microsoft.Authorization/roleDefinitions/{role}",
            "scope": VAULT,
        },
    )
    denial = document(
        id=f"{VAULT}/providers/Microsoft.Authorization/denyAssignments/one",
        properties={
            "scope": VAULT,
            "principals": [{"id": denied_to, "type": denied_kind}],
            "permissions": [{"dataActions": [ACTION]}],
        },
    )
    definition = document(id=role, properties={"roleName": ROLE, "permissions": [{"dataActions": [ACTION]}]})
    denials = (denial,) if denied_to is not None else ()
    managed = ManagedIdentity(IDENTITY, identity, ("reading",))
    holding = Holding(IDENTITY, PRINCIPAL, (assignment,), ("reading",))
    return Access(managed, holding, denials, {role: definition}, {role: ("reading",)}, ("reading",), {})


def test_the_identitys_own_role_counts() -> None:
    """The role that is assigned to the identity itself is granted."""
    assert access(assigned_to=PRINCIPAL.upper()).grants(ROLE, None, VAULT).holds


@pytest.mark.parametrize("other", ["00000000-0000-4000-8000-000000000001", "ffffffff-ffff-4fff-bfff-ffffffffffff"])
def test_the_role_of_another_principal_does_not_count(other: str) -> None:
    """A role that Azure lists, but that is somebody else's, is not granted to the identity."""
    assert not access(assigned_to=other).grants(ROLE, None, VAULT).holds


def test_a_denial_of_another_principal_takes_nothing_away() -> None:
    """A denial that Azure lists, but that is of another service principal, does not concern the identity."""
    other = "ffffffff-ffff-4fff-bfff-ffffffffffff"
    assert access(assigned_to=PRINCIPAL, denied_to=other).grants(ROLE, None, VAULT).holds


@pytest.mark.parametrize(("denied_to", "kind"), [(PRINCIPAL, "ServicePrincipal"), ("a-group", "Group")])
def test_a_denial_of_the_identity_or_its_group_counts(denied_to: str, kind: str) -> None:
    """A denial of the identity, or of a group that Azure lists for it, takes the role away."""
    assert not access(assigned_to=PRINCIPAL, denied_to=denied_to, denied_kind=kind).grants(ROLE, None, VAULT).holds
