"""The network's views: flows, zones, endpoints, the vantage, and subnets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from assurance.environment.network import DeclaredFlow, DeclaredNetwork, Direction, Subnet
from assurance.environment.values import Vantage
from assurance.errors import NotEvaluated
from assurance.estate.deployment.container_environment import ContainerEnvironment
from assurance.estate.network.flows import InsideFlow, OutsideFlow
from assurance.estate.network.private_dns_zone import PrivateDnsZone
from assurance.estate.network.private_endpoint import PrivateEndpoint, is_in_force
from assurance.estate.network.security_group import NetworkSecurityGroup
from assurance.estate.network.vantage import VantageAsFound
from assurance.estate.network.virtual_network import ContainerAppsSubnet, VirtualNetwork
from assurance.world.azure.document import Document
from assurance.world.dns import Resolution
from assurance.world.sockets import Connection
from tests.assurance.estate.documents import ENDPOINT, GROUP, READING, document, refused, resource
from tests.assurance.estate.network.test_security_rules import DEFAULTS, from_source, group, properties, rule

NAME = "kv-apex-prod.vault.azure.net"
ZONE = "privatelink.vaultcore.azure.net"
OPEN = Connection("open", http_status=200, reading="open")
REFUSED = Connection("refused", reading="refused")
STRANDED = Connection("unreachable", tls_failure="No route to host", reading="stranded")
FIREWALL = Connection("open", http_status=403, http_body="ForbiddenByFirewall", reading="firewall")
SILENT = Connection("open", reading="silent")


def outside(*connections: tuple[str, Connection]) -> OutsideFlow:
    """Return the flow of a service with these connections, by address."""
    addresses = tuple(address for address, _ in connections)
    return OutsideFlow(NAME, 443, Resolution(NAME, True, (), addresses, "name"), connections)


def test_open_address_fails_though_another_cannot_be_reached() -> None:
    """An address that admits proves the service open, whatever this machine has no route to."""
    fact = outside(("203.0.113.7", OPEN), ("203.0.113.8", STRANDED)).is_closed
    assert not fact.holds
    assert "203.0.113.7:443 open, HTTP 200" in fact.observed


def test_unreachable_public_address_proves_nothing() -> None:
    """Without a route to a public address, nothing is known of it."""
    with pytest.raises(NotEvaluated, match=r"no route to 203\.0\.113\.8"):
        _ = outside(("203.0.113.7", REFUSED), ("203.0.113.8", STRANDED)).is_closed


def test_refusal_by_the_service_is_closed_and_told() -> None:
    """A service that says why it refuses is closed, and its words are in what was observed."""
    fact = outside(("203.0.113.7", FIREWALL)).is_closed
    assert fact.holds
    assert fact.observed == "203.0.113.7:443 open, HTTP 403, ForbiddenByFirewall"


def test_open_port_that_says_no_more_is_not_judged() -> None:
    """A gateway that accepts and says nothing may still refuse at sign-in."""
    with pytest.raises(NotEvaluated, match="accepts a connection from outside, and says no more: 203"):
        _ = outside(("203.0.113.7", SILENT)).is_closed


@pytest.mark.parametrize(
    ("aliases", "addresses", "holds", "observed"),
    [
        ((f"x.{ZONE}",), ("10.0.2.4",), True, f"aliases x.{ZONE}"),
        ((f"x.{ZONE}",), (), False, f"aliases x.{ZONE}, and no address"),
        ((f"x{ZONE}",), ("10.0.2.4",), False, f"aliases x{ZONE}"),
    ],
)
def test_alias_counts_only_where_it_leads_somewhere(
    aliases: tuple[str, ...], addresses: tuple[str, ...], holds: bool, observed: str
) -> None:
    """A name leads through the zone if an alias lies in it and the chain ends in an address."""
    flow = InsideFlow(NAME, 443, Resolution(NAME, True, aliases, addresses, "name"), ())
    fact = flow.resolves_through(ZONE)
    assert (fact.holds, fact.observed) == (holds, observed)


DNS_ZONE = f"{GROUP}/providers/Microsoft.Network/privateDnsZones/privatelink.cognitiveservices.azure.com"
A = {"aRecords": [{"ipv4Address": "10.0.2.4"}]}


def zone(**records: Mapping[str, object]) -> PrivateDnsZone:
    """Return a zone with these record sets, by name."""
    found = tuple(resource(f"{DNS_ZONE}/X/{name}", **properties) for name, properties in records.items())
    return PrivateDnsZone(DNS_ZONE, (), READING, lambda: (found, ("records",)))


def at(*addresses: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the addresses of an endpoint."""
    return addresses, ("interface",)


@pytest.mark.parametrize(
    "properties",
    [
        {"aRecords": [{"ipv4Address": "20.1.2.3"}]},
        {"aaaaRecords": [{"ipv6Address": "2001:db8::5"}]},
        {"cnameRecord": {"cname": "x.azurewebsites.net"}},
        {"cnameRecord": {"cname": "x.cognitiveservices.azure.com."}},
        {"cnameRecord": {"cname": "x.notprivatelink.cognitiveservices.azure.com"}},
    ],
)
def test_no_record_leads_out(properties: dict[str, object]) -> None:
    """A public address of either family fails, and so does an alias of a name outside the zone."""
    assert not zone(one=A, two=properties).has_only_private_addresses.holds


@pytest.mark.parametrize(
    "properties",
    [
        {"aaaaRecords": [{"ipv6Address": "fd00::5"}]},
        {"cnameRecord": {"cname": "one.privatelink.cognitiveservices.azure.com."}},
        {"soaRecord": {"host": "azureprivatedns.net"}},
        {"txtRecords": [{"value": ["20.1.2.3"]}]},
    ],
)
def test_other_records_are_no_finding(properties: dict[str, object]) -> None:
    """Private addresses, aliases within the zone, and records that are no addresses pass."""
    assert zone(one=A, two=properties).has_only_private_addresses.holds


def test_zone_without_addresses_is_not_judged() -> None:
    """The start of authority alone proves nothing."""
    with pytest.raises(NotEvaluated, match="no A record to judge"):
        _ = zone(one={"soaRecord": {"host": "azureprivatedns.net"}}).has_only_private_addresses


def test_broken_record_hides_no_public_one() -> None:
    """A record that cannot be read leaves the others judged; alone it is not judged."""
    broken: dict[str, object] = {"aRecords": [{"ipv4Address": 7}]}
    public: dict[str, object] = {"aRecords": [{"ipv4Address": "20.1.2.3"}]}
    assert not zone(a=broken, b=public).has_only_private_addresses.holds
    with pytest.raises(NotEvaluated):
        _ = zone(a=broken, b=A).has_only_private_addresses


def test_each_service_of_a_shared_zone_needs_its_own_record() -> None:
    """A zone that two services share holds a record for each: the second's is not the first's."""
    shared = zone(**{"di-two": A})
    assert shared.holds_record("di-two", lambda: at("10.0.2.4")).holds
    missing = shared.holds_record("di", lambda: at("10.0.2.5"))
    assert (missing.holds, missing.observed) == (False, "A record di: none")


def test_missing_and_public_records_fail_though_the_endpoint_cannot_be_read() -> None:
    """Only a private address has to be compared with the endpoint's."""
    found = zone(public={"aRecords": [{"ipv4Address": "20.1.2.3"}]}, private=A)
    assert not found.holds_record("none", refused()).holds
    assert not found.holds_record("public", refused()).holds
    with pytest.raises(NotEvaluated, match="No permission"):
        found.holds_record("private", refused())


def test_second_address_of_either_family_is_not_the_endpoints() -> None:
    """A name with an IPv6 address beside its endpoint's address leads to two places."""
    six: dict[str, object] = {"aaaaRecords": [{"ipv6Address": "fd00::5"}]}
    records: tuple[Document, ...] = (resource(f"{DNS_ZONE}/A/one", **A), resource(f"{DNS_ZONE}/AAAA/one", **six))
    judged = PrivateDnsZone(DNS_ZONE, (), READING, lambda: (records, READING))
    assert not judged.holds_record("one", lambda: at("10.0.2.4")).holds


MEMBERS = {
    "default": "ai.cognitiveservices.azure.com",
    "secondary": "ai.openai.azure.com",
    "third": "ai.services.ai.azure.com",
}


def interface(members: dict[str, str]) -> Document:
    """Return an interface with an address for each member, which names one host."""
    links = [
        {"groupId": "g", "requiredMemberName": name, "fqdns": [host] * bool(host)} for name, host in members.items()
    ]
    configurations = [
        {"properties": {"privateIPAddress": f"10.0.2.{number}", "privateLinkConnectionProperties": link}}
        for number, link in enumerate(links, start=4)
    ]  # fmt: skip
    return resource(f"{GROUP}/providers/Microsoft.Network/networkInterfaces/nic", ipConfigurations=configurations)


def endpoint(members: dict[str, str], *statuses: str) -> PrivateEndpoint:
    """Return an endpoint of these members, with a connection of each status."""
    connections = [{"properties": {"privateLinkServiceConnectionState": {"status": status}}} for status in statuses]
    return PrivateEndpoint(
        ENDPOINT,
        resource(ENDPOINT, privateLinkServiceConnections=connections),
        READING,
        lambda: ((interface(members),), ("interface",)),
        refused(),
    )


@pytest.mark.parametrize(
    ("host", "address"), [(host, f"10.0.2.{number}") for number, host in enumerate(MEMBERS.values(), start=4)]
)
def test_each_host_has_the_address_of_its_member(host: str, address: str) -> None:
    """An account of three members has three addresses, and each name its own, in any casing."""
    assert endpoint(MEMBERS).addresses_of(host.upper()) == ((address,), (*READING, "interface"))


def test_host_of_no_member_is_not_judged() -> None:
    """An endpoint that names the hosts of its members says nothing of another host."""
    with pytest.raises(NotEvaluated, match=r"not for ai\.example"):
        endpoint(MEMBERS).addresses_of("ai.example")


def test_addresses_of_members_without_hosts_are_all_meant() -> None:
    """Where no member tells its hosts, the name has every address."""
    assert endpoint({"a": "", "b": ""}).addresses_of("ai.example")[0] == ("10.0.2.4", "10.0.2.5")


def test_only_address_is_that_of_any_name() -> None:
    """An endpoint with one address leads there, whatever host it tells."""
    assert endpoint({"vault": "other.example"}).addresses_of("one.example")[0] == ("10.0.2.4",)


@pytest.mark.parametrize(
    ("statuses", "holds"),
    [
        (("Approved",), True),
        (("Approved", "Disconnected"), True),
        (("Disconnected", "approved"), True),
        (("Disconnected",), False),
        (("Approved", "Rejected"), False),
        (("Approved", "Pending"), False),
        ((), False),
    ],
)
def test_one_connection_in_force_suffices(statuses: tuple[str, ...], holds: bool) -> None:
    """What is Disconnected beside an approved connection is history; anything else is not."""
    assert is_in_force(statuses) is holds
    assert endpoint(MEMBERS, *statuses).is_approved.holds is holds


def test_rejection_is_told_though_the_interface_cannot_be_read() -> None:
    """What is wrong with the endpoint itself does not wait for its neighbours."""
    found = document(id=ENDPOINT, properties={"subnet": {"id": f"{GROUP}/x"}})
    judged = PrivateEndpoint(ENDPOINT, found, READING, refused(), refused())
    assert not judged.is_in_subnet(f"{GROUP}/y").holds
    assert not judged.is_approved.holds


PRIVATE, PUBLIC, NOTHING = ("10.0.2.4",), ("203.0.113.4",), ()
BOTH = ("10.0.2.4", "203.0.113.4")
OUTSIDE = "Declared inside, looks like outside: {} of {} service names lead to a public address, none to a private one."
INSIDE = "Declared outside, looks like inside: {} of {} service names lead to a private address, none to a public one."


def seen(declared: Vantage, *addresses: tuple[str, ...]) -> VantageAsFound:
    """Return what names with these addresses tell of a vantage."""
    names = (Resolution(f"{i}.example", bool(one), (), one, f"name-{i}") for i, one in enumerate(addresses))
    return VantageAsFound(declared, tuple(names))


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (seen("inside", PUBLIC, PUBLIC), OUTSIDE.format(2, 2)),
        (seen("inside", PUBLIC, NOTHING, PUBLIC), OUTSIDE.format(2, 3)),
        (seen("inside", PUBLIC, NOTHING), OUTSIDE.format(1, 2)),
        (seen("outside", PRIVATE, PRIVATE), INSIDE.format(2, 2)),
        (seen("outside", PRIVATE, NOTHING), INSIDE.format(1, 2)),
    ],
)
def test_names_tell_another_vantage(found: VantageAsFound, reason: str) -> None:
    """Where no name leads where it should and one leads where it would from elsewhere, that is what is told."""
    assert found.doubt is not None
    assert found.doubt.reason == reason
    assert f"--vantage {'outside' if found.declared == 'inside' else 'inside'}" in found.doubt.remedy
    assert found.doubt.readings == tuple(name.reading for name in found.names)


def test_names_that_lead_nowhere_tell_another_resolver() -> None:
    """Where no name exists at all from inside, it is the resolver that is doubted."""
    doubt = seen("inside", NOTHING, NOTHING, NOTHING).doubt
    assert doubt is not None
    assert doubt.reason.startswith("None of the 3 service names resolves from inside: either nothing exists or this")


@pytest.mark.parametrize(
    "found",
    [
        seen("inside", PRIVATE, PRIVATE),
        seen("inside", PUBLIC, PUBLIC, PRIVATE),
        seen("inside", NOTHING, NOTHING, PRIVATE),
        seen("inside", BOTH, PUBLIC),
        seen("inside", PUBLIC),
        seen("inside", NOTHING),
        seen("inside"),
        seen("outside", PUBLIC, PUBLIC),
        seen("outside", PRIVATE, PRIVATE, PUBLIC),
        seen("outside", BOTH, PRIVATE),
        seen("outside", NOTHING, NOTHING),
        seen("outside", PRIVATE),
    ],
)
def test_one_name_tells_of_its_service(found: VantageAsFound) -> None:
    """One name that leads where it should holds the vantage to be what it is declared; one name alone tells nothing."""
    assert found.doubt is None


NETWORK_ID = "/subscriptions/s/resourceGroups/r/providers/Microsoft.Network/virtualNetworks/vnet"
GROUP_ID = "/subscriptions/s/resourceGroups/r/providers/Microsoft.Network/networkSecurityGroups/nsg"
ENVIRONMENT_ID = "/subscriptions/s/resourceGroups/r/providers/Microsoft.App/managedEnvironments/cae"


@pytest.mark.parametrize(
    ("length", "workload_profiles", "holds"),
    [(27, True, True), (28, True, False), (23, False, True), (24, False, False)],
)
def test_subnet_is_as_large_as_its_kind_of_environment_needs(length: int, workload_profiles: bool, holds: bool) -> None:
    """With workload profiles a /27 is enough, without them nothing smaller than a /23 is."""
    subnet = {"id": f"{NETWORK_ID}/subnets/apps", "name": "apps", "properties": {"addressPrefix": f"10.0.0.0/{length}"}}
    declared = Subnet(name="apps", prefix="10.0.0.0/24", network_security_group="nsg")
    network = VirtualNetwork(
        NETWORK_ID,
        Document({"id": NETWORK_ID, "properties": {"subnets": [subnet]}}, ("key",)),
        ("key",),
        DeclaredNetwork(name="vnet", address_space=("10.0.0.0/16",), subnets=(declared,)),
    )
    assert ContainerAppsSubnet(network.subnet(declared, GROUP_ID), workload_profiles).is_large_enough.holds is holds


def flow(direction: str) -> DeclaredFlow:
    """A declared flow of everything, in one direction."""
    values: dict[str, Any] = {"direction": direction, "protocol": "*", "source": "*", "destination": "*"}
    return DeclaredFlow(name=f"all-{direction}", ports=("*",), **values)


@pytest.mark.parametrize(("permitted", "holds"), [("Inbound", True), ("Outbound", False)])
@pytest.mark.parametrize("direction", ["Inbound", "Outbound"])
def test_flow_permits_its_own_direction_only(permitted: str, holds: bool, direction: Direction) -> None:
    """What is permitted in one direction excuses nothing in the other."""
    rules = [{"name": "All", "properties": properties(direction=direction, priority=100)}]
    defaults = [
        {
            "name": rule.name,
            "properties": properties(direction=rule.direction, access=rule.access, priority=rule.priority),
        }
        for rule in DEFAULTS
    ]
    document = Document(
        {"id": GROUP_ID, "properties": {"securityRules": rules, "defaultSecurityRules": defaults}}, ("key",)
    )
    judged = NetworkSecurityGroup(GROUP_ID, document, ("key",), ("10.0.0.0/16",))
    other = {"Inbound": "Outbound", "Outbound": "Inbound"}
    declared = flow(direction if permitted == "Inbound" else other[direction])
    assert judged.permits_only(direction, [declared]).holds is holds


def test_denying_every_prefix_closes_connected_networks_too() -> None:
    """A Deny of all prefixes takes away from the virtual network what is routed to it, so nothing is left open."""
    assert group(from_source("None", 100, "Deny", "0.0.0.0/0", "::/0")).undeclared("Inbound", ()) == ()


def test_allowed_public_prefix_is_no_part_of_the_virtual_network() -> None:
    """An Allow of a public prefix opens the Internet's addresses, and is not told as the virtual network's."""
    rules = group(
        from_source("Public", 100, "Allow", "8.8.8.0/24"), from_source("None", 200, "Deny", "0.0.0.0/0", "::/0")
    )
    [opening] = rules.undeclared("Inbound", ())
    assert opening.description.startswith("any protocol all ports from Internet (8.8.8.0/24) to any address")


def test_last_port_ends_a_span() -> None:
    """An opening that reaches the last port is told with it."""
    [opening] = group(rule("High", 100, destinationPortRange="60000-65535")).admits_from_internet()
    assert opening.description.startswith("any protocol 60000-65535 from ")


@pytest.mark.parametrize(
    ("found", "internal", "holds"),
    [("Disabled", False, True), ("disabled", None, True), ("Allowed", True, False), (None, True, True)],
)
def test_public_network_access_is_disabled_by_that_word_only(
    found: str | None, internal: bool | None, holds: bool
) -> None:
    """Any other word than Disabled is no refusal, even of an environment that is internal."""
    values = {"publicNetworkAccess": found, "vnetConfiguration": {"internal": internal}}
    environment = ContainerEnvironment(
        ENVIRONMENT_ID, Document({"id": ENVIRONMENT_ID, "properties": values}, ("key",)), ("key",), "subnet"
    )
    assert environment.refuses_public_networks.holds is holds
