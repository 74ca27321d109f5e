"""Defender for Cloud does not watch (SEC-10), or what nobody judges stands in the environment (SEC-11)."""

# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

from falsification.azure.changes import SHARED, MeantFor, adds, all_of, copies, drops, edits, sets
from falsification.azure.violations.sec_network import APP, ENVIRONMENT
from falsification.azure.world import Change

PLAN = "test_plan_is_on"
ALERT = "test_no_severe_alert_is_open"
SCORE = "test_secure_score_is_not_below_its_floor"

PLANS = ("SqlServers", "StorageAccounts", "KeyVaults", "Containers", "AI")
DISMISSED = "alerts/2517203461200000000_6513bc7f-377e-5a00-86c2-d11c4a491a8e"
MILD = "alerts/2517203461200000001_bbe2b06a-4f96-5df8-8942-52daf745d4b2"
ELSEWHERE = "alerts/2517203461200000002_9905d9ad-7204-5fb5-bf22-686e49dd534a"
TIER = "properties.pricingTier"
COVERAGE = "properties.resourcesCoverageStatus"
PERCENTAGE = "properties.score.percentage"
SECURE_SCORE = "secureScores/ascScore"
_GROUP = "{resource_group_id}"
_VAULT = f"{_GROUP}/providers/Microsoft.KeyVault/vaults/kv-apex-{{environment}}-{{suffix}}"


_of = MeantFor("SEC-10")


def alert(
    severity: str | None = "High",
    status: str | None = "Active",
    about: str | None = _VAULT,
    group: str = _GROUP,
    location: str = "eastus",
) -> Change:
    """Return the change that adds an alert; None leaves a property out."""
    values = {"severity": severity, "status": status, "alertDisplayName": "Planted"}
    properties: dict[str, object] = {key: value for key, value in values.items() if value is not None}
    if about is not None:
        properties["resourceIdentifiers"] = [{"type": "AzureResource", "azureResourceId": about}]
    return adds(
        {"id": f"{group}/providers/Microsoft.Security/locations/{location}/alerts/planted", "properties": properties}
    )


SEC_10 = (
    *(_of(f"plan-{plan.lower()}-off", f"The plan {plan} is not on.", PLAN,
          all_of(sets(f"pricings/{plan}", TIER, "Free"), sets(f"pricings/{plan}", COVERAGE, "NotCovered"))) for plan in PLANS),
    *(_of(f"plan-{plan.lower()}-partly", f"The plan {plan} covers only some resources.", PLAN,
          sets(f"pricings/{plan}", COVERAGE, "PartiallyCovered")) for plan in PLANS),
    _of("plan-missing", "A plan is not listed.", PLAN, drops("pricings/KeyVaults")),
    _of("plan-tier-absent", "A plan has no tier.", PLAN, drops("pricings/AI", TIER)),
    _of("plan-tier-null", "A plan's tier is null.", PLAN, sets("pricings/AI", TIER, None)),
    _of("plan-tier-unknown", "A plan's tier is one that Azure does not have yet.", PLAN, sets("pricings/SqlServers", TIER, "StandardTrial")),
    _of("plan-not-covering", "A plan is Standard and covers nothing.", PLAN, sets("pricings/Containers", COVERAGE, "NotCovered")),
    _of("plan-coverage-absent", "A plan does not tell what it covers.", PLAN, drops("pricings/StorageAccounts", COVERAGE)),
    _of("plan-coverage-null", "What a plan covers is null.", PLAN, sets("pricings/StorageAccounts", COVERAGE, None)),
    _of("plan-deprecated", "A plan is deprecated.", PLAN, sets("pricings/Containers", "properties.deprecated", True)),
    _of("plan-of-similar-name", "Only the plan for SQL on virtual machines is on.", PLAN,
        all_of(sets("pricings/SqlServers", TIER, "Free"), sets("pricings/SqlServerVirtualMachines", TIER, "Standard"),
               sets("pricings/SqlServerVirtualMachines", COVERAGE, "FullyCovered"))),
    _of("plan-of-the-old-name", "Only the deprecated plan for Kubernetes is on.", PLAN,
        all_of(drops("pricings/Containers"), sets("pricings/KubernetesService", TIER, "Standard"))),
    _of("plan-sub-plan-only", "A plan is free, though its sub-plan is named.", PLAN, sets("pricings/KeyVaults", TIER, "Free")),
    _of("alert-high", "A High alert is active.", ALERT, alert()),
    _of("alert-in-progress", "A High alert is being worked on.", ALERT, alert(status="InProgress")),
    _of("alert-in-lower-case", "An alert is high and active, in lower case.", ALERT, alert("high", "active")),
    _of("alert-of-unknown-severity", "An alert has a severity that Azure does not have yet.", ALERT, alert("Critical")),
    _of("alert-without-severity", "An alert has no severity.", ALERT, alert(None)),
    _of("alert-without-status", "An alert has no status.", ALERT, alert(status=None)),
    _of("alert-of-unknown-status", "An alert has a status that Azure does not have yet.", ALERT, alert(status="Reopened")),
    _of("alert-reopened", "The dismissed alert is active again.", ALERT, sets(DISMISSED, "properties.status", "Active")),
    _of("alert-raised", "The mild alert has become High.", ALERT, sets(MILD, "properties.severity", "High")),
    _of("alert-about-the-subscription", "A High alert is about the whole subscription.", ALERT,
        alert(about="/subscriptions/{subscription_id}", group="/subscriptions/{subscription_id}")),
    _of("alert-about-the-group", "A High alert is about the resource group.", ALERT, alert(about=_GROUP)),
    _of("alert-about-nothing", "A High alert in the group names no resource.", ALERT, alert(about=None)),
    _of("alert-filed-elsewhere", "A High alert about the vault is filed under another resource group.", ALERT, alert(group=SHARED)),
    _of("alert-in-another-location", "A High alert is filed under another location.", ALERT, alert(location="westeurope")),
    _of("alert-in-other-casing", "The resource's id is in capitals.", ALERT, alert(about=_VAULT.replace(
        "Microsoft.KeyVault/vaults", "MICROSOFT.KEYVAULT/VAULTS"))),
    _of("alert-below-a-service", "A High alert is about a database of the server.", ALERT,
        alert(about=f"{_GROUP}/providers/Microsoft.Sql/servers/sql-apex-{{environment}}/databases/db-apex-{{environment}}")),
    _of("alert-about-two-resources", "A High alert is about a stranger's resource and about the vault.", ALERT,
        edits(ELSEWHERE, lambda resource: resource["properties"]["resourceIdentifiers"].append(
            {"type": "AzureResource", "azureResourceId": resource["id"].split("/providers/")[0].replace("apex-rg-shared", "apex-rg-sandbox")}))),
    _of("score-below-the-floor", "The secure score is just below the floor.", SCORE, sets(SECURE_SCORE, PERCENTAGE, 0.6999)),
    _of("score-zero", "The secure score is zero.", SCORE, sets(SECURE_SCORE, PERCENTAGE, 0)),
    _of("score-of-another-initiative", "Another initiative's score is good, Defender's own is not.", SCORE,
        all_of(sets(SECURE_SCORE, PERCENTAGE, 0.4),
               adds({"id": "/subscriptions/{subscription_id}/providers/Microsoft.Security/secureScores/custom",
                     "properties": {"score": {"max": 10, "current": 10, "percentage": 1.0}}}))),
)  # fmt: skip


GROUP = "{resource_group_id}"
INFRASTRUCTURE = "/subscriptions/{subscription_id}/resourceGroups/ME_cae-apex-{environment}_{resource_group}_{location}"
ACCOUNTED = "test_everything_is_accounted_for"
PLATFORM = "test_infrastructure_group_holds_nothing_else"
SHUT = "test_other_public_doors_are_shut"

# Resources by their type and name, with what opens them, and with what shuts them.
OPEN: dict[str, dict[str, object]] = {
    "Microsoft.Web/sites/app-second": {"publicNetworkAccess": None},
    "Microsoft.Web/staticSites/stapp-second": {"publicNetworkAccess": "Enabled"},
    "Microsoft.ContainerRegistry/registries/acrsecond": {"publicNetworkAccess": "Enabled"},
    "Microsoft.ContainerRegistry/registries/acradmin": {"publicNetworkAccess": "Disabled", "adminUserEnabled": True},
    "Microsoft.ContainerRegistry/registries/acrpull": {"publicNetworkAccess": "Disabled", "anonymousPullEnabled": True},
    "Microsoft.DocumentDB/databaseAccounts/cosmos-second": {"ipRules": []},
    "Microsoft.DBforPostgreSQL/flexibleServers/psql-second": {"network": {"publicNetworkAccess": "Enabled"}},
    "Microsoft.DBforMySQL/flexibleServers/mysql-second": {"network": {}},
    "Microsoft.Cache/redis/redis-second": {"publicNetworkAccess": "Enabled"},
    "Microsoft.Cache/redis/redis-plain": {"publicNetworkAccess": "Disabled", "enableNonSslPort": True},
    "Microsoft.Search/searchServices/srch-second": {"publicNetworkAccess": "enabled"},
    "Microsoft.Sql/managedInstances/sqlmi-second": {"publicDataEndpointEnabled": True},
    "Microsoft.App/containerApps/ca-second": {"configuration": {"ingress": {"external": True}}},
    "Microsoft.App/containerApps/ca-ports": {
        "configuration": {
            "ingress": {"external": False, "additionalPortMappings": [{"external": True, "targetPort": 9000}]}
        }
    },
    "Microsoft.App/managedEnvironments/cae-second": {"vnetConfiguration": None},
    "Microsoft.Network/applicationGateways/agw-second": {},
    "Microsoft.Network/bastionHosts/bas-second": {},
    "Microsoft.Network/virtualNetworkGateways/vgw-second": {},
    "Microsoft.Cdn/profiles/afd-second": {},
    "Microsoft.ContainerInstance/containerGroups/aci-second": {"ipAddress": {"type": "Public", "ip": "203.0.113.20"}},
    "Microsoft.ContainerService/managedClusters/aks-second": {"apiServerAccessProfile": None},
    "Microsoft.EventHub/namespaces/evhns-second": {"publicNetworkAccess": "Enabled"},
    "Microsoft.ServiceBus/namespaces/sbns-second": {"publicNetworkAccess": None},
    "Microsoft.SignalRService/signalR/sigr-second": {"publicNetworkAccess": "Enabled"},
    "Microsoft.AppConfiguration/configurationStores/appcs-second": {"publicNetworkAccess": None},
    "Microsoft.ApiManagement/service/apim-second": {"publicNetworkAccess": "Enabled"},
    "Microsoft.DataFactory/factories/adf-second": {"publicNetworkAccess": "Enabled"},
    "Microsoft.Synapse/workspaces/syn-second": {"publicNetworkAccess": "Enabled"},
    "Microsoft.Kusto/clusters/dec-second": {"publicNetworkAccess": "Enabled"},
    "Microsoft.EventGrid/topics/evgt-second": {"publicNetworkAccess": "Enabled"},
}
CLOSED: dict[str, dict[str, object]] = {
    "Microsoft.App/jobs/job-second": {"configuration": {"triggerType": "Schedule"}},
    "Microsoft.App/containerApps/ca-internal": {"configuration": {"ingress": {"external": False}}},
    "Microsoft.App/managedEnvironments/cae-internal": {"vnetConfiguration": {"internal": True}},
    "Microsoft.Compute/virtualMachines/vm-second": {},
    "Microsoft.Compute/disks/disk-second": {},
    "Microsoft.ManagedIdentity/userAssignedIdentities/id-second": {
        "principalId": "0d0b7e55-10f7-4f0e-9d2b-3a6b1c9e8f70"
    },
    "Microsoft.Network/networkInterfaces/nic-second": {"ipConfigurations": []},
    "Microsoft.Network/privateEndpoints/pe-second": {"networkInterfaces": []},
    "Microsoft.Network/virtualNetworks/vnet-second": {},
    "Microsoft.Network/networkSecurityGroups/nsg-second": {"securityRules": [], "defaultSecurityRules": []},
    "Microsoft.Network/privateDnsZones/example.internal": {},
    "Microsoft.Network/routeTables/rt-second": {},
    "Microsoft.Network/loadBalancers/lb-second": {},
    "Microsoft.OperationalInsights/workspaces/log-second": {},
    "Microsoft.Insights/components/appi-second": {},
    "Microsoft.Sql/servers/sql-apex-{environment}/databases/db-second": {},
    "Microsoft.Web/serverFarms/plan-second": {},
    "Microsoft.EventGrid/systemTopics/evgst-second": {},
    "Microsoft.Search/searchServices/srch-private": {"publicNetworkAccess": "Disabled"},
    "Microsoft.DocumentDB/databaseAccounts/cosmos-private": {"publicNetworkAccess": "Disabled"},
    "Microsoft.Sql/managedInstances/sqlmi-private": {"publicDataEndpointEnabled": False},
}


def stands(resource: str, properties: dict[str, object], group: str = GROUP) -> Change:
    """Return the change that a resource of that type and name stands in a group."""
    return adds({"id": f"{group}/providers/{resource}", "location": "eastus", "properties": properties})


def _name(resource: str) -> str:
    return resource.rpartition("/")[2].replace(".", "-")


_sec_11 = MeantFor("SEC-11")


_STRANGERS = tuple(
    _sec_11(
        f"stranger-{_name(resource)}",
        f"{resource} stands there, and nobody knows it.",
        ACCOUNTED,
        stands(resource, values),
    )
    for resource, values in {**OPEN, **CLOSED}.items()
)
_DOORS = tuple(
    _sec_11(f"open-{_name(resource)}", f"{resource} is open to public networks.", SHUT, stands(resource, values))
    for resource, values in OPEN.items()
)
_INFRASTRUCTURE = tuple(
    _sec_11(
        f"infrastructure-{_name(resource)}",
        f"{resource} stands among the parts of the Container Apps environment.",
        PLATFORM,
        stands(resource, {}, INFRASTRUCTURE),
    )
    for resource in (
        "Microsoft.Compute/virtualMachines/vm-second",
        "Microsoft.Storage/storageAccounts/stsecond",
        "Microsoft.Network/privateEndpoints/pe-second",
        "Microsoft.Network/applicationGateways/agw-second",
        "Microsoft.Web/sites/app-second",
        "Microsoft.ManagedIdentity/userAssignedIdentities/id-second",
    )
)
_COPIES = (
    _sec_11("stranger-second-application", "A copy of the application stands beside it.", ACCOUNTED, copies(APP, "ca-apex-", "ca-other-")),
    _sec_11("stranger-second-environment", "A copy of the environment stands beside it.", ACCOUNTED, copies(ENVIRONMENT, "cae-apex-", "cae-other-")),
    _sec_11("stranger-of-similar-name", "A database's name begins as that of the declared one.", ACCOUNTED,
        stands("Microsoft.Sql/servers/sql-apex-{environment}/databases/db-apex-{environment}2", {})),
    _sec_11("stranger-of-similar-copy-name", "A database is called almost as copies are.", ACCOUNTED,
        stands("Microsoft.Sql/servers/sql-apex-{environment}/databases/db-apex-{environment}-backu", {})),
)  # fmt: skip

SEC_11 = (*_STRANGERS, *_DOORS, *_INFRASTRUCTURE, *_COPIES)

VIOLATIONS = (*SEC_10, *SEC_11)
