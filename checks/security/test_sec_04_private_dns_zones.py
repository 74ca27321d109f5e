"""SEC-04: each service's name stands in a private zone, linked to this network, at its endpoint's own address."""

from assurance.estate.network.private_link import PrivateDnsZone, PrivateEndpoint
from assurance.judging.checking import control

pytestmark = control("SEC-04")


def test_zone_is_linked_to_the_network(private_dns_zone: PrivateDnsZone, virtual_network_id: str) -> None:
    """Each private DNS zone exists and is linked to this virtual network, and the link is completed."""
    assert private_dns_zone.exists
    assert private_dns_zone.is_linked_to(virtual_network_id)


def test_endpoint_registers_in_the_zone(zone_endpoint: PrivateEndpoint, private_dns_zone: PrivateDnsZone) -> None:
    """Each private endpoint has a zone group that keeps its record in this zone."""
    assert zone_endpoint.registers_in(private_dns_zone.id)


def test_record_is_the_endpoints_address(
    private_dns_zone: PrivateDnsZone, zone_endpoint: PrivateEndpoint, record_name: str
) -> None:
    """Each service's A record is exactly its private endpoint's own address."""
    assert private_dns_zone.holds_record(record_name, zone_endpoint.addresses, zone_endpoint.address_readings)


def test_zone_has_only_private_addresses(private_dns_zone: PrivateDnsZone) -> None:
    """No record of a private DNS zone is a public address."""
    assert private_dns_zone.has_only_private_addresses
