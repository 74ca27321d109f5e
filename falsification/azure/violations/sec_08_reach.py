"""SEC-08: what else the application's identities can hold, by kind: roles, places, holders, and the SQL server itself."""
# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

from itertools import product

from falsification.azure.changes import SHARED, MeantFor, adds, all_of, edits, sets
from falsification.azure.shapes import (
    CLIENT,
    CONTRIBUTOR,
    CUSTOM,
    DEFINITIONS,
    OWNER,
    PRINCIPAL,
    SUBSCRIPTION,
    defines,
    denies,
    grants,
)
from falsification.azure.violations.sec_08 import ASSIGNED, ASSIGNMENTS, GROUP, NARROW, STORAGE, TEAM, VAULT
from falsification.azure.violations.sec_network import APP
from falsification.azure.world import Change, World

ADMINISTERS = "test_application_administers_no_sql_server"
ADMINISTRATOR = "administrators/ActiveDirectory"
SERVER = "servers/sql-apex-{environment}"
OTHER_PRINCIPAL = "6c0b8f21-7d3a-4b95-8e10-2a9f4c7d5e63"
OWN_PRINCIPAL = "d1e7a940-3c52-4f86-b7a8-90c5e2f1d437"
OTHER_IDENTITY = f"{SHARED}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-second"
MANAGEMENT_GROUP = "/providers/Microsoft.Management/managementGroups/mg-apex"

# Built-in roles by their GUIDs, with what their definitions grant ("Azure built-in roles", Microsoft Learn), in part.
ROLES = {
    "network-contributor": ("4d97b98b-1d4f-4787-a291-c67834d212e7", ("Microsoft.Network/*", "Microsoft.Support/*"), ()),
    "key-vault-administrator": ("00482a5a-887f-4fb3-b363-3b7fe8e74483", ("Microsoft.KeyVault/vaults/read",), ("Microsoft.KeyVault/vaults/*",)),
    "key-vault-secrets-officer": ("b86a8fe4-44ce-4948-aee5-eccb2c155cd7", ("Microsoft.KeyVault/vaults/read",), ("Microsoft.KeyVault/vaults/secrets/*",)),
    "key-vault-contributor": ("f25e0fa2-a7c8-4377-a976-54943a77a395", ("Microsoft.KeyVault/*",), ()),
    "key-vault-reader": ("21090545-7ca7-4776-b22c-e363652d74d2", ("Microsoft.KeyVault/vaults/*/read",), ("Microsoft.KeyVault/vaults/*/read", "Microsoft.KeyVault/vaults/secrets/readMetadata/action")),
    "storage-blob-data-owner": ("b7e6dc6d-f1e8-4753-8033-0f276bb0955b", ("Microsoft.Storage/storageAccounts/blobServices/containers/*",), ("Microsoft.Storage/storageAccounts/blobServices/containers/blobs/*",)),
    "storage-queue-data-contributor": ("974c5e8b-45b9-4653-ba55-5f855dd0fb88", (), ("Microsoft.Storage/storageAccounts/queueServices/queues/messages/write",)),
    "storage-account-contributor": ("17d1049b-9a84-46fb-8f53-869881c3d3ab", ("Microsoft.Storage/storageAccounts/*",), ()),
    "storage-keys-only": ("81a9662b-bebf-436f-a333-f67b29880f12", ("Microsoft.Storage/storageAccounts/listkeys/action",), ()),
    "managed-identity-operator": ("f1a07417-d97a-45cb-824c-7a7467783830", ("Microsoft.ManagedIdentity/userAssignedIdentities/*/assign/action",), ()),
    "managed-identity-contributor": ("e40ec5ca-96e0-45a2-b4ff-59039f2c2b59", ("Microsoft.ManagedIdentity/userAssignedIdentities/write",), ()),
    "sql-server-contributor": ("6d8ee4ec-f05a-4a1d-8b00-a9b17e38b437", ("Microsoft.Sql/servers/*",), ()),
    "sql-security-manager": ("056cd41c-7e88-42e1-933e-88ba6a50c9c3", ("Microsoft.Sql/servers/databases/securityAlertPolicies/*",), ()),
    "monitoring-contributor": ("749f88d5-cbae-40b8-bcfc-e573ddc772fa", ("Microsoft.Insights/diagnosticSettings/*",), ()),
    "log-analytics-contributor": ("92aaf0da-9dab-42b6-94a3-d43ce8d16293", ("Microsoft.OperationalInsights/*",), ()),
    "cognitive-services-contributor": ("25fbc0a9-bd7c-42a3-aa1a-3b75d497ee68", ("Microsoft.CognitiveServices/*",), ()),
    "acr-push": ("8311e382-0749-4cb8-b61a-304f252e45ec", ("Microsoft.ContainerRegistry/registries/push/write",), ()),
    "private-dns-zone-contributor": ("b12aa53e-6015-4669-85d0-8515ebb3ae7f", ("Microsoft.Network/privateDnsZones/*",), ()),
    "virtual-machine-contributor": ("9980e02c-c2be-4d73-94e8-173b1dc7cf3c", ("Microsoft.Compute/virtualMachines/*",), ()),
    "website-contributor": ("de139f84-1756-47ae-9be6-808fbbe84772", ("Microsoft.Web/sites/*",), ()),
    "security-admin": ("fb1c8493-542b-48eb-b624-b4c8fea62acd", ("Microsoft.Security/*", "Microsoft.Authorization/policyAssignments/*"), ()),
    "backup-contributor": ("5e467623-bb1f-42f4-a55d-6e525e11384b", ("Microsoft.RecoveryServices/Vaults/*",), ()),
}  # fmt: skip
# Custom roles: what each allows, beside much that is harmless.
PATTERNS = {
    "container-apps": "Microsoft.App/*",
    "container-app-secrets": "Microsoft.App/containerApps/listSecrets/action",
    "container-app-write": "microsoft.app/containerapps/write",
    "jobs": "Microsoft.App/jobs/start/action",
    "registry-credentials": "Microsoft.ContainerRegistry/registries/listCredentials/action",
    "account-keys": "Microsoft.CognitiveServices/accounts/listKeys/action",
    "any-keys": "*/listKeys/action",
    "firewall": "Microsoft.Sql/servers/firewallRules/write",
    "security-rules": "Microsoft.Network/networkSecurityGroups/securityRules/*",
    "endpoint-approval": "Microsoft.Storage/storageAccounts/privateEndpointConnections/write",
    "locks": "Microsoft.Authorization/locks/delete",
    "federation": "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/write",
    "deletes": "*/delete",
    "actions": "*/action",
    "deployments": "Microsoft.Resources/deployments/write",
}
PLACES = {
    "the-subscription": SUBSCRIPTION,
    "the-management-group": MANAGEMENT_GROUP,
    "another-group": SHARED,
    "another-resource": f"{SHARED}/providers/Microsoft.Storage/storageAccounts/stother",
}
REQUIRED = {
    "storage": "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
    "key-vault": "4633458b-17de-408a-b874-0445c86b69e6",
    "openai": "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd",
    "document-intelligence": "a97b65f3-24c7-4388-baec-2e87135dc908",
}


_of = MeantFor("SEC-08")


def _holds(role: str, scope: str, **who: str) -> Change:
    guid, actions, data = ROLES[role]
    return all_of(defines(guid, actions=actions, data=data), grants(guid, scope, **who))


def second_identity(*, told: bool = True) -> Change:
    """Put a second user-assigned identity on the application; `told`: the application's answer has its object id."""

    def change(world: World) -> None:
        identity = world.azure.fill(OTHER_IDENTITY)
        values = {"principalId": OTHER_PRINCIPAL, "clientId": CLIENT[::-1]} if told else {}
        world.azure.find(APP)["identity"]["userAssignedIdentities"][identity] = values
        world.azure.add({"id": identity, "location": "eastus", "properties": {"principalId": OTHER_PRINCIPAL}})

    return change


def system_identity(one: World) -> None:
    """Give the application a system-assigned identity beside the declared one."""
    one.azure.find(APP)["identity"].update({"type": "SystemAssigned,UserAssigned", "principalId": OWN_PRINCIPAL})


def _in_a_group(principal: str) -> Change:
    return lambda world: world.azure.groups.update({TEAM: [principal]})


_ROLES = tuple(
    _of(
        f"reach-{role}-at-the-{place}",
        f"The identity is {role.replace('-', ' ')} at the {place}.",
        NARROW,
        _holds(role, scope),
    )
    for role, (place, scope) in product(ROLES, {"group": GROUP, "subscription": SUBSCRIPTION}.items())
)
_CUSTOM = tuple(
    _of(f"reach-custom-{name}", f"A custom role allows {pattern}.", NARROW,
        all_of(defines(CUSTOM, actions=("*/read", "Microsoft.Insights/*/read", pattern)), grants(CUSTOM, scope)))
    for (name, pattern), scope in zip(PATTERNS.items(), [GROUP, VAULT, STORAGE] * len(PATTERNS), strict=False)
)  # fmt: skip
_PLACES = tuple(
    _of(
        f"reach-{service}-role-at-{place}",
        f"The role on {service} is assigned at {place} as well.",
        NARROW,
        grants(role, scope),
    )
    for (service, role), (place, scope) in product(REQUIRED.items(), PLACES.items())
)
_MOVED = tuple(
    _of(f"reach-{service}-role-moved-up", f"The role on {service} is assigned at the subscription instead.", NARROW,
        sets(assignment, "properties.scope", SUBSCRIPTION))
    for service, assignment in ASSIGNMENTS.items()
)  # fmt: skip
_HOLDERS = (
    *(
        _of(f"reach-second-identity-{place}", f"A second identity of the application is Owner of the {place}.", NARROW,
            all_of(second_identity(), grants(OWNER, scope, principal=OTHER_PRINCIPAL)))
        for place, scope in {"group": GROUP, "subscription": SUBSCRIPTION, "vault": VAULT}.items()
    ),
    *(
        _of(f"reach-system-identity-{place}", f"The application's own identity is Contributor of the {place}.", NARROW,
            all_of(system_identity, grants(CONTRIBUTOR, scope, principal=OWN_PRINCIPAL)))
        for place, scope in {"group": GROUP, "subscription": SUBSCRIPTION, "account": STORAGE}.items()
    ),
    *(
        _of(f"reach-second-identity-{role}", f"A second identity is {role}.", NARROW,
            all_of(second_identity(), _holds(role, GROUP, principal=OTHER_PRINCIPAL)))
        for role in ("network-contributor", "storage-blob-data-owner", "managed-identity-operator")
    ),
    *(
        _of(f"reach-system-identity-{role}", f"The application's own identity is {role}.", NARROW,
            all_of(system_identity, _holds(role, VAULT, principal=OWN_PRINCIPAL)))
        for role in ("key-vault-administrator", "acr-push", "sql-server-contributor")
    ),
    _of("reach-system-identity-through-a-group", "The application's own identity is in a group that is Owner.", NARROW,
        all_of(system_identity, _in_a_group(OWN_PRINCIPAL), grants(OWNER, GROUP, principal=TEAM, kind="Group"))),
    _of("reach-through-a-group", "The identity is in a group that is network contributor.", NARROW,
        all_of(_in_a_group(PRINCIPAL), _holds("network-contributor", GROUP, principal=TEAM, kind="Group"))),
)  # fmt: skip
_EXCEPTIONS = (
    _of("reach-wildcard-with-exceptions", "A role allows all but deletions.", NARROW,
        all_of(defines(CUSTOM, actions=("*",), not_actions=("*/delete",)), grants(CUSTOM, GROUP))),
    _of("reach-exception-in-another-permission", "What one permission excepts, the other allows.", NARROW,
        all_of(defines(CUSTOM, actions=("Microsoft.App/*",), not_actions=("Microsoft.App/*",)),
               edits(f"{DEFINITIONS}/{CUSTOM}", lambda resource: resource["properties"]["permissions"].append({"actions": ["Microsoft.App/jobs/write"], "notActions": []})),
               grants(CUSTOM, GROUP))),
    _of("reach-data-with-exceptions", "A role allows all of a vault's data but its keys.", NARROW,
        all_of(defines(CUSTOM, data=("Microsoft.KeyVault/vaults/*",), not_data=("Microsoft.KeyVault/vaults/keys/*",)), grants(CUSTOM, VAULT))),
    _of("reach-under-a-condition", "A role that is not needed is assigned under a condition.", NARROW,
        all_of(defines(CUSTOM, actions=("Microsoft.App/*",)), grants(CUSTOM, GROUP, condition="@Resource[name] StringEquals 'x'"))),
    _of("reach-denied-by-a-stack-that-denies-data", "A stack denies everything, data actions too, but reading.", ASSIGNED,
        denies(GROUP, actions=("*",), data=("*",), principal="00000000-0000-0000-0000-000000000000", kind="SystemDefined")),
    _of("reach-denied-with-the-exception-of-others", "A denial excepts somebody else.", ASSIGNED,
        denies(GROUP, data=("*",), excludePrincipals=[{"id": OTHER_PRINCIPAL, "type": "ServicePrincipal"}])),
)  # fmt: skip
_SQL = (
    _of("sql-administrator-by-object-id", "The identity administers the SQL server, by its object id.", ADMINISTERS, sets(ADMINISTRATOR, "properties.sid", PRINCIPAL)),
    _of("sql-administrator-in-capitals", "The administrator's id is in capitals.", ADMINISTERS, sets(ADMINISTRATOR, "properties.sid", PRINCIPAL.upper())),
    _of("sql-administrator-by-client-id", "The identity administers the SQL server, by its client id.", ADMINISTERS, sets(ADMINISTRATOR, "properties.sid", CLIENT)),
    _of("sql-administrator-by-the-system-identity", "The application's own identity administers the SQL server.", ADMINISTERS,
        all_of(system_identity, sets(ADMINISTRATOR, "properties.sid", OWN_PRINCIPAL))),
    _of("sql-administrator-by-a-second-identity", "A second identity of the application administers the SQL server.", ADMINISTERS,
        all_of(second_identity(), sets(ADMINISTRATOR, "properties.sid", OTHER_PRINCIPAL))),
    _of("sql-administrator-by-a-group", "A group that the identity is known to be in administers the SQL server.", ADMINISTERS,
        all_of(_in_a_group(PRINCIPAL), grants("acdd72a7-3385-48ef-bd42-f606fba81ae7", GROUP, principal=TEAM, kind="Group"), sets(ADMINISTRATOR, "properties.sid", TEAM))),
    _of("sql-administrator-beside-another", "The identity administers the SQL server beside somebody else.", ADMINISTERS,
        adds({"id": f"{GROUP}/providers/Microsoft.Sql/{SERVER}/administrators/Second", "properties": {"administratorType": "ActiveDirectory", "login": "id-apex", "sid": PRINCIPAL}})),
)  # fmt: skip

VIOLATIONS = (*_ROLES, *_CUSTOM, *_PLACES, *_MOVED, *_HOLDERS, *_EXCEPTIONS, *_SQL)
