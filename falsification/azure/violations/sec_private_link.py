"""Private link (SEC-03, 04): ways in which an endpoint is not the service's, or its zone does not hold the endpoint."""

# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

from falsification.azure.changes import (
    SHARED,
    MeantFor,
    Violation,
    adds,
    all_of,
    appends,
    copies,
    drops,
    edits,
    moves,
    sets,
)

PROVISIONED = "test_endpoint_is_provisioned"
CONNECTED = "test_endpoint_connects_to_its_service"
GROUPED = "test_endpoint_has_its_group"
PLACED = "test_endpoint_is_in_its_subnet"
APPROVED = "test_connection_is_approved"
ACCEPTED = "test_connection_is_approved_by_the_service"

ENDPOINTS = {
    "sql": "privateEndpoints/pe-sql-apex-{environment}",
    "storage": "privateEndpoints/pe-storage-apex-{environment}",
    "openai": "privateEndpoints/pe-openai-apex-{environment}",
    "document-intelligence": "privateEndpoints/pe-di-apex-{environment}",
    "key-vault": "privateEndpoints/pe-kv-apex-{environment}",
}
SERVICES = {
    "sql": "Microsoft.Sql/servers/sql-apex-{environment}",
    "storage": "storageAccounts/stapex{environment}{suffix}",
    "openai": "accounts/openai-apex-{environment}",
    "document-intelligence": "accounts/di-apex-{environment}",
    "key-vault": "vaults/kv-apex-{environment}-{suffix}",
}
CONNECTIONS = "properties.privateLinkServiceConnections"
MANUAL = "properties.manualPrivateLinkServiceConnections"
FIRST = f"{CONNECTIONS}[0].properties"
STATE = f"{FIRST}.privateLinkServiceConnectionState"
OWN = "properties.privateEndpointConnections"
OWN_STATE = f"{OWN}[0].properties.privateLinkServiceConnectionState"
# Where an endpoint is gone, its record and its name lead nowhere that could be compared.
GONE = ("SEC-03", "SEC-04", "SEC-09")


_of = MeantFor("SEC-03")


def connection(service_id: str, group: str, status: str = "Approved") -> dict[str, object]:
    """Return a connection of an endpoint."""
    state = {"status": status, "description": "Auto-Approved", "actionsRequired": "None"}
    properties = {"privateLinkServiceId": service_id, "groupIds": [group], "privateLinkServiceConnectionState": state}
    return {"name": "second", "properties": {"provisioningState": "Succeeded", **properties}}


_SQL = "{resource_group_id}/providers/Microsoft.Sql/servers/sql-apex-{environment}"
_BLOB = "{resource_group_id}/providers/Microsoft.Storage/storageAccounts/stapex{environment}{suffix}"
_NETWORKS = "providers/Microsoft.Network/virtualNetworks"

_EXISTING = (
    *(Violation(f"{service}-endpoint-missing", f"The private endpoint of {service} does not exist.", drops(reference), GONE, PROVISIONED)
      for service, reference in ENDPOINTS.items()),
    Violation("endpoint-in-another-group", "Only a namesake in another resource group exists.",
              moves("privateEndpoints/pe-openai-apex-{environment}"), GONE, PROVISIONED),
    Violation("endpoint-of-similar-name", "Only an endpoint whose name begins with the declared one exists.",
              all_of(copies(ENDPOINTS["key-vault"], "pe-kv-apex-{environment}", "pe-kv-apex-{environment}-2"),
                     drops(ENDPOINTS["key-vault"])), (*GONE, "SEC-11"), PROVISIONED),
    _of("endpoint-failed", "The endpoint's last deployment failed.", PROVISIONED,
        sets(ENDPOINTS["storage"], "properties.provisioningState", "Failed")),
    _of("endpoint-being-deleted", "The endpoint is being deleted.", PROVISIONED,
        sets(ENDPOINTS["sql"], "properties.provisioningState", "Deleting")),
    _of("endpoint-without-state", "The answer does not say whether the endpoint was deployed.", PROVISIONED,
        drops(ENDPOINTS["key-vault"], "properties.provisioningState")),
)  # fmt: skip

_CONNECTED = (
    _of("connected-to-another-server", "The endpoint connects to another server.", CONNECTED,
        sets(ENDPOINTS["sql"], f"{FIRST}.privateLinkServiceId", f"{_SQL}-other")),
    _of("connected-to-a-namesake", "The endpoint connects to a namesake in another resource group.", CONNECTED,
        sets(ENDPOINTS["storage"], f"{FIRST}.privateLinkServiceId",
             f"{SHARED}/providers/Microsoft.Storage/storageAccounts/stapex{{environment}}{{suffix}}")),
    _of("connected-to-another-declared-service", "The endpoint connects to the other account of its kind.", CONNECTED,
        sets(ENDPOINTS["openai"], f"{FIRST}.privateLinkServiceId",
             "{resource_group_id}/providers/Microsoft.CognitiveServices/accounts/di-apex-{environment}")),
    _of("connected-to-a-database", "The endpoint names a resource below the service.", CONNECTED,
        sets(ENDPOINTS["sql"], f"{FIRST}.privateLinkServiceId", f"{_SQL}/databases/db-apex-{{environment}}")),
    _of("connected-to-another-subscription", "The endpoint connects to a namesake in another subscription.", CONNECTED,
        sets(ENDPOINTS["key-vault"], f"{FIRST}.privateLinkServiceId",
             "/subscriptions/33333333-3333-4333-8333-333333333333/resourceGroups/{resource_group}/providers/"
             "Microsoft.KeyVault/vaults/kv-apex-{environment}-{suffix}")),
    _of("connected-to-nothing", "The endpoint has no connection.", CONNECTED, sets(ENDPOINTS["storage"], CONNECTIONS, [])),
    _of("connections-null", "The endpoint's connections are null.", CONNECTED, sets(ENDPOINTS["openai"], CONNECTIONS, None)),
    _of("connection-without-target", "The connection names no service.", CONNECTED,
        drops(ENDPOINTS["document-intelligence"], f"{FIRST}.privateLinkServiceId")),
    _of("connected-to-a-second-service", "A second connection leads to a stranger.", CONNECTED,
        appends(ENDPOINTS["sql"], CONNECTIONS, connection(f"{_SQL}-other", "sqlServer"))),
    _of("connected-by-request-to-another", "A manual connection leads to a stranger.", CONNECTED,
        appends(ENDPOINTS["storage"], MANUAL, connection(f"{_BLOB}2", "blob"))),
    _of("group-file", "The storage endpoint is for files, not blobs.", GROUPED, sets(ENDPOINTS["storage"], f"{FIRST}.groupIds", ["file"])),
    _of("group-of-another-kind", "The vault's endpoint has an account's group id.", GROUPED,
        sets(ENDPOINTS["key-vault"], f"{FIRST}.groupIds", ["account"])),
    _of("group-plural", "The group id is misspelt in the plural.", GROUPED, sets(ENDPOINTS["sql"], f"{FIRST}.groupIds", ["sqlServers"])),
    _of("group-secondary", "The endpoint is for the secondary blobs.", GROUPED,
        sets(ENDPOINTS["storage"], f"{FIRST}.groupIds", ["blob_secondary"])),
    _of("group-and-another", "The endpoint has a second group id.", GROUPED,
        sets(ENDPOINTS["storage"], f"{FIRST}.groupIds", ["blob", "dfs"])),
    _of("group-empty", "The endpoint has no group id.", GROUPED, sets(ENDPOINTS["openai"], f"{FIRST}.groupIds", [])),
    _of("group-absent", "The answer tells no group id.", GROUPED, drops(ENDPOINTS["sql"], f"{FIRST}.groupIds")),
    _of("group-null", "The group ids are null.", GROUPED, sets(ENDPOINTS["key-vault"], f"{FIRST}.groupIds", None)),
    _of("endpoint-in-the-apps-subnet", "The endpoint stands in the application's subnet.", PLACED,
        sets(ENDPOINTS["sql"], "properties.subnet.id", f"{{resource_group_id}}/{_NETWORKS}/vnet-apex-{{environment}}/subnets/snet-containerapps")),
    _of("endpoint-in-another-network", "The endpoint stands in a namesake subnet of another network.", PLACED,
        sets(ENDPOINTS["storage"], "properties.subnet.id", f"{{resource_group_id}}/{_NETWORKS}/vnet-hub/subnets/snet-privateendpoints")),
    _of("endpoint-in-another-groups-network", "The endpoint stands in a namesake network of another group.", PLACED,
        sets(ENDPOINTS["openai"], "properties.subnet.id", f"{SHARED}/{_NETWORKS}/vnet-apex-{{environment}}/subnets/snet-privateendpoints")),
    _of("endpoint-in-a-subnet-of-similar-name", "The subnet's name begins with the declared one.", PLACED,
        sets(ENDPOINTS["key-vault"], "properties.subnet.id",
             f"{{resource_group_id}}/{_NETWORKS}/vnet-apex-{{environment}}/subnets/snet-privateendpoints2")),
    _of("endpoint-in-no-subnet", "The endpoint tells no subnet.", PLACED, drops(ENDPOINTS["document-intelligence"], "properties.subnet")),
)  # fmt: skip

_STATES = (
    *(_of(f"{service}-connection-rejected", f"The connection to {service} was approved, then rejected.", APPROVED,
          sets(reference, STATE, {"status": "Rejected", "description": "Auto-Approved", "actionsRequired": "None"}))
      for service, reference in ENDPOINTS.items()),
    _of("connection-pending", "The connection waits for approval.", APPROVED, sets(ENDPOINTS["sql"], f"{STATE}.status", "Pending")),
    _of("connection-disconnected", "The service was deleted; the connection is disconnected.", APPROVED,
        sets(ENDPOINTS["storage"], f"{STATE}.status", "Disconnected")),
    _of("connection-status-absent", "The connection has no status.", APPROVED, drops(ENDPOINTS["openai"], f"{STATE}.status")),
    _of("connection-status-null", "The status is null.", APPROVED, sets(ENDPOINTS["openai"], f"{STATE}.status", None)),
    _of("connection-state-absent", "The connection has no state.", APPROVED, drops(ENDPOINTS["key-vault"], STATE)),
    _of("connection-approved-in-words-only", "Only the description says that it is approved.", APPROVED,
        sets(ENDPOINTS["key-vault"], STATE, {"status": "Pending", "description": "Approved"})),
    _of("connection-one-of-two-pending", "A second, manual connection is pending.", APPROVED,
        appends(ENDPOINTS["storage"], MANUAL, connection(_BLOB, "blob", "Pending"))),
    _of("connection-approval-unknown", "The status is a word that Azure does not have yet.", APPROVED,
        sets(ENDPOINTS["sql"], f"{STATE}.status", "ApprovedWithChanges")),
    *(_of(f"{service}-rejects-the-endpoint", f"{service} itself has rejected the endpoint.", ACCEPTED,
          sets(reference, f"{OWN_STATE}.status", "Rejected")) for service, reference in SERVICES.items()),
    _of("service-has-it-pending", "The service has the endpoint as pending.", ACCEPTED,
        sets(SERVICES["sql"], f"{OWN_STATE}.status", "Pending")),
    _of("service-knows-no-endpoint", "The service's list of connections is empty.", ACCEPTED, sets(SERVICES["storage"], OWN, [])),
    _of("service-tells-no-endpoints", "The service's answer has no list of connections.", ACCEPTED, drops(SERVICES["openai"], OWN)),
    _of("service-knows-a-namesake", "The service has approved a namesake endpoint of another group.", ACCEPTED,
        sets(SERVICES["key-vault"], f"{OWN}[0].properties.privateEndpoint.id",
             f"{SHARED}/providers/Microsoft.Network/privateEndpoints/pe-kv-apex-{{environment}}")),
    _of("service-knows-another-endpoint", "The service has approved another endpoint only.", ACCEPTED,
        sets(SERVICES["sql"], f"{OWN}[0].properties.privateEndpoint.id",
             "{resource_group_id}/providers/Microsoft.Network/privateEndpoints/pe-sql-apex-{environment}-old")),
    _of("service-has-it-twice-once-rejected", "The service has the endpoint as approved and as rejected.", ACCEPTED,
        edits(SERVICES["storage"], lambda resource: resource["properties"]["privateEndpointConnections"].append(
            {"properties": {"privateEndpoint": resource["properties"]["privateEndpointConnections"][0]["properties"]["privateEndpoint"],
                            "privateLinkServiceConnectionState": {"status": "Rejected"}}}))),
    _of("service-tells-no-status", "The service's connection has no status.", ACCEPTED,
        drops(SERVICES["document-intelligence"], f"{OWN_STATE}.status")),
)  # fmt: skip

SEC_03 = (*_EXISTING, *_CONNECTED, *_STATES)


LINKED = "test_zone_is_linked_to_the_network"
REGISTERED = "test_endpoint_registers_in_the_zone"
RECORDED = "test_record_is_the_endpoints_address"
PRIVATE = "test_zone_has_only_private_addresses"

NAMES = {
    "sql": ("privatelink.database.windows.net", "sql-apex-{environment}"),
    "storage": ("privatelink.blob.core.windows.net", "stapex{environment}{suffix}"),
    "openai": ("privatelink.openai.azure.com", "openai-apex-{environment}"),
    "document-intelligence": ("privatelink.cognitiveservices.azure.com", "di-apex-{environment}"),
    "key-vault": ("privatelink.vaultcore.azure.net", "kv-apex-{environment}-{suffix}"),
}
ZONES = {service: f"privateDnsZones/{zone}" for service, (zone, _) in NAMES.items()}
RECORDS = {service: f"{ZONES[service]}/A/{name}" for service, (_, name) in NAMES.items()}
LINKS = {service: f"{zone}/virtualNetworkLinks/vnet-apex-{{environment}}-link" for service, zone in ZONES.items()}
GROUPS = {service: f"{endpoint}/privateDnsZoneGroups/default" for service, endpoint in ENDPOINTS.items()}
CONFIG = "properties.privateDnsZoneConfigs[0].properties"
ADDRESSES = "properties.aRecords"
ZONE_STATE = "properties.virtualNetworkLinkState"
NETWORK = "properties.virtualNetwork.id"
INTERFACE = "networkInterfaces/pe-sql-apex-{environment}.nic.8f3ee528-cd08-5d1b-b6ef-d9d5090c4c7d"
OWN_ADDRESS = "properties.ipConfigurations[0].properties.privateIPAddress"
_PROVIDER = "providers/Microsoft.Network"


_sec_04 = MeantFor("SEC-04")


def record(service: str, name: str, *addresses: str) -> dict[str, object]:
    """Return an A record set of a service's zone."""
    records = [{"ipv4Address": address} for address in addresses]
    return {
        "id": f"{{resource_group_id}}/{_PROVIDER}/{ZONES[service]}/A/{name}",
        "properties": {
            "fqdn": f"{name}.{NAMES[service][0]}.",
            "ttl": 10,
            "aRecords": records,
            "isAutoRegistered": False,
        },
    }


def _link(service: str, name: str, network: str, state: str) -> dict[str, object]:
    properties = {"virtualNetwork": {"id": network}, "virtualNetworkLinkState": state, "registrationEnabled": False}
    return {
        "id": f"{{resource_group_id}}/{_PROVIDER}/{ZONES[service]}/virtualNetworkLinks/{name}",
        "properties": properties,
    }


_THIS = f"{{resource_group_id}}/{_PROVIDER}/virtualNetworks/vnet-apex-{{environment}}"

_ZONES = (
    *(_sec_04(f"{service}-zone-missing", f"The private zone of {service} does not exist.", LINKED, drops(zone))
      for service, zone in ZONES.items()),
    _sec_04("zone-in-another-group", "The zone is in another resource group.", LINKED, moves(ZONES["openai"])),
    _sec_04("zone-misspelt", "The zone's name is the public one, without privatelink.", LINKED,
        all_of(copies(ZONES["key-vault"], "privatelink.vaultcore.azure.net", "vaultcore.azure.net"),
               drops("Microsoft.Network/privateDnsZones/privatelink.vaultcore.azure.net")), "SEC-11"),
    *(_sec_04(f"{service}-zone-unlinked", f"The zone of {service} is linked to no network.", LINKED, drops(link))
      for service, link in LINKS.items()),
    _sec_04("zone-linked-to-another-network", "The zone is linked to the hub only.", LINKED,
        sets(LINKS["sql"], NETWORK, f"{SHARED}/{_PROVIDER}/virtualNetworks/vnet-hub")),
    _sec_04("zone-linked-to-a-namesake", "The zone is linked to a namesake network of another group.", LINKED,
        sets(LINKS["storage"], NETWORK, f"{SHARED}/{_PROVIDER}/virtualNetworks/vnet-apex-{{environment}}")),
    _sec_04("zone-linked-to-similar-name", "The name of the linked network begins with this one's.", LINKED,
        sets(LINKS["openai"], NETWORK, f"{_THIS}-2")),
    _sec_04("zone-link-in-progress", "The link is still being made.", LINKED, sets(LINKS["sql"], ZONE_STATE, "InProgress")),
    _sec_04("zone-link-state-absent", "The link has no state.", LINKED, drops(LINKS["key-vault"], ZONE_STATE)),
    _sec_04("zone-link-state-null", "The link's state is null.", LINKED, sets(LINKS["key-vault"], ZONE_STATE, None)),
    _sec_04("zone-link-without-network", "The link names no network.", LINKED, drops(LINKS["storage"], "properties.virtualNetwork")),
    _sec_04("zone-link-provisioned-not-completed", "The link is provisioned, and its state is not Completed.", LINKED,
        sets(LINKS["document-intelligence"], ZONE_STATE, "Unknown")),
    _sec_04("zone-linked-twice-once-failing", "A second link to this network is not completed.", LINKED,
        adds(_link("sql", "second", _THIS, "InProgress"))),
    _sec_04("zone-links-swapped", "The link is on the other zone only.", LINKED,
        all_of(drops(LINKS["openai"]), adds(_link("sql", "openai", _THIS, "Completed")))),
)  # fmt: skip

_REGISTRATION = (
    *(_sec_04(f"{service}-zone-group-missing", f"The endpoint of {service} has no zone group.", REGISTERED, drops(group))
      for service, group in GROUPS.items()),
    _sec_04("zone-group-of-another-zone", "The zone group names another zone.", REGISTERED,
        sets(GROUPS["sql"], f"{CONFIG}.privateDnsZoneId", f"{{resource_group_id}}/{_PROVIDER}/{ZONES['storage']}")),
    _sec_04("zone-group-of-a-namesake", "The zone group names a namesake zone of another group.", REGISTERED,
        sets(GROUPS["storage"], f"{CONFIG}.privateDnsZoneId", f"{SHARED}/{_PROVIDER}/{ZONES['storage']}")),
    _sec_04("zone-group-empty", "The zone group names no zone.", REGISTERED, sets(GROUPS["openai"], "properties.privateDnsZoneConfigs", [])),
    _sec_04("zone-group-null", "The zone group's zones are null.", REGISTERED, sets(GROUPS["openai"], "properties.privateDnsZoneConfigs", None)),
    _sec_04("zone-group-without-zone-id", "The zone group's entry has no zone id.", REGISTERED, drops(GROUPS["key-vault"], f"{CONFIG}.privateDnsZoneId")),
    _sec_04("zone-group-named-right-only", "The zone group's entry has the zone's name, and another id.", REGISTERED,
        sets(GROUPS["document-intelligence"], f"{CONFIG}.privateDnsZoneId",
             f"{{resource_group_id}}/{_PROVIDER}/privateDnsZones/cognitiveservices.azure.com")),
)  # fmt: skip

_RECORDS = (
    *(_sec_04(f"{service}-record-stale", f"The record of {service} has an address of an endpoint that is gone.", RECORDED,
          sets(record, ADDRESSES, [{"ipv4Address": "10.0.2.99"}])) for service, record in RECORDS.items()),
    _sec_04("record-missing", "The zone has no record of the service.", RECORDED, drops(RECORDS["sql"])),
    _sec_04("record-of-another-endpoint", "The record has another endpoint's address.", RECORDED,
        sets(RECORDS["openai"], ADDRESSES, [{"ipv4Address": "10.0.2.7"}])),
    _sec_04("record-with-a-stale-second-address", "The record has the right address and a stale one.", RECORDED,
        appends(RECORDS["storage"], ADDRESSES, {"ipv4Address": "10.0.2.77"})),
    _sec_04("record-empty", "The record set has no address.", RECORDED, sets(RECORDS["key-vault"], ADDRESSES, [])),
    _sec_04("record-named-otherwise", "The right address stands under another name.", RECORDED,
        all_of(drops(RECORDS["sql"]), adds(record("sql", "sql-apex", "10.0.2.4")))),
    _sec_04("record-as-wildcard", "Only a wildcard record holds the address.", RECORDED,
        all_of(drops(RECORDS["key-vault"]), adds(record("key-vault", "*", "10.0.2.8")))),
    _sec_04("record-in-another-zone", "The record stands in another service's zone.", RECORDED,
        all_of(drops(RECORDS["openai"]), adds(record("document-intelligence", "openai-apex-{environment}", "10.0.2.6")))),
    _sec_04("record-public", "The record is a public address.", PRIVATE, sets(RECORDS["sql"], ADDRESSES, [{"ipv4Address": "203.0.113.4"}])),
    _sec_04("another-record-public", "Another record of the zone is a public address.", PRIVATE, adds(record("storage", "legacy", "52.239.1.1"))),
    _sec_04("record-in-carrier-space", "Another record is in the carriers' shared space.", PRIVATE, adds(record("openai", "old", "100.64.0.5"))),
    _sec_04("record-link-local", "Another record is a link-local address.", PRIVATE, adds(record("key-vault", "old", "169.254.1.9"))),
    _sec_04("record-in-documentation-space", "Another record is in a documentation range.", PRIVATE, adds(record("sql", "old", "192.0.2.1"))),
    _sec_04("record-one-of-two-public", "A record has a private and a public address.", PRIVATE,
        adds(record("document-intelligence", "both", "10.0.2.7", "8.8.8.8"))),
    _sec_04("record-just-outside-private-space", "Another record is just beyond 172.16.0.0/12.", PRIVATE, adds(record("sql", "edge", "172.32.0.1"))),
    _sec_04("endpoint-recreated", "The endpoint was made again with another address; record and name are stale.", RECORDED,
        sets(INTERFACE, OWN_ADDRESS, "10.0.2.44"), "SEC-09"),
    _sec_04("endpoint-without-address", "The endpoint's interface has no address.", RECORDED,
        edits(INTERFACE, lambda resource: resource["properties"]["ipConfigurations"][0]["properties"].pop("privateIPAddress")), "SEC-09"),
    _sec_04("endpoint-without-interface", "The endpoint has no interface.", RECORDED,
        sets(ENDPOINTS["storage"], "properties.networkInterfaces", []), "SEC-09"),
    _sec_04("endpoint-interface-gone", "The endpoint's interface does not exist.", RECORDED, drops(INTERFACE), "SEC-09"),
)  # fmt: skip

SEC_04 = (*_ZONES, *_REGISTRATION, *_RECORDS)

VIOLATIONS = (*SEC_03, *SEC_04)
