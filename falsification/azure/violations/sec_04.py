"""SEC-04: ways in which a private DNS zone does not hold the endpoint's own address for this network."""
# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

from falsification.azure.changes import SHARED, Violation, adds, all_of, appends, copies, drops, edits, moves, sets
from falsification.azure.violations.sec_03 import ENDPOINTS
from falsification.azure.world import Change

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
STATE = "properties.virtualNetworkLinkState"
NETWORK = "properties.virtualNetwork.id"
INTERFACE = "networkInterfaces/pe-sql-apex-{environment}.nic.8f3ee528-cd08-5d1b-b6ef-d9d5090c4c7d"
OWN_ADDRESS = "properties.ipConfigurations[0].properties.privateIPAddress"
_PROVIDER = "providers/Microsoft.Network"


def _of(name: str, wrong: str, check: str, change: Change, *others: str) -> Violation:
    return Violation(name, wrong, change, ("SEC-04", *others), check)


def record(service: str, name: str, *addresses: str) -> dict[str, object]:
    """Return an A record set of a service's zone."""
    found = [{"ipv4Address": address} for address in addresses]
    return {
        "id": f"{{resource_group_id}}/{_PROVIDER}/{ZONES[service]}/A/{name}",
        "properties": {"fqdn": f"{name}.{NAMES[service][0]}.", "ttl": 10, "aRecords": found, "isAutoRegistered": False},
    }


def _link(service: str, name: str, network: str, state: str) -> dict[str, object]:
    properties = {"virtualNetwork": {"id": network}, "virtualNetworkLinkState": state, "registrationEnabled": False}
    return {
        "id": f"{{resource_group_id}}/{_PROVIDER}/{ZONES[service]}/virtualNetworkLinks/{name}",
        "properties": properties,
    }


_THIS = f"{{resource_group_id}}/{_PROVIDER}/virtualNetworks/vnet-apex-{{environment}}"

_ZONES = (
    *(_of(f"{service}-zone-missing", f"The private zone of {service} does not exist.", LINKED, drops(zone))
      for service, zone in ZONES.items()),
    _of("zone-in-another-group", "The zone is in another resource group.", LINKED, moves(ZONES["openai"])),
    _of("zone-misspelt", "The zone's name is the public one, without privatelink.", LINKED,
        all_of(copies(ZONES["key-vault"], "privatelink.vaultcore.azure.net", "vaultcore.azure.net"),
               drops("Microsoft.Network/privateDnsZones/privatelink.vaultcore.azure.net")), "SEC-11"),
    *(_of(f"{service}-zone-unlinked", f"The zone of {service} is linked to no network.", LINKED, drops(link))
      for service, link in LINKS.items()),
    _of("zone-linked-to-another-network", "The zone is linked to the hub only.", LINKED,
        sets(LINKS["sql"], NETWORK, f"{SHARED}/{_PROVIDER}/virtualNetworks/vnet-hub")),
    _of("zone-linked-to-a-namesake", "The zone is linked to a namesake network of another group.", LINKED,
        sets(LINKS["storage"], NETWORK, f"{SHARED}/{_PROVIDER}/virtualNetworks/vnet-apex-{{environment}}")),
    _of("zone-linked-to-similar-name", "The name of the linked network begins with this one's.", LINKED,
        sets(LINKS["openai"], NETWORK, f"{_THIS}-2")),
    _of("zone-link-in-progress", "The link is still being made.", LINKED, sets(LINKS["sql"], STATE, "InProgress")),
    _of("zone-link-state-absent", "The link has no state.", LINKED, drops(LINKS["key-vault"], STATE)),
    _of("zone-link-state-null", "The link's state is null.", LINKED, sets(LINKS["key-vault"], STATE, None)),
    _of("zone-link-without-network", "The link names no network.", LINKED, drops(LINKS["storage"], "properties.virtualNetwork")),
    _of("zone-link-provisioned-not-completed", "The link is provisioned, and its state is not Completed.", LINKED,
        sets(LINKS["document-intelligence"], STATE, "Unknown")),
    _of("zone-linked-twice-once-failing", "A second link to this network is not completed.", LINKED,
        adds(_link("sql", "second", _THIS, "InProgress"))),
    _of("zone-links-swapped", "The link is on the other zone only.", LINKED,
        all_of(drops(LINKS["openai"]), adds(_link("sql", "openai", _THIS, "Completed")))),
)  # fmt: skip

_REGISTRATION = (
    *(_of(f"{service}-zone-group-missing", f"The endpoint of {service} has no zone group.", REGISTERED, drops(group))
      for service, group in GROUPS.items()),
    _of("zone-group-of-another-zone", "The zone group names another zone.", REGISTERED,
        sets(GROUPS["sql"], f"{CONFIG}.privateDnsZoneId", f"{{resource_group_id}}/{_PROVIDER}/{ZONES['storage']}")),
    _of("zone-group-of-a-namesake", "The zone group names a namesake zone of another group.", REGISTERED,
        sets(GROUPS["storage"], f"{CONFIG}.privateDnsZoneId", f"{SHARED}/{_PROVIDER}/{ZONES['storage']}")),
    _of("zone-group-empty", "The zone group names no zone.", REGISTERED, sets(GROUPS["openai"], "properties.privateDnsZoneConfigs", [])),
    _of("zone-group-null", "The zone group's zones are null.", REGISTERED, sets(GROUPS["openai"], "properties.privateDnsZoneConfigs", None)),
    _of("zone-group-without-zone-id", "The zone group's entry has no zone id.", REGISTERED, drops(GROUPS["key-vault"], f"{CONFIG}.privateDnsZoneId")),
    _of("zone-group-named-right-only", "The zone group's entry has the zone's name, and another id.", REGISTERED,
        sets(GROUPS["document-intelligence"], f"{CONFIG}.privateDnsZoneId",
             f"{{resource_group_id}}/{_PROVIDER}/privateDnsZones/cognitiveservices.azure.com")),
)  # fmt: skip

_RECORDS = (
    *(_of(f"{service}-record-stale", f"The record of {service} has an address of an endpoint that is gone.", RECORDED,
          sets(one, ADDRESSES, [{"ipv4Address": "10.0.2.99"}])) for service, one in RECORDS.items()),
    _of("record-missing", "The zone has no record of the service.", RECORDED, drops(RECORDS["sql"])),
    _of("record-of-another-endpoint", "The record has another endpoint's address.", RECORDED,
        sets(RECORDS["openai"], ADDRESSES, [{"ipv4Address": "10.0.2.7"}])),
    _of("record-with-a-stale-second-address", "The record has the right address and a stale one.", RECORDED,
        appends(RECORDS["storage"], ADDRESSES, {"ipv4Address": "10.0.2.77"})),
    _of("record-empty", "The record set has no address.", RECORDED, sets(RECORDS["key-vault"], ADDRESSES, [])),
    _of("record-named-otherwise", "The right address stands under another name.", RECORDED,
        all_of(drops(RECORDS["sql"]), adds(record("sql", "sql-apex", "10.0.2.4")))),
    _of("record-as-wildcard", "Only a wildcard record holds the address.", RECORDED,
        all_of(drops(RECORDS["key-vault"]), adds(record("key-vault", "*", "10.0.2.8")))),
    _of("record-in-another-zone", "The record stands in another service's zone.", RECORDED,
        all_of(drops(RECORDS["openai"]), adds(record("document-intelligence", "openai-apex-{environment}", "10.0.2.6")))),
    _of("record-public", "The record is a public address.", PRIVATE, sets(RECORDS["sql"], ADDRESSES, [{"ipv4Address": "203.0.113.4"}])),
    _of("another-record-public", "Another record of the zone is a public address.", PRIVATE, adds(record("storage", "legacy", "52.239.1.1"))),
    _of("record-in-carrier-space", "Another record is in the carriers' shared space.", PRIVATE, adds(record("openai", "old", "100.64.0.5"))),
    _of("record-link-local", "Another record is a link-local address.", PRIVATE, adds(record("key-vault", "old", "169.254.1.9"))),
    _of("record-in-documentation-space", "Another record is in a documentation range.", PRIVATE, adds(record("sql", "old", "192.0.2.1"))),
    _of("record-one-of-two-public", "A record has a private and a public address.", PRIVATE,
        adds(record("document-intelligence", "both", "10.0.2.7", "8.8.8.8"))),
    _of("record-just-outside-private-space", "Another record is just beyond 172.16.0.0/12.", PRIVATE, adds(record("sql", "edge", "172.32.0.1"))),
    _of("endpoint-recreated", "The endpoint was made again with another address; record and name are stale.", RECORDED,
        sets(INTERFACE, OWN_ADDRESS, "10.0.2.44"), "SEC-09"),
    _of("endpoint-without-address", "The endpoint's interface has no address.", RECORDED,
        edits(INTERFACE, lambda one: one["properties"]["ipConfigurations"][0]["properties"].pop("privateIPAddress")), "SEC-09"),
    _of("endpoint-without-interface", "The endpoint has no interface.", RECORDED,
        sets(ENDPOINTS["storage"], "properties.networkInterfaces", []), "SEC-09"),
    _of("endpoint-interface-gone", "The endpoint's interface does not exist.", RECORDED, drops(INTERFACE), "SEC-09"),
)  # fmt: skip

VIOLATIONS = (*_ZONES, *_REGISTRATION, *_RECORDS)
