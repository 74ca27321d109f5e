"""Harmless changes of the application, and of what lets networks reach its services."""
# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

from falsification.azure.changes import (
    SHARED,
    Harmless,
    adds,
    all_of,
    appends,
    drops,
    edits,
    sets,
)
from falsification.azure.roles import SUBSCRIPTION
from falsification.azure.violations.sec_03 import SERVICES
from falsification.azure.violations.sec_05 import APP, ENVIRONMENT, INGRESS
from falsification.azure.violations.sec_07 import CONTAINERS, IDENTITY_ID, REGISTRIES, SECRETS, VAULT
from falsification.azure.violations.sec_08 import GROUP
from falsification.azure.violations.sec_10 import ELSEWHERE, MILD, PERCENTAGE, SECURE_SCORE, alert
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
             lambda world: next(one for one in world.azure.secrets if one["id"].endswith("OPENAI-API-KEY"))["attributes"].update({"enabled": False})),
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
