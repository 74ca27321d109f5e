"""What is plainly wrong while its neighbour cannot be read: a fact known to be broken is told, not hidden.

Each entry breaks a requirement and, beside it, lets Azure refuse a reading on which that requirement does not rest.
"""
# ruff: noqa: E501, S104  (a catalogue is read as a table: one change, one line; addresses are data, nothing binds them)

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus

from falsification.azure.changes import Violation, adds, all_of, appends, drops, names, sets
from falsification.azure.shapes import ENDPOINTS_GROUP, OWNER, RULES, SUBSCRIPTION, allow, grants
from falsification.azure.violations.sec_defender_and_strangers import alert
from falsification.azure.violations.sec_network import APP, ENVIRONMENT, INGRESS
from falsification.azure.violations.sec_private_link import (
    CONNECTIONS,
    ENDPOINTS,
    LINKS,
    OWN_STATE,
    RECORDS,
    SERVICES,
    STATE,
)
from falsification.azure.violations.sec_public_networks import ACCESS
from falsification.azure.violations.second_doors import network_resource
from falsification.azure.world import STRANGERS_ADDRESS, Change
from sandbox import Fault

_SQL = SERVICES["sql"]
SQL_NEIGHBOURS = {
    "firewall": "/firewallRules\\?", "ipv6-firewall": "/ipv6FirewallRules\\?", "network-rules": "/virtualNetworkRules\\?",
    "entra-setting": "/azureADOnlyAuthentications/",
}  # fmt: skip
"""What stands beside a SQL server and is read by itself."""
ENDPOINT_NEIGHBOURS = {
    "interfaces": "/networkInterfaces/", "zone-groups": "/privateDnsZoneGroups\\?", "records": "/privateDnsZones/.*/ALL\\?",
}  # fmt: skip
"""What is read of an endpoint beside itself."""


def refuses(match: str, status: int = HTTPStatus.FORBIDDEN) -> Change:
    """Return the change that lets Azure refuse every request for what matches."""
    return lambda world: world.faults.append(Fault(match, status=status))


def _masked(
    name: str, wrong: str, change: Change, control: str, check: str, neighbours: dict[str, str], *others: str
) -> Iterable[Violation]:
    """Return a violation beside each neighbour that cannot be read, by turns for lack of a right and for throttling."""
    for number, (neighbour, match) in enumerate(sorted(neighbours.items())):
        status = (HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS)[number % 2]
        sentence = f"{wrong} And the {neighbour.replace('-', ' ')} cannot be read."
        yield Violation(
            f"{name}-beside-{neighbour}", sentence, all_of(change, refuses(match, status)), (control, *others), check
        )


def _firewall(start: str) -> Change:
    rule_id = f"{{resource_group_id}}/providers/{_SQL}/firewallRules/all"
    return adds({"id": rule_id, "properties": {"startIpAddress": start, "endIpAddress": "255.255.255.255"}})


def _without(neighbours: dict[str, str], *gone: str) -> dict[str, str]:
    return {name: match for name, match in neighbours.items() if name not in gone}


_PUBLIC_RECORD = sets(RECORDS["sql"], "properties.aRecords", [{"ipv4Address": STRANGERS_ADDRESS}])

VIOLATIONS = (
    *_masked("sql-public", "The SQL server is public.", sets(_SQL, ACCESS, "Enabled"), "SEC-06",
             "test_public_network_access_is_disabled", SQL_NEIGHBOURS),
    *_masked("sql-open-to-all", "A firewall rule lets every address in.", _firewall("0.0.0.0"), "SEC-06",
             "test_no_address_is_let_in", _without(SQL_NEIGHBOURS, "firewall")),
    *_masked("sql-weak-tls", "The SQL server accepts TLS 1.0.", sets(_SQL, "properties.minimalTlsVersion", "1.0"), "SEC-06",
             "test_modern_tls_is_required", SQL_NEIGHBOURS),
    *_masked("sql-missing", "The SQL server does not exist.", drops(_SQL), "SEC-06", "test_public_network_access_is_disabled",
             SQL_NEIGHBOURS, "SEC-03", "SEC-07"),
    *_masked("endpoint-rejected", "The connection of an endpoint is Rejected.", sets(ENDPOINTS["sql"], f"{STATE}.status", "Rejected"),
             "SEC-03", "test_connection_is_approved", {**ENDPOINT_NEIGHBOURS, "servers": "/Microsoft.Sql/servers\\?"}),
    *_masked("endpoint-rejected-by-its-service", "The service has rejected its endpoint.", sets(_SQL, f"{OWN_STATE}.status", "Rejected"),
             "SEC-03", "test_connection_is_approved_by_the_service", {**ENDPOINT_NEIGHBOURS, **SQL_NEIGHBOURS}),
    *_masked("endpoint-to-another-service", "An endpoint connects to another service.",
             sets(ENDPOINTS["openai"], f"{CONNECTIONS}[0].properties.privateLinkServiceId", "{resource_group_id}/providers/Microsoft.Other/x/y"),
             "SEC-03", "test_endpoint_connects_to_its_service", ENDPOINT_NEIGHBOURS),
    *_masked("endpoint-in-another-subnet", "An endpoint stands in another subnet.",
             sets(ENDPOINTS["key-vault"], "properties.subnet.id", "{resource_group_id}/providers/Microsoft.Network/virtualNetworks/v/subnets/s"),
             "SEC-03", "test_endpoint_is_in_its_subnet", ENDPOINT_NEIGHBOURS),
    *_masked("zone-not-linked", "A zone is not linked to the network.", drops(LINKS["storage"]), "SEC-04",
             "test_zone_is_linked_to_the_network", {**ENDPOINT_NEIGHBOURS, "endpoints": "/privateEndpoints\\?"}),
    *_masked("record-public", "The record of a service is a public address.", _PUBLIC_RECORD, "SEC-04",
             "test_record_is_the_endpoints_address", {**_without(ENDPOINT_NEIGHBOURS, "records"), "endpoints": "/privateEndpoints\\?"}),
    *_masked("zone-with-a-public-record", "A zone holds a public address.", _PUBLIC_RECORD, "SEC-04",
             "test_zone_has_only_private_addresses", {**_without(ENDPOINT_NEIGHBOURS, "records"), "endpoints": "/privateEndpoints\\?"}),
    *_masked("record-missing", "The record of a service does not exist.", drops(RECORDS["openai"]), "SEC-04",
             "test_record_is_the_endpoints_address", {**_without(ENDPOINT_NEIGHBOURS, "records"), "endpoints": "/privateEndpoints\\?"}),
    *_masked("name-public-inside", "From inside, a name leads to a public address.", names("inside", "storage", addresses=(STRANGERS_ADDRESS,)),
             "SEC-09", "test_name_resolves_to_the_private_endpoint", {**ENDPOINT_NEIGHBOURS, "endpoints": "/privateEndpoints\\?"}),
    *_masked("application-external", "The application's ingress is external.", sets(APP, f"{INGRESS}.external", True), "SEC-05",
             "test_ingress_is_as_declared", {"environment": "/managedEnvironments/", "vault": "/Microsoft.KeyVault/"}),
    *_masked("environment-public", "The Container Apps environment is public.", sets(ENVIRONMENT, "properties.vnetConfiguration.internal", False),
             "SEC-05", "test_environment_is_internal", {"application": "/containerApps/", "network": "/virtualNetworks/"}),
    *_masked("identity-is-owner", "The identity is Owner.", grants(OWNER, SUBSCRIPTION), "SEC-08", "test_access_is_no_broader_than_needed",
             {"deny-assignments": "/denyAssignments\\?", "other-roles": "/roleDefinitions/(?!8e3af657)", "its-own-definition": "/roleDefinitions/8e3af657"}),
    *_masked("alert-severe", "A High alert is open.", alert(), "SEC-10", "test_no_severe_alert_is_open",
             {"plans": "/pricings\\?", "suppression-rules": "/alertsSuppressionRules\\?", "environment": "/managedEnvironments/", "score": "/secureScores\\?"}),
    *_masked("public-address", "A public address stands in the group.", network_resource("publicIPAddresses", "pip", ipAddress="203.0.113.9"),
             "SEC-06", "test_no_public_address_exists", {"prefixes": "/publicIPPrefixes\\?", "gateways": "/natGateways\\?"}),
    *_masked("public-prefix", "A public prefix stands in the group.", network_resource("publicIPPrefixes", "p", ipPrefix="203.0.113.0/28"),
             "SEC-06", "test_no_public_address_exists", {"addresses": "/publicIPAddresses\\?", "gateways": "/natGateways\\?"}),
    *(Violation(f"internet-let-in-beside-a-rule-with-{name}", f"The Internet is let in, and another rule has {name.replace('-', ' ')}.",
                all_of(appends(ENDPOINTS_GROUP, RULES, allow("Open", 210, "Internet")), appends(ENDPOINTS_GROUP, RULES, odd)), ("SEC-02",),
                "test_nothing_enters_from_the_internet")
      for name, odd in (
          ("an-unreadable-source", allow("Odd", 220, "789")),
          ("an-unreadable-port", allow("Odd", 220, "10.0.9.0/24", port="https")),
          ("an-unreadable-protocol", allow("Odd", 220, "10.0.9.0/24", protocol="Quic")))),
)  # fmt: skip
