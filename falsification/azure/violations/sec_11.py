"""SEC-11: what else can stand in the environment, by kind: unknown to its file, or known and open to the public."""

# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

from falsification.azure.changes import Violation, adds, copies
from falsification.azure.violations.sec_05 import APP, ENVIRONMENT
from falsification.azure.world import Change

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


def _of(name: str, wrong: str, check: str, change: Change) -> Violation:
    return Violation(name, wrong, change, ("SEC-11",), check)


_STRANGERS = tuple(
    _of(
        f"stranger-{_name(resource)}",
        f"{resource} stands there, and nobody knows it.",
        ACCOUNTED,
        stands(resource, values),
    )
    for resource, values in {**OPEN, **CLOSED}.items()
)
_DOORS = tuple(
    _of(f"open-{_name(resource)}", f"{resource} is open to public networks.", SHUT, stands(resource, values))
    for resource, values in OPEN.items()
)
_INFRASTRUCTURE = tuple(
    _of(
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
    _of("stranger-second-application", "A copy of the application stands beside it.", ACCOUNTED, copies(APP, "ca-apex-", "ca-other-")),
    _of("stranger-second-environment", "A copy of the environment stands beside it.", ACCOUNTED, copies(ENVIRONMENT, "cae-apex-", "cae-other-")),
    _of("stranger-of-similar-name", "A database's name begins as that of the declared one.", ACCOUNTED,
        stands("Microsoft.Sql/servers/sql-apex-{environment}/databases/db-apex-{environment}2", {})),
    _of("stranger-of-similar-copy-name", "A database is called almost as copies are.", ACCOUNTED,
        stands("Microsoft.Sql/servers/sql-apex-{environment}/databases/db-apex-{environment}-backu", {})),
)  # fmt: skip

VIOLATIONS = (*_STRANGERS, *_DOORS, *_INFRASTRUCTURE, *_COPIES)
