"""Harmless changes of the application, of what lets networks reach it, and of what it may hold in plain text."""

# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

from falsification.azure.changes import SHARED, Harmless, adds, all_of, appends, drops, edits, sets
from falsification.azure.shapes import SUBSCRIPTION
from falsification.azure.violations.sec_05 import APP, ENVIRONMENT, INGRESS
from falsification.azure.violations.sec_07 import CONTAINERS, IDENTITY_ID, REGISTRIES, SECRETS, VAULT
from falsification.azure.violations.sec_07_plain import ENVIRONMENT_ID, OLD, PLACES, TOKEN, Template
from falsification.azure.violations.sec_08 import GROUP
from falsification.azure.violations.sec_defender_and_strangers import ELSEWHERE, MILD, PERCENTAGE, SECURE_SCORE, alert
from falsification.azure.violations.sec_private_link import SERVICES
from falsification.azure.world import Change, World

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
    return sets(APP, "identity", {"type": kind, "userAssignedIdentities": {one: {} for one in (IDENTITY_ID, *more)}})


def _service(provider: str, name: str, group: str, access: str) -> Change:
    return adds({"id": f"{group}/providers/{provider}/{name}", "properties": {"publicNetworkAccess": access}})


APPLICATION = (
    Harmless("identity-and-the-systems", "The application has a system-assigned identity as well.", _identity("SystemAssigned,UserAssigned")),
    Harmless("identity-and-the-systems-spaced", "The same, written with a space.", _identity("SystemAssigned, UserAssigned")),
    Harmless("identity-in-lower-case", "The identity's type is in lower case.", _identity("userassigned")),
    Harmless("identity-id-in-capitals", "The identity's id is in capitals.",
             edits(APP, lambda one: one["identity"].update({"userAssignedIdentities": {key.upper(): value for key, value in one["identity"]["userAssignedIdentities"].items()}}))),
    Harmless("traffic-split", "Traffic is split between revisions.", sets(APP, f"{INGRESS}.traffic", [{"latestRevision": True, "weight": 100}])),
    Harmless("environment-in-one-field", "The application names its environment in the newer field only.", drops(APP, "properties.managedEnvironmentId")),
    Harmless("environment-in-the-older-field", "The application names its environment in the older field only.", drops(APP, "properties.environmentId")),
    Harmless("sidecar", "The application has a second container, without secrets.", appends(APP, CONTAINERS, {"name": "sidecar", "image": "apexacr.azurecr.io/s:1"})),
    Harmless("plain-settings", "Variables hold settings, none of them a secret.",
             edits(APP, lambda one: one["properties"]["template"]["containers"][0]["env"].extend(
                 [{"name": "LOG_LEVEL", "value": "INFO"}, {"name": "TOKEN_TIMEOUT", "value": "30"}, {"name": "FEATURE", "value": "true"},
                  {"name": "TENANT_ID", "value": "11111111-1111-4111-8111-111111111111"}]))),
    Harmless("secret-with-version", "A reference names a version of the secret.",
             sets(APP, f"{SECRETS}[0].keyVaultUrl", f"{VAULT}/secrets/AZURE-SQL-CONNECTION-STRING/0123456789abcdef0123456789abcdef")),
    Harmless("secret-host-in-capitals", "A reference names the vault in capitals.",
             edits(APP, lambda one: one["properties"]["configuration"]["secrets"][1].update(
                 {"keyVaultUrl": one["properties"]["configuration"]["secrets"][1]["keyVaultUrl"].replace("kv-apex", "KV-APEX")}))),
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
    return edits(APP, lambda one: one["tags"].update({name: value}))


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
    *(Harmless(f"plain-{place}-{name}", f"In {told} stands {given[0]}, which is no secret.", _in(place, *given))
      for place, (told, _) in PLACES.items() if place != "init" and not place.startswith("tcp") for name, given in VALUES.items()),
    *(Harmless(f"plain-tag-{name}", f"A tag is called {given[0]}, and holds no secret.", _tagged(*given))
      for name, given in VALUES.items()),
    Harmless("plain-tag-of-the-portal", "The portal has written its own tag.",
             edits(APP, lambda one: one["tags"].update({"hidden-link: /app-insights-instrumentation-key": "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"}))),
    Harmless("plain-in-a-dead-revision", "A revision that neither runs nor has traffic holds a secret.",
             edits(OLD, lambda one: one["properties"]["template"]["containers"][0]["env"].append({"name": "SETTING", "value": TOKEN}))),
    Harmless("plain-in-a-job-elsewhere", "A job of another environment, in another group, holds a secret.", _workload("jobs", SHARED, "/elsewhere", TOKEN)),
    Harmless("plain-in-an-application-elsewhere", "So does an application there.", _workload("containerApps", SHARED, "/elsewhere", TOKEN)),
    Harmless("plain-job-without-secret", "A job of the environment holds none.", _workload("jobs", SHARED, ENVIRONMENT_ID, "INFO")),
    Harmless("plain-application-without-secret", "Another application of the environment holds none.", _workload("containerApps", SHARED, ENVIRONMENT_ID, "INFO")),
    Harmless("plain-telemetry-without-secret", "The environment sends its telemetry without a key.", all_of(
        sets(ENVIRONMENT, "properties.openTelemetryConfiguration", {"destinationsConfiguration": {"otlpConfigurations": [{"name": "otlp", "endpoint": "otlp.example:4317", "headers": []}]}}))),
)  # fmt: skip
