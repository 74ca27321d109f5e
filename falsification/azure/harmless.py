"""The catalogue of harmless changes: the world is other than it was, and no verdict may change."""
# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from assurance.world.sockets import Connection
from falsification.azure.changes import (
    SHARED,
    Harmless,
    adds,
    all_of,
    appends,
    at,
    connects_outside,
    copies,
    drops,
    edits,
    names,
    sets,
)
from falsification.azure.harmless_application import ACCESS, APPLICATION, OTHER, PLAIN, SERVICE_ACCESS
from falsification.azure.harmless_deployment import DEPLOYMENT, INVENTORY
from falsification.azure.shapes import (
    APPS_GROUP,
    CUSTOM,
    ENDPOINTS_GROUP,
    OWNER,
    PRINCIPAL,
    READER,
    RULES,
    SUBSCRIPTION,
    allow,
    defines,
    denies,
    deny,
    grants,
    rule,
)
from falsification.azure.untidy_harmless import UNTIDY
from falsification.azure.violations.sec_02 import APP_IN, APP_OUT, CLOUD_OUT, DENY_IN, DENY_OUT
from falsification.azure.violations.sec_08 import ASSIGNMENTS, BLOBS, GROUP, STORAGE, TEAM
from falsification.azure.violations.sec_network import APPS, ENDPOINTS, NETWORK
from falsification.azure.violations.sec_private_link import (
    CONNECTIONS,
    FIRST,
    GROUPS,
    LINKS,
    MANUAL,
    OWN,
    RECORDS,
    SERVICES,
    STATE,
    record,
)
from falsification.azure.violations.sec_private_link import ENDPOINTS as PRIVATE_ENDPOINTS
from falsification.azure.world import STRANGERS_ADDRESS, Change, World


def _everywhere(edit: Callable[[dict[str, Any]], object]) -> Change:  # Any: a resource's values
    """Return the change that edits every resource."""

    def change(world: World) -> None:
        for resource in world.azure.resources.values():
            edit(resource)

    return change


def _ids(pattern: str, spelling: str) -> Change:
    """Return the change that spells a part of every resource's own id otherwise."""
    return _everywhere(
        lambda resource: resource.update({"id": re.sub(pattern, spelling, resource["id"], flags=re.IGNORECASE)})
    )


def _reversed_lists(world: World) -> None:
    world.azure.resources = dict(reversed(world.azure.resources.items()))
    world.azure.secrets.reverse()


def _reversed(reference: str, path: str) -> Change:
    def change(world: World) -> None:
        items = at(world.azure.find(reference), path)
        assert isinstance(items, list)
        items.reverse()

    return change


def _recased(reference: str, path: str, key: str) -> Change:
    """Return the change that writes a word of every element of a list in capitals."""

    def change(world: World) -> None:
        items = at(world.azure.find(reference), path)
        assert isinstance(items, list)
        for item in items:
            item["properties"][key] = item["properties"][key].upper()

    return change


def _backwards(one: dict[str, Any]) -> None:
    items = list(one.items())
    one.clear()
    one.update(reversed(items))


def _by_request(world: World) -> None:
    """Turn an automatic connection into one that was made by request and approved."""
    properties = world.azure.find(PRIVATE_ENDPOINTS["sql"])["properties"]
    properties["manualPrivateLinkServiceConnections"], properties["privateLinkServiceConnections"] = (
        properties["privateLinkServiceConnections"],
        [],
    )


def _member(world: World) -> None:
    world.azure.groups[TEAM] = [PRINCIPAL]


def _refused_outside(world: World) -> None:
    for service in world.services:
        world.connect_outside(service, Connection("refused"))


def _private_outside(world: World) -> None:
    """Let the name lead to the private address from outside too, where it cannot be reached."""
    _lead_inside(world, "openai")


def _private_outside_but_one(world: World) -> None:
    """Let every name but the vault's lead to the private address from outside too."""
    for service in world.services.keys() - {"key_vault"}:
        _lead_inside(world, service)


def _lead_inside(world: World, service: str) -> None:
    world.outside_name(service).addresses[:] = [world.services[service].private_address]


def _second_address_outside(world: World) -> None:
    world.outside_name("openai").addresses.append(STRANGERS_ADDRESS)
    world.outside.connections[f"{STRANGERS_ADDRESS}:443"] = Connection("refused")


_SPELLING = (
    Harmless("tags-other", "Every resource has other tags.", _everywhere(lambda resource: resource.update({"tags": {"costCenter": "4711"}}))),
    Harmless("tags-gone", "No resource has tags.", _everywhere(lambda resource: resource.pop("tags", None))),
    Harmless("tags-null", "Every resource's tags are null.", _everywhere(lambda resource: resource.update({"tags": None}))),
    Harmless("etags-other", "Every resource has another etag.", _everywhere(lambda resource: resource.update({"etag": 'W/"other"'}))),
    Harmless("locations-spelt-out", "Locations are spelt with spaces.", _everywhere(lambda resource: resource.update({"location": "East US"} if "location" in resource else {}))),
    Harmless("system-data", "Every resource tells who made it.", _everywhere(lambda resource: resource.update({"systemData": {"createdBy": "someone"}}))),
    Harmless("unknown-fields", "Every resource has a field that nobody knows yet.", _everywhere(lambda resource: resource.update({"newField": {"a": [1]}}))),
    Harmless("unknown-properties", "Every resource has a property that nobody knows yet.",
             _everywhere(lambda resource: resource.setdefault("properties", {}).update({"publicNetworkAccessV2": "Enabled"}))),
    Harmless("types-in-lower-case", "Every type is in lower case.", _everywhere(lambda resource: resource.update({"type": str(resource.get("type", "")).lower()}))),
    Harmless("keys-in-other-order", "Every resource's keys are in the opposite order.", _everywhere(_backwards)),
    Harmless("properties-in-other-order", "Every resource's properties are in the opposite order.",
             _everywhere(lambda resource: _backwards(resource.get("properties", {})))),
    Harmless("lists-in-other-order", "Every list is in the opposite order.", _reversed_lists),
    Harmless("groups-in-lower-case", "Ids say resourcegroups.", _ids("/resourceGroups/", "/resourcegroups/")),
    Harmless("groups-in-capitals", "Ids name the resource group in capitals.", _ids("/apex-rg-sandbox", "/APEX-RG-SANDBOX")),
    Harmless("providers-in-lower-case", "Ids name the resource providers in lower case.", _ids("/providers/Microsoft", "/providers/microsoft")),
)  # fmt: skip

_NETWORK = (
    Harmless("subnet-added", "The network has a further subnet.",
             appends(NETWORK, "properties.subnets", {"name": "snet-jump", "id": f"{{resource_group_id}}/providers/Microsoft.Network/{NETWORK}/subnets/snet-jump",
                                                     "properties": {"addressPrefix": "10.0.7.0/26", "provisioningState": "Succeeded"}})),
    Harmless("subnets-in-other-order", "The subnets are in the opposite order.", _reversed(NETWORK, "properties.subnets")),
    Harmless("prefix-in-the-plural-field", "A subnet's prefix stands in the plural field.",
             all_of(drops(NETWORK, f"{APPS}.properties.addressPrefix"), sets(NETWORK, f"{APPS}.properties.addressPrefixes", ["10.0.0.0/23"]))),
    Harmless("prefix-in-both-fields", "A subnet's prefix stands in both fields.", sets(NETWORK, f"{ENDPOINTS}.properties.addressPrefixes", ["10.0.2.0/24"])),
    Harmless("policies-in-lower-case", "The endpoint policies are in lower case.", sets(NETWORK, f"{ENDPOINTS}.properties.privateEndpointNetworkPolicies", "disabled")),
    Harmless("delegation-in-lower-case", "The delegation is in lower case.", sets(NETWORK, f"{APPS}.properties.delegations[0].properties.serviceName", "microsoft.app/environments")),
    Harmless("state-in-lower-case", "The provisioning state is in lower case.", sets(NETWORK, "properties.provisioningState", "succeeded")),
    Harmless("guard-id-in-capitals", "The id of the subnet's group is in capitals.",
             edits(NETWORK, lambda resource: resource["properties"]["subnets"][0]["properties"]["networkSecurityGroup"].update(
                 {"id": resource["properties"]["subnets"][0]["properties"]["networkSecurityGroup"]["id"].upper()}))),
    Harmless("rules-in-other-order", "The rules are listed in the opposite order.", _reversed(APPS_GROUP, RULES)),
    Harmless("default-rules-in-other-order", "The default rules are listed in the opposite order.", _reversed(ENDPOINTS_GROUP, "properties.defaultSecurityRules")),
    Harmless("protocols-in-capitals", "Protocols are in capitals.", _recased(APPS_GROUP, RULES, "protocol")),
    Harmless("access-in-capitals", "Allow and Deny are in capitals.", _recased(ENDPOINTS_GROUP, RULES, "access")),
    Harmless("directions-in-capitals", "Directions are in capitals.", _recased(ENDPOINTS_GROUP, RULES, "direction")),
    Harmless("denial-spelt-otherwise", "The denial says Any and the whole range of ports.",
             all_of(sets(ENDPOINTS_GROUP, f"{DENY_IN}.properties.sourceAddressPrefix", "Any"),
                    sets(ENDPOINTS_GROUP, f"{DENY_IN}.properties.destinationPortRange", "0-65535"))),
    Harmless("denial-in-the-plural-fields", "The denial's ports stand in the plural field, in two ranges.",
             all_of(drops(APPS_GROUP, f"{DENY_OUT}.properties.destinationPortRange"),
                    sets(APPS_GROUP, f"{DENY_OUT}.properties.destinationPortRanges", ["0-1023", "1024-65535"]))),
    Harmless("denial-at-another-priority", "The denial stands a little earlier.", sets(APPS_GROUP, f"{DENY_OUT}.properties.priority", 4000)),
    Harmless("source-in-halves", "The application's subnet is named in two halves.",
             all_of(drops(ENDPOINTS_GROUP, f"{APP_IN}.properties.sourceAddressPrefix"),
                    sets(ENDPOINTS_GROUP, f"{APP_IN}.properties.sourceAddressPrefixes", ["10.0.0.0/24", "10.0.1.0/24"]))),
    Harmless("ports-named-singly", "The endpoints' ports are named one by one.",
             all_of(drops(APPS_GROUP, f"{APP_OUT}.properties.destinationPortRange"),
                    sets(APPS_GROUP, f"{APP_OUT}.properties.destinationPortRanges", ["443", "1433"]))),
    Harmless("cloud-ports-as-ranges", "The ports to Azure are written as ranges.", sets(APPS_GROUP, f"{CLOUD_OUT}.properties.destinationPortRanges", ["80-80", "443-443"])),
    Harmless("cloud-not-reached", "Nothing to Azure is open: permitted is not required.", drops(APPS_GROUP, CLOUD_OUT)),
    Harmless("narrower-rule-added", "A rule opens a part of what is open anyway.", appends(ENDPOINTS_GROUP, RULES, allow("Part", 150, "10.0.0.0/24", port="1433"))),
    Harmless("internet-denied-once-more", "The Internet is denied once more.", appends(ENDPOINTS_GROUP, RULES, deny("NoInternet", 300, "Internet", protocol="*"))),
    Harmless("dead-rule", "A rule that lets the Internet in stands behind one that denies it.",
             all_of(appends(ENDPOINTS_GROUP, RULES, deny("NoInternet", 300, "*", protocol="*")), appends(ENDPOINTS_GROUP, RULES, allow("Dead", 400, "Internet")))),
    Harmless("rule-described", "A rule has a description.", sets(ENDPOINTS_GROUP, f"{APP_IN}.properties.description", "Allow everything from the Internet")),
    Harmless("undeclared-direction-in-use", "A rule of the direction that is not declared denies something.",
             appends(ENDPOINTS_GROUP, RULES, rule("NoOut", 200, "Outbound", "Deny", destination="Internet", port="*", protocol="*"))),
)  # fmt: skip

_LINKS = (
    Harmless("connection-by-request", "A connection was made by request, and approved.", _by_request),
    Harmless("connection-described-otherwise", "The description speaks of a rejection, the status of approval.", sets(PRIVATE_ENDPOINTS["storage"], f"{STATE}.description", "Rejected once")),
    Harmless("approval-in-lower-case", "The status is in lower case.", sets(PRIVATE_ENDPOINTS["openai"], f"{STATE}.status", "approved")),
    Harmless("group-id-in-lower-case", "The group id is in lower case.", sets(PRIVATE_ENDPOINTS["sql"], f"{FIRST}.groupIds", ["sqlserver"])),
    Harmless("manual-connections-null", "The list of manual connections is null.", sets(PRIVATE_ENDPOINTS["sql"], MANUAL, None)),
    Harmless("custom-names", "An endpoint has names of its own.", sets(PRIVATE_ENDPOINTS["sql"], "properties.customDnsConfigs", [{"fqdn": "sql.example", "ipAddresses": ["10.0.2.4"]}])),
    Harmless("service-id-in-capitals", "The id of the connected service is in capitals.",
             edits(PRIVATE_ENDPOINTS["key-vault"], lambda resource: resource["properties"]["privateLinkServiceConnections"][0]["properties"].update(
                 {"privateLinkServiceId": resource["properties"]["privateLinkServiceConnections"][0]["properties"]["privateLinkServiceId"].upper()}))),
    Harmless("stranger-rejected", "The service has rejected a stranger's endpoint.",
             appends(SERVICES["storage"], OWN, {"properties": {"privateEndpoint": {"id": f"{SHARED}/providers/Microsoft.Network/privateEndpoints/stranger"},
                                                    "privateLinkServiceConnectionState": {"status": "Rejected"}}})),
    Harmless("connection-name-other", "A connection has another name.", sets(PRIVATE_ENDPOINTS["openai"], f"{CONNECTIONS}[0].name", "by-hand")),
    Harmless("zone-added", "A further private zone stands in the group.",
             adds({"id": "{resource_group_id}/providers/Microsoft.Network/privateDnsZones/internal.example", "properties": {}})),
    Harmless("record-added", "A zone has a further record, a private address.", adds(record("sql", "other", "192.168.7.9"))),
    Harmless("record-without-addresses-added", "A zone has a further record set, without addresses.", adds(record("storage", "empty"))),
    Harmless("record-in-capitals", "The record's name is in capitals.", edits(RECORDS["openai"], lambda resource: resource.update({"name": resource["name"].upper()}))),
    Harmless("record-lives-longer", "The record's life is longer.", sets(RECORDS["sql"], "properties.ttl", 3600)),
    Harmless("zone-linked-to-the-hub-too", "The zone is linked to the hub as well.",
             adds({"id": "{resource_group_id}/providers/Microsoft.Network/privateDnsZones/privatelink.openai.azure.com/virtualNetworkLinks/hub",
                   "properties": {"virtualNetwork": {"id": f"{SHARED}/providers/Microsoft.Network/virtualNetworks/vnet-hub"}, "virtualNetworkLinkState": "InProgress"}})),
    Harmless("link-named-otherwise", "The link's name is another one.", copies(LINKS["sql"], "-link", "-second")),
    Harmless("link-state-in-lower-case", "The link's state is in lower case.", sets(LINKS["storage"], "properties.virtualNetworkLinkState", "completed")),
    Harmless("zone-group-of-two-zones", "The zone group names a further zone.",
             appends(GROUPS["document-intelligence"], "properties.privateDnsZoneConfigs",
                     {"name": "second", "properties": {"privateDnsZoneId": "{resource_group_id}/providers/Microsoft.Network/privateDnsZones/privatelink.openai.azure.com"}})),
)  # fmt: skip


_ACCESS = (
    Harmless("role-on-the-group", "A role is assigned on the resource group.", sets(ASSIGNMENTS["storage"], "properties.scope", GROUP)),
    Harmless("role-scope-in-capitals", "A role's scope is in capitals.", edits(ASSIGNMENTS["key-vault"], lambda resource: resource["properties"].update({"scope": resource["properties"]["scope"].upper()}))),
    Harmless("role-id-in-capitals", "A role's id is in capitals.",
             edits(ASSIGNMENTS["storage"], lambda resource: resource["properties"].update({"roleDefinitionId": resource["properties"]["roleDefinitionId"].upper()}))),
    Harmless("role-through-a-group", "A role is assigned to a group that the identity is in.",
             all_of(_member, drops(ASSIGNMENTS["storage"]), grants("ba92f5b4-2d11-453d-a403-e96b0029c9fe", STORAGE, principal=TEAM, kind="Group"))),
    Harmless("role-twice-once-under-a-condition", "A role is assigned once more, under a condition.",
             grants("ba92f5b4-2d11-453d-a403-e96b0029c9fe", GROUP, condition="@Resource[name] StringEquals 'x'")),
    Harmless("reader-from-above", "The identity is a Reader of the subscription.", grants(READER, SUBSCRIPTION)),
    Harmless("reader-of-the-management-group", "The identity is a Reader above the subscription.", grants(READER, "/providers/Microsoft.Management/managementGroups/mg-apex")),
    Harmless("custom-role-narrow", "The identity has a narrow custom role.", all_of(defines(CUSTOM, actions=("Microsoft.Storage/*/read", "*/read")), grants(CUSTOM, GROUP))),
    Harmless("owner-of-others", "Somebody else owns the subscription.", grants(OWNER, SUBSCRIPTION, principal=OTHER)),
    Harmless("denial-of-others", "Somebody else is denied everything.", denies(GROUP, actions=("*",), data=("*",), principal=OTHER)),
    Harmless("denial-of-other-actions", "The identity is denied what it does not use.", denies(GROUP, actions=("Microsoft.Compute/*",))),
    Harmless("denial-elsewhere", "The identity is denied its data actions in another group.", denies(f"{SUBSCRIPTION}/resourceGroups/apex-rg-shared", data=(f"{BLOBS}/*",))),
    Harmless("denial-with-exception", "Everything is denied, with the identity excepted.", denies(GROUP, actions=("*",), data=("*",), excludePrincipals=[{"id": PRINCIPAL, "type": "ServicePrincipal"}])),
    Harmless("denial-of-the-group-alone", "A denial on the group does not apply to what is in it.", denies(GROUP, data=(f"{BLOBS}/*",), doNotApplyToChildScopes=True)),
)  # fmt: skip

_FLOWS = (
    Harmless("aliases-more", "A name leads over a further alias inside.",
             names("inside", "sql", "sql-apex-{environment}.privatelink.database.windows.net", "x.privatelink.database.windows.net", addresses=("10.0.2.4",))),
    Harmless("refused-outside", "From outside, every service refuses connections.", _refused_outside),
    Harmless("dropped-outside", "From outside, packets are dropped.", connects_outside("storage", Connection("timed out"))),
    Harmless("private-outside", "From outside, a name leads to its private address, which cannot be reached.", _private_outside),
    Harmless("private-outside-but-one", "From outside, every name but one leads to its private address.", _private_outside_but_one),
    Harmless("refusal-in-other-words", "From outside, the vault's firewall refuses.", connects_outside("key_vault", Connection("open", http_status=HTTPStatus.FORBIDDEN, http_body='{"error":{"innererror":{"code":"ForbiddenByFirewall"}}}'))),
    Harmless("refusal-in-capitals", "From outside, the refusal is in capitals.", connects_outside("openai", Connection("open", http_status=HTTPStatus.FORBIDDEN, http_body="PUBLIC ACCESS IS DISABLED."))),
    Harmless("second-address-closed-outside", "From outside, a name has a second address, which refuses.",
             _second_address_outside),
)  # fmt: skip

CATALOGUE: tuple[Harmless, ...] = (
    *_SPELLING,
    *_NETWORK,
    *_LINKS,
    *APPLICATION,
    *SERVICE_ACCESS,
    *_ACCESS,
    *_FLOWS,
    *ACCESS,
    *INVENTORY,
    *DEPLOYMENT,
    *UNTIDY,
    *PLAIN,
)

__all__ = ["CATALOGUE", "Harmless"]
