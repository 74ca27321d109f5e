"""What must not matter of the application and of access to it."""
# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

from falsification.azure.changes import SHARED, Harmless, adds, all_of, appends, drops, edits, sets
from falsification.azure.shapes import CUSTOM, DEFINITIONS, PRINCIPAL, READER, SUBSCRIPTION, defines, denies, grants
from falsification.azure.violations.sec_07 import CONTAINERS, IDENTITY_ID, REGISTRIES, SECRETS, VAULT
from falsification.azure.violations.sec_07_plain import ENVIRONMENT_ID, OLD, PLACES, TOKEN, Template
from falsification.azure.violations.sec_08 import EVERYONE, GROUP, STORAGE, TEAM
from falsification.azure.violations.sec_08 import VAULT as VAULT_ID
from falsification.azure.violations.sec_08_reach import (
    ADMINISTRATOR,
    OTHER_PRINCIPAL,
    OWN_PRINCIPAL,
    REQUIRED,
    ROLES,
    second_identity,
    system_identity,
)
from falsification.azure.violations.sec_defender_and_strangers import ELSEWHERE, MILD, PERCENTAGE, SECURE_SCORE, alert
from falsification.azure.violations.sec_network import APP, ENVIRONMENT, INGRESS
from falsification.azure.violations.sec_private_link import SERVICES
from falsification.azure.world import Change, World

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
    settings = [{"identity": IDENTITY_ID, "lifecycle": lifecycle} for lifecycle in lifecycles]
    return sets(APP, "properties.configuration.identitySettings", settings)


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
            (("*/read", SUBSCRIPTION), ("Microsoft.App/*/read", GROUP), ("Microsoft.KeyVault/vaults/read", VAULT_ID), ("Microsoft.Network/*/read", SUBSCRIPTION), ("Microsoft.Insights/metrics/read", GROUP)),
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
                 edits(f"{DEFINITIONS}/{role}", lambda resource: resource["properties"]["permissions"][0]["actions"].append("Microsoft.Insights/metrics/write")))
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


OTHER = "2f7d90b1-4c5e-4a68-b3f7-90d2a6c81e35"


def _many_secrets(world: World) -> None:
    template = world.azure.secrets[0]
    for number in range(60):
        world.azure.secrets.insert(0, {**template, "id": f"{template['id'].rsplit('/', 1)[0]}/OTHER-{number}"})


def _many_alerts(world: World) -> None:
    for number in range(70):
        name = f"{GROUP}/providers/Microsoft.Security/locations/eastus/alerts/{number}"
        world.azure.add(
            {"id": name, "properties": {"severity": "High", "status": "Dismissed", "resourceIdentifiers": []}}
        )


def _identity(kind: str, *more: str) -> Change:
    return sets(
        APP,
        "identity",
        {"type": kind, "userAssignedIdentities": {identity_id: {} for identity_id in (IDENTITY_ID, *more)}},
    )


def _service(provider: str, name: str, group: str, access: str) -> Change:
    return adds({"id": f"{group}/providers/{provider}/{name}", "properties": {"publicNetworkAccess": access}})


APPLICATION = (
    Harmless("identity-and-the-systems", "The application has a system-assigned identity as well.", _identity("SystemAssigned,UserAssigned")),
    Harmless("identity-and-the-systems-spaced", "The same, written with a space.", _identity("SystemAssigned, UserAssigned")),
    Harmless("identity-in-lower-case", "The identity's type is in lower case.", _identity("userassigned")),
    Harmless("identity-id-in-capitals", "The identity's id is in capitals.",
             edits(APP, lambda resource: resource["identity"].update({"userAssignedIdentities": {key.upper(): value for key, value in resource["identity"]["userAssignedIdentities"].items()}}))),
    Harmless("traffic-split", "Traffic is split between revisions.", sets(APP, f"{INGRESS}.traffic", [{"latestRevision": True, "weight": 100}])),
    Harmless("environment-in-one-field", "The application names its environment in the newer field only.", drops(APP, "properties.managedEnvironmentId")),
    Harmless("environment-in-the-older-field", "The application names its environment in the older field only.", drops(APP, "properties.environmentId")),
    Harmless("sidecar", "The application has a second container, without secrets.", appends(APP, CONTAINERS, {"name": "sidecar", "image": "apexacr.azurecr.io/s:1"})),
    Harmless("plain-settings", "Variables hold settings, none of them a secret.",
             edits(APP, lambda resource: resource["properties"]["template"]["containers"][0]["env"].extend(
                 [{"name": "LOG_LEVEL", "value": "INFO"}, {"name": "TOKEN_TIMEOUT", "value": "30"}, {"name": "FEATURE", "value": "true"},
                  {"name": "TENANT_ID", "value": "11111111-1111-4111-8111-111111111111"}]))),
    Harmless("secret-with-version", "A reference names a version of the secret.",
             sets(APP, f"{SECRETS}[0].keyVaultUrl", f"{VAULT}/secrets/AZURE-SQL-CONNECTION-STRING/0123456789abcdef0123456789abcdef")),
    Harmless("secret-host-in-capitals", "A reference names the vault in capitals.",
             edits(APP, lambda resource: resource["properties"]["configuration"]["secrets"][1].update(
                 {"keyVaultUrl": resource["properties"]["configuration"]["secrets"][1]["keyVaultUrl"].replace("kv-apex", "KV-APEX")}))),
    Harmless("registry-added", "A further registry is signed in to by the identity.", appends(APP, REGISTRIES, {"server": "other.azurecr.io", "identity": IDENTITY_ID})),
    Harmless("secrets-in-the-vault", "The vault holds many further secrets, over several pages.", _many_secrets),
    Harmless("secret-disabled-elsewhere", "A secret that nobody refers to is disabled.",
             lambda world: next(secret for secret in world.azure.secrets if secret["id"].endswith("OPENAI-API-KEY"))["attributes"].update({"enabled": False})),
    Harmless("environment-address-other", "The environment has another private address.", sets(ENVIRONMENT, "properties.staticIp", "10.0.1.200")),
    Harmless("environment-access-untold", "An internal environment does not tell of public access.", drops(ENVIRONMENT, "properties.publicNetworkAccess")),
    Harmless("environment-profiles", "The environment has a further workload profile.", appends(ENVIRONMENT, "properties.workloadProfiles", {"name": "D4", "workloadProfileType": "D4"})),
)  # fmt: skip


SERVICE_ACCESS = (
    Harmless("access-disabled-in-lower-case", "Disabled is in lower case.", sets(SERVICES["key-vault"], "properties.publicNetworkAccess", "disabled")),
    Harmless("deny-in-lower-case", "Deny is in lower case.", sets(SERVICES["storage"], "properties.networkAcls.defaultAction", "deny")),
    Harmless("tls-1-3", "Both require TLS 1.3.", all_of(sets(SERVICES["sql"], "properties.minimalTlsVersion", "1.3"), sets(SERVICES["storage"], "properties.minimumTlsVersion", "TLS1_3"))),
    Harmless("address-rules-null", "The list of address rules is null.", sets(SERVICES["openai"], "properties.networkAcls.ipRules", None)),
    Harmless("kind-other", "The OpenAI account is of the newer kind.", sets(SERVICES["openai"], "kind", "AIServices")),
    Harmless("undeclared-and-private", "A further storage account is private.", _service("Microsoft.Storage/storageAccounts", "stother", GROUP, "Disabled")),
    Harmless("undeclared-vault-private", "A further vault is private, in lower case.", _service("Microsoft.KeyVault/vaults", "kv-other", GROUP, "disabled")),
    Harmless("undeclared-in-another-group", "A storage account of another group is public.", _service("Microsoft.Storage/storageAccounts", "stother", SHARED, "Enabled")),
    Harmless("public-address-in-another-group", "Another group has a public address.",
             adds({"id": f"{SHARED}/providers/Microsoft.Network/publicIPAddresses/pip", "properties": {"ipAddress": "203.0.113.1"}})),
    Harmless("other-resources", "The group holds an unrelated resource.", adds({"id": "{resource_group_id}/providers/Microsoft.Network/routeTables/rt", "properties": {}})),
    Harmless("plan-in-lower-case", "A plan's tier is in lower case.", sets("pricings/AI", "properties.pricingTier", "standard")),
    Harmless("plan-with-sub-plan", "A plan has a sub-plan.", sets("pricings/SqlServers", "properties.subPlan", "P2")),
    Harmless("plan-added", "A further plan is on.", all_of(sets("pricings/Arm", "properties.pricingTier", "Standard"), sets("pricings/Arm", "properties.resourcesCoverageStatus", "FullyCovered"))),
    Harmless("alert-dismissed", "A High alert was dismissed.", alert(status="Dismissed")),
    Harmless("alert-resolved", "A High alert was resolved, in lower case.", alert(status="resolved")),
    Harmless("alert-mild", "A Medium alert is active.", alert("Medium")),
    Harmless("alert-informational", "An informational alert is active.", alert("informational")),
    Harmless("alert-of-strangers", "A High alert is about another group of similar name.", alert(about=f"{GROUP}0/providers/Microsoft.KeyVault/vaults/x", group=f"{GROUP}0")),
    Harmless("alert-of-strangers-in-progress", "The stranger's alert is being worked on.", sets(ELSEWHERE, "properties.status", "InProgress")),
    Harmless("alert-mild-in-progress", "The Low alert is being worked on.", sets(MILD, "properties.status", "InProgress")),
    Harmless("alerts-dismissed-by-the-dozen", "Many alerts were dismissed, over several pages.", _many_alerts),
    Harmless("score-at-the-floor", "The secure score is exactly the floor.", sets(SECURE_SCORE, PERCENTAGE, 0.7)),
    Harmless("score-full", "The secure score is full.", sets(SECURE_SCORE, PERCENTAGE, 1)),
    Harmless("scores-extra", "Another initiative has a bad score.",
             adds({"id": f"{SUBSCRIPTION}/providers/Microsoft.Security/secureScores/aaa", "properties": {"score": {"percentage": 0.1}}})),
)  # fmt: skip


# For each kind of harmless value, what it is called in each place.
VALUES = {
    "length": ("PASSWORD_MIN_LENGTH", "12"),
    "file": ("DB_PASSWORD_FILE", "/run/secrets/db_password"),
    "reference": ("REDIS_PASSWORD", "${REDIS_PASSWORD_FROM_VAULT}"),
    "managed-identity": (
        "SQL_CONNECTION_STRING",
        "Server=tcp:sql.example,1433;Database=db;Authentication=Active Directory Default",
    ),
    "secret-url": ("SECRET_URL", "https://kv-apex.vault.azure.net/secrets/AZURE-SQL-CONNECTION-STRING"),
    "commit": ("GIT_COMMIT", "3f8a1c9d7e2b4056a1b2c3d4e5f60718293a4b5c"),
    "digest": ("IMAGE_DIGEST", "sha256:9f86d081884c7d659f86d081884c7d659f86d081884c7d659f86d081884c7d65"),
    "key-of-a-table": ("PARTITION_KEY", "tenantId"),
}


def _in(place: str, name: str, value: str) -> Change:
    def edit(one: Template) -> None:
        # What is given already stays: other checks look at the application's variables and bounds.
        template = one["properties"]["template"]
        first = template["containers"][0]
        variables, probes, scale = first["env"], first["probes"], template["scale"]
        PLACES[place][1](template, name, value)
        first["env"] = [*variables, *(first["env"] if first["env"] is not variables else ())]
        if first["probes"] is not probes:
            probes[0]["httpGet"].update(first["probes"][0]["httpGet"])
            first["probes"] = probes
        template["scale"] = {
            **scale,
            "rules": [*scale["rules"], *(template["scale"]["rules"] if place.endswith("rule") else ())],
        }

    return edits(APP, edit)


def _tagged(name: str, value: str) -> Change:
    return edits(APP, lambda resource: resource["tags"].update({name: value}))


def _workload(kind: str, group: str, environment_id: str, value: str) -> Change:
    template = {
        "containers": [{"name": "x", "image": "apexacr.azurecr.io/x:1", "env": [{"name": "SETTING", "value": value}]}]
    }
    return adds(
        {
            "id": f"{group}/providers/Microsoft.App/{kind}/x",
            "properties": {"environmentId": environment_id, "template": template},
        }
    )


PLAIN = (
    *(Harmless(f"plain-{place}-{name}", f"In {where} stands {given[0]}, which is no secret.", _in(place, *given))
      for place, (where, _) in PLACES.items() if place != "init" and not place.startswith("tcp") for name, given in VALUES.items()),
    *(Harmless(f"plain-tag-{name}", f"A tag is called {given[0]}, and holds no secret.", _tagged(*given))
      for name, given in VALUES.items()),
    Harmless("plain-tag-of-the-portal", "The portal has written its own tag.",
             edits(APP, lambda resource: resource["tags"].update({"hidden-link: /app-insights-instrumentation-key": "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"}))),
    Harmless("plain-in-a-dead-revision", "A revision that neither runs nor has traffic holds a secret.",
             edits(OLD, lambda resource: resource["properties"]["template"]["containers"][0]["env"].append({"name": "SETTING", "value": TOKEN}))),
    Harmless("plain-in-a-job-elsewhere", "A job of another environment, in another group, holds a secret.", _workload("jobs", SHARED, "/elsewhere", TOKEN)),
    Harmless("plain-in-an-application-elsewhere", "So does an application there.", _workload("containerApps", SHARED, "/elsewhere", TOKEN)),
    Harmless("plain-job-without-secret", "A job of the environment holds none.", _workload("jobs", SHARED, ENVIRONMENT_ID, "INFO")),
    Harmless("plain-application-without-secret", "Another application of the environment holds none.", _workload("containerApps", SHARED, ENVIRONMENT_ID, "INFO")),
    Harmless("plain-telemetry-without-secret", "The environment sends its telemetry without a key.", all_of(
        sets(ENVIRONMENT, "properties.openTelemetryConfiguration", {"destinationsConfiguration": {"otlpConfigurations": [{"name": "otlp", "endpoint": "otlp.example:4317", "headers": []}]}}))),
)  # fmt: skip
