"""SEC-08: ways in which the identity lacks a role that it needs, or has one that is too broad."""
# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

from falsification.azure.changes import MeantFor, Violation, all_of, drops, sets
from falsification.azure.shapes import (
    ACCESS_ADMINISTRATOR,
    CLIENT,
    CONTRIBUTOR,
    CUSTOM,
    DEFINITIONS,
    OWNER,
    PRINCIPAL,
    ROLES_ADMINISTRATOR,
    SUBSCRIPTION,
    defines,
    denies,
    grants,
)
from falsification.azure.world import World

ASSIGNED = "test_required_role_is_assigned"
NARROW = "test_access_is_no_broader_than_needed"

ASSIGNMENTS = {
    "storage": "roleAssignments/c17a7d2e-978b-5799-b4c4-c2e1cb3ffcd3",
    "key-vault": "roleAssignments/4ce3d97f-130d-5982-85d3-760bdc4c0183",
    "openai": "roleAssignments/1f0f5c85-0889-5415-a3d4-7cc3e2317f4a",
    "document-intelligence": "roleAssignments/fdcc4d7f-b6b4-5ffc-b7c7-e1e68b005aa2",
}
GROUP = "{resource_group_id}"
STORAGE = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/stapex{{environment}}{{suffix}}"
OPENAI = f"{GROUP}/providers/Microsoft.CognitiveServices/accounts/openai-apex-{{environment}}"
VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv-apex-{{environment}}-{{suffix}}"
BLOB_READER = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
EVERYONE = "00000000-0000-0000-0000-000000000000"
TEAM, DIVISION = "4d7a2c61-93be-4f08-a5d1-6c0e9b8f3a27", "9e1f5b30-2c84-4d67-8a9b-7f3d0c6e5b12"
BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"


_of = MeantFor("SEC-08")


def _member(world: World, *, nested: bool) -> None:
    """Put the identity into a group, and with `nested` that group into another."""
    world.azure.groups[TEAM] = [PRINCIPAL]
    if nested:
        world.azure.groups[DIVISION] = [TEAM]


def _custom(name: str, wrong: str, *, actions: tuple[str, ...] = (), data: tuple[str, ...] = ()) -> Violation:
    return _of(
        f"custom-role-{name}", wrong, NARROW, all_of(defines(CUSTOM, actions=actions, data=data), grants(CUSTOM, GROUP))
    )


_MISSING = (
    *(_of(f"{service}-role-missing", f"The role on {service} is not assigned.", ASSIGNED, drops(assignment)) for service, assignment in ASSIGNMENTS.items()),
    _of("role-on-another-account", "The role is on another storage account.", ASSIGNED,
        sets(ASSIGNMENTS["storage"], "properties.scope", f"{GROUP}/providers/Microsoft.Storage/storageAccounts/stother")),
    _of("role-on-an-account-of-similar-name", "The role is on an account whose name begins with the declared one.", ASSIGNED,
        sets(ASSIGNMENTS["storage"], "properties.scope", f"{STORAGE}2")),
    _of("role-on-a-group-of-similar-name", "The role is on a resource group whose name is the beginning of this one's.", ASSIGNED,
        sets(ASSIGNMENTS["openai"], "properties.scope", f"{SUBSCRIPTION}/resourceGroups/apex-rg")),
    _of("role-on-another-group", "The role is on another resource group.", ASSIGNED,
        sets(ASSIGNMENTS["key-vault"], "properties.scope", f"{SUBSCRIPTION}/resourceGroups/apex-rg-shared")),
    _of("role-below-the-resource", "The role is on one container of the account only.", ASSIGNED,
        sets(ASSIGNMENTS["storage"], "properties.scope", f"{STORAGE}/blobServices/default/containers/documents")),
    _of("roles-swapped", "Each account has the role that the other one needs.", ASSIGNED,
        all_of(sets(ASSIGNMENTS["openai"], "properties.roleDefinitionId", f"/{DEFINITIONS}/a97b65f3-24c7-4388-baec-2e87135dc908"),
               sets(ASSIGNMENTS["document-intelligence"], "properties.roleDefinitionId", f"/{DEFINITIONS}/5e0bd9bd-7b93-4f28-af87-19fc36ad61bd"))),
    _of("role-to-the-client-id", "The role is assigned to the client id instead of the object id.", ASSIGNED,
        sets(ASSIGNMENTS["key-vault"], "properties.principalId", CLIENT)),
    _of("role-to-another-principal", "The role is assigned to somebody else.", ASSIGNED,
        sets(ASSIGNMENTS["document-intelligence"], "properties.principalId", "2f7d90b1-4c5e-4a68-b3f7-90d2a6c81e35")),
    _of("role-to-read-only", "The role only reads.", ASSIGNED,
        all_of(drops(ASSIGNMENTS["storage"]), defines(BLOB_READER, data=(f"{BLOBS}/read",)), grants(BLOB_READER, STORAGE))),
    _of("role-of-the-right-name-only", "A custom role has the name of the one that is needed.", ASSIGNED,
        all_of(drops(ASSIGNMENTS["storage"]), defines(CUSTOM, data=(f"{BLOBS}/read",)),
               sets(f"{DEFINITIONS}/{CUSTOM}", "properties.roleName", "Storage Blob Data Contributor"), grants(CUSTOM, STORAGE))),
    _of("role-under-a-condition", "The role is assigned under a condition.", ASSIGNED,
        sets(ASSIGNMENTS["storage"], "properties.condition", "@Resource[name] StringEquals 'public'")),
    _of("role-denied", "A deny assignment takes the role's data actions away.", ASSIGNED, denies(GROUP, data=(f"{BLOBS}/*",))),
    _of("role-denied-on-the-resource", "A deny assignment stands on the vault itself.", ASSIGNED,
        denies(VAULT, data=("Microsoft.KeyVault/vaults/secrets/getSecret/action",))),
    _of("role-denied-at-the-subscription", "Everything is denied at the subscription.", ASSIGNED, denies(SUBSCRIPTION, actions=("*",), data=("*",))),
    _of("role-denied-through-a-group", "A group that the identity is in is denied.", ASSIGNED,
        all_of(lambda world: _member(world, nested=False), denies(GROUP, data=(f"{BLOBS}/*",), principal=TEAM, kind="Group"))),
    _of("role-denied-in-part", "One of the role's actions is denied.", ASSIGNED, denies(STORAGE, data=(f"{BLOBS}/write",))),
    _of("role-denied-by-crossing-patterns", "A pattern is denied that crosses a pattern of the role.", ASSIGNED,
        denies(OPENAI, data=("Microsoft.CognitiveServices/accounts/*/models/read",))),
)  # fmt: skip

_BROAD = (
    _of("owner-of-the-subscription", "The identity owns the subscription.", NARROW, grants(OWNER, SUBSCRIPTION)),
    _of("owner-of-the-group", "The identity owns the resource group.", NARROW, grants(OWNER, GROUP)),
    _of("owner-of-one-resource", "The identity owns one storage account.", NARROW, grants(OWNER, STORAGE)),
    _of("owner-above-the-subscription", "The identity owns the management group.", NARROW,
        grants(OWNER, "/providers/Microsoft.Management/managementGroups/mg-apex")),
    _of("owner-of-another-group", "The identity owns another resource group.", NARROW, grants(OWNER, f"{SUBSCRIPTION}/resourceGroups/apex-rg-shared")),
    _of("contributor-of-the-group", "The identity is a contributor of the group.", NARROW, grants(CONTRIBUTOR, GROUP)),
    _of("contributor-of-the-subscription", "The identity is a contributor of the subscription.", NARROW, grants(CONTRIBUTOR, SUBSCRIPTION)),
    _of("contributor-in-capitals", "The broad role's id is in capitals.", NARROW,
        grants(f"{SUBSCRIPTION}/{DEFINITIONS}/{CONTRIBUTOR.upper()}", GROUP)),
    _of("contributor-without-subscription", "The broad role's id has no subscription in front.", NARROW, grants(f"/{DEFINITIONS}/{CONTRIBUTOR}", GROUP)),
    _of("contributor-under-a-condition", "A broad role under a condition is broad still.", NARROW,
        grants(CONTRIBUTOR, GROUP, condition="@Resource[name] StringEquals 'x'")),
    _of("access-administrator", "The identity may give access to others.", NARROW, grants(ACCESS_ADMINISTRATOR, GROUP)),
    _of("roles-administrator", "The identity may assign roles.", NARROW,
        all_of(defines(ROLES_ADMINISTRATOR, actions=("Microsoft.Authorization/roleAssignments/write",)), grants(ROLES_ADMINISTRATOR, VAULT))),
    _of("contributor-through-a-group", "A group that the identity is in is a contributor.", NARROW,
        all_of(lambda world: _member(world, nested=False), grants(CONTRIBUTOR, GROUP, principal=TEAM, kind="Group"))),
    _of("owner-through-nested-groups", "A group of a group that the identity is in is an owner.", NARROW,
        all_of(lambda world: _member(world, nested=True), grants(OWNER, SUBSCRIPTION, principal=DIVISION, kind="Group"))),
    _custom("all-actions", "A custom role has all actions.", actions=("*",)),
    _custom("all-data-actions", "A custom role has all data actions.", data=("*",)),
    _custom("all-writes", "A custom role writes everything.", actions=("*/write",)),
    _custom("everything-of-all-providers", "A custom role has every provider's actions.", actions=("*/*",)),
    _custom("assigning-roles", "A custom role may assign roles.", actions=("Microsoft.Authorization/roleAssignments/write",)),
    _custom("authorization", "A custom role has all of authorization.", actions=("Microsoft.Authorization/*",)),
    _custom("assigning-in-other-casing", "A custom role may assign roles, in other casing.", actions=("MICROSOFT.AUTHORIZATION/ROLEASSIGNMENTS/WRITE",)),
    _custom("one-bad-among-good", "Among narrow actions one is a wildcard.", actions=("Microsoft.Storage/storageAccounts/read", "*")),
    _of("role-of-unknown-definition", "The definition of an assigned role does not exist any more.", NARROW, grants(CUSTOM, GROUP)),
)  # fmt: skip

VIOLATIONS = (*_MISSING, *_BROAD)
