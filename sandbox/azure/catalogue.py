"""The resource providers and types that the stand-in knows: a list of a known type may be empty, others are refused."""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.azure.azure_estate import AzureEstate, Resource
from sandbox.azure.resource_ids import ResourcePath, is_at_or_below

PRIVATE_DNS_RECORD_TYPES = ("a", "aaaa", "cname", "mx", "ptr", "soa", "srv", "txt")

# Lower case; nested types with their parents' types in front.
RESOURCE_TYPES: Mapping[str, frozenset[str]] = {
    "microsoft.apimanagement": frozenset({"service", "service/apis", "service/backends"}),
    "microsoft.appconfiguration": frozenset({"configurationstores"}),
    "microsoft.cache": frozenset({"redis", "redis/firewallrules", "redisenterprise"}),
    "microsoft.cdn": frozenset(
        {"profiles", "profiles/afdendpoints", "profiles/origingroups", "profiles/origingroups/origins"}
    ),
    "microsoft.compute": frozenset({"disks", "virtualmachines"}),
    "microsoft.containerinstance": frozenset({"containergroups"}),
    "microsoft.containerservice": frozenset({"managedclusters"}),
    "microsoft.datafactory": frozenset({"factories"}),
    "microsoft.dbformysql": frozenset({"flexibleservers"}),
    "microsoft.dbforpostgresql": frozenset(
        {"flexibleservers", "flexibleservers/configurations", "flexibleservers/firewallrules"}
    ),
    "microsoft.documentdb": frozenset({"databaseaccounts"}),
    "microsoft.eventgrid": frozenset({"systemtopics", "topics"}),
    "microsoft.eventhub": frozenset({"namespaces"}),
    "microsoft.kusto": frozenset({"clusters"}),
    "microsoft.search": frozenset({"searchservices"}),
    "microsoft.servicebus": frozenset({"namespaces", "namespaces/networkrulesets"}),
    "microsoft.signalrservice": frozenset({"signalr"}),
    "microsoft.synapse": frozenset({"workspaces"}),
    "microsoft.web": frozenset({"serverfarms", "sites", "staticsites"}),
    "microsoft.alertsmanagement": frozenset({"actionrules", "alerts", "smartdetectoralertrules"}),
    "microsoft.app": frozenset(
        {
            "jobs",
            "containerapps",
            "containerapps/revisions",
            "containerapps/revisions/replicas",
            "managedenvironments",
            "managedenvironments/certificates",
        }
    ),
    "microsoft.authorization": frozenset({"denyassignments", "permissions", "roleassignments", "roledefinitions"}),
    "microsoft.cognitiveservices": frozenset(
        {"accounts", "accounts/deployments", "accounts/privateendpointconnections"}
    ),
    "microsoft.containerregistry": frozenset({"registries", "registries/privateendpointconnections"}),
    "microsoft.insights": frozenset({"actiongroups", "components", "metricalerts", "scheduledqueryrules"}),
    "microsoft.keyvault": frozenset({"vaults", "vaults/privateendpointconnections"}),
    "microsoft.managedidentity": frozenset(
        {"userassignedidentities", "userassignedidentities/federatedidentitycredentials"}
    ),
    "microsoft.network": frozenset(
        {
            "applicationgateways",
            "applicationsecuritygroups",
            "azurefirewalls",
            "bastionhosts",
            "loadbalancers",
            "locations/servicetagdetails",
            "natgateways",
            "networkinterfaces",
            "networkinterfaces/ipconfigurations",
            "networksecuritygroups",
            "networksecuritygroups/defaultsecurityrules",
            "networksecuritygroups/securityrules",
            "privatednszones",
            "privatednszones/all",
            "privatednszones/virtualnetworklinks",
            *(f"privatednszones/{record_type}" for record_type in PRIVATE_DNS_RECORD_TYPES),
            "privateendpoints",
            "privateendpoints/privatednszonegroups",
            "publicipaddresses",
            "publicipprefixes",
            "virtualnetworkgateways",
            "routetables",
            "virtualnetworks",
            "virtualnetworks/subnets",
            "virtualnetworks/virtualnetworkpeerings",
        }
    ),
    "microsoft.operationalinsights": frozenset({"workspaces"}),
    "microsoft.portal": frozenset({"dashboards"}),
    "microsoft.security": frozenset(
        {"alerts", "alertssuppressionrules", "locations/alerts", "pricings", "securescores"}
    ),
    "microsoft.sql": frozenset(
        {
            "managedinstances",
            "servers",
            "servers/administrators",
            "servers/azureadonlyauthentications",
            "servers/databases",
            "servers/databases/backuplongtermretentionpolicies",
            "servers/databases/backupshorttermretentionpolicies",
            "servers/firewallrules",
            "servers/ipv6firewallrules",
            "servers/outboundfirewallrules",
            "servers/privateendpointconnections",
            "servers/virtualnetworkrules",
        }
    ),
    "microsoft.storage": frozenset(
        {"storageaccounts", "storageaccounts/blobservices", "storageaccounts/privateendpointconnections"}
    ),
}
# Lists that Azure answers whole, without nextLink.
UNPAGED = frozenset({"microsoft.security/pricings", "microsoft.app/containerapps/revisions/replicas"})


COLLECTION = "/resources"
SHOWN = ("id", "name", "type", "location", "tags", "kind", "sku", "identity", "managedBy", "plan", "zones")


def lists(scope: str) -> bool:
    """Tell whether a normalized path is the list of a resource group's resources."""
    parts = scope.split("/")
    return len(parts) == 6 and parts[3] == "resourcegroups" and scope.endswith(COLLECTION)


def resources_of_group(estate: AzureEstate, scope: str) -> list[Resource]:
    """The tracked resources of the resource group whose list a path is."""
    group = scope.removesuffix(COLLECTION)
    return [
        {key: resource[key] for key in SHOWN if key in resource}
        for path, resource in list(estate.resources.items())
        if "location" in resource and is_at_or_below(path, group) and ResourcePath.parse(path).namespace
    ]
