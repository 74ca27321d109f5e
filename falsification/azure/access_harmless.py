"""Changes of identities and access that must not matter, by kind."""
# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

from falsification.azure.changes import Harmless, all_of, edits, sets
from falsification.azure.shapes import CUSTOM, DEFINITIONS, PRINCIPAL, READER, SUBSCRIPTION, defines, denies, grants
from falsification.azure.violations.sec_05 import APP
from falsification.azure.violations.sec_07 import IDENTITY_ID
from falsification.azure.violations.sec_08 import EVERYONE, GROUP, STORAGE, TEAM, VAULT
from falsification.azure.violations.sec_08_reach import (
    ADMINISTRATOR,
    OTHER_PRINCIPAL,
    OWN_PRINCIPAL,
    REQUIRED,
    ROLES,
    second_identity,
    system_identity,
)
from falsification.azure.world import Change

BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
BLOB_READER = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
# What a deployment stack that denies changes leaves open, as one was reported.
STACK_EXCEPTIONS = [
    "*/read",
    "Microsoft.Authorization/locks/delete",
    "Microsoft.Storage/storageAccounts/generateServiceSas/action",
]


def _denies_changes(exceptions: list[str], *excepted: dict[str, str]) -> Change:
    """Return the change that a deployment stack denies all actions but those, and no data action."""
    taken = {"actions": ["*"], "notActions": exceptions, "dataActions": [], "notDataActions": []}
    return denies(
        GROUP, principal=EVERYONE, kind="SystemDefined", permissions=[taken], excludePrincipals=list(excepted)
    )


def _settings(*lifecycles: str) -> Change:
    found = [{"identity": IDENTITY_ID, "lifecycle": lifecycle} for lifecycle in lifecycles]
    return sets(APP, "properties.configuration.identitySettings", found)


_IDENTITIES = (
    Harmless("identities-extra", "The application has a further identity, without a role.", second_identity()),
    Harmless("identities-extra-untold", "The object id of a further identity stands at the identity alone.", second_identity(told=False)),
    Harmless("identities-extra-system", "The application has an identity of its own, without a role.", system_identity),
    Harmless("identities-extra-system-with-space", "The kinds of identity stand with a space between them.",
             all_of(system_identity, sets(APP, "identity.type", "SystemAssigned, UserAssigned"))),
    Harmless("identity-settings-all", "The identity is there for all containers, explicitly.", _settings("All")),
    Harmless("identity-settings-main", "The identity is there for the main containers.", _settings("Main")),
    Harmless("identity-settings-of-others", "Another identity is there for no container.",
             all_of(second_identity(), sets(APP, "properties.configuration.identitySettings", [{"identity": f"{IDENTITY_ID}-2", "lifecycle": "None"}]))),
    Harmless("identity-settings-null", "There are no settings of identities.", sets(APP, "properties.configuration.identitySettings", None)),
    Harmless("owner-of-the-system-identity-of-others", "Somebody else's identity owns the group.", grants("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", GROUP, principal=OWN_PRINCIPAL)),
)  # fmt: skip
_ROLES = (
    *(
        Harmless(f"{service}-role-on-the-group-too", f"The role on {service} is assigned on the resource group as well.", grants(role, GROUP))
        for service, role in REQUIRED.items()
    ),
    *(
        Harmless(f"role-of-reads-only-{number}", f"A role reads {pattern}.", all_of(defines(CUSTOM, actions=(pattern,)), grants(CUSTOM, scope)))
        for number, (pattern, scope) in enumerate(
            (("*/read", SUBSCRIPTION), ("Microsoft.App/*/read", GROUP), ("Microsoft.KeyVault/vaults/read", VAULT), ("Microsoft.Network/*/read", SUBSCRIPTION), ("Microsoft.Insights/metrics/read", GROUP)),
            start=1,
        )
    ),
    Harmless("role-narrower-than-needed", "The identity reads blobs by a second role, where it may write them.",
             all_of(defines(BLOB_READER, data=(f"{BLOBS}/read",)), grants(BLOB_READER, STORAGE))),
    Harmless("role-narrower-below", "The identity reads blobs of one container by a second role.",
             all_of(defines(BLOB_READER, data=(f"{BLOBS}/read",)), grants(BLOB_READER, f"{STORAGE}/blobServices/default/containers/documents"))),
    Harmless("role-below-what-is-needed", "A needed role is assigned on one container, too.",
             grants(REQUIRED["storage"], f"{STORAGE}/blobServices/default/containers/documents")),
    Harmless("needed-role-of-a-second-identity", "A second identity has a role that the application needs, where it does.",
             all_of(second_identity(), grants(REQUIRED["storage"], STORAGE, principal=OTHER_PRINCIPAL))),
    Harmless("role-that-excepts-all", "A role excepts all that it allows.",
             all_of(defines(CUSTOM, actions=("Microsoft.App/*",), not_actions=("Microsoft.App/*",)), grants(CUSTOM, GROUP))),
    Harmless("role-that-excepts-all-but-reads", "A role excepts all but reading.",
             all_of(defines(CUSTOM, actions=("*",), not_actions=("*/write", "*/delete", "*/action")), grants(CUSTOM, GROUP))),
    Harmless("role-without-permissions", "A role allows nothing.", all_of(defines(CUSTOM), grants(CUSTOM, GROUP))),
    *(
        Harmless(f"role-of-others-{role}", f"Somebody else is {role.replace('-', ' ')}.",
                 all_of(defines(ROLES[role][0], actions=ROLES[role][1], data=ROLES[role][2]), grants(ROLES[role][0], SUBSCRIPTION, principal=OTHER_PRINCIPAL)))
        for role in ("network-contributor", "key-vault-administrator", "storage-blob-data-owner")
    ),
    *(
        Harmless(f"definition-of-{service}-changed-by-microsoft", f"Microsoft has added an action to the role on {service}.",
                 edits(f"{DEFINITIONS}/{role}", lambda one: one["properties"]["permissions"][0]["actions"].append("Microsoft.Insights/metrics/write")))
        for service, role in REQUIRED.items()
    ),
)  # fmt: skip
_DENIALS = (
    Harmless("denied-changes-by-a-stack", "A deployment stack denies changes to everybody.", _denies_changes(STACK_EXCEPTIONS)),
    Harmless("denied-changes-but-reads", "A deployment stack denies all actions but reading.", _denies_changes(["*/read"])),
    Harmless("denied-changes-but-for-somebody", "A deployment stack excepts who deploys.",
             _denies_changes(["*/read"], {"id": OTHER_PRINCIPAL, "type": "ServicePrincipal"})),
    Harmless("denied-data-but-what-is-needed", "All data actions are denied but those that are needed.",
             denies(GROUP, permissions=[{"actions": [], "dataActions": ["*"], "notDataActions": ["Microsoft.Storage/*", "Microsoft.KeyVault/*", "Microsoft.CognitiveServices/*"]}])),
    Harmless("denied-with-its-group-excepted", "A denial excepts a group that the identity is known to be in.",
             all_of(lambda world: world.azure.groups.update({TEAM: [PRINCIPAL]}), grants(READER, GROUP, principal=TEAM, kind="Group"),
                    denies(GROUP, data=("*",), excludePrincipals=[{"id": TEAM, "type": "Group"}]))),
)  # fmt: skip
_SQL = (
    Harmless("sql-administrator-a-person", "A person administers the SQL server.", sets(ADMINISTRATOR, "properties.sid", "0d6b7c18-5e2f-4a93-b1c4-7f80e9a2d365")),
    Harmless("sql-administrator-of-similar-id", "The administrator's id differs in one digit.", sets(ADMINISTRATOR, "properties.sid", f"{PRINCIPAL[:-1]}2")),
    Harmless("sql-administrator-without-name", "The administrator has no name.", sets(ADMINISTRATOR, "properties.login", None)),
)  # fmt: skip

ACCESS = (*_IDENTITIES, *_ROLES, *_DENIALS, *_SQL)
