"""SEC-04: each service's name stands in a private zone, linked to this network, at its endpoint's own address."""

from assurance.estate.services.private_access import ServiceName
from assurance.judging.checking import control

pytestmark = control("SEC-04")


def test_zone_is_linked_to_the_network(known_name: ServiceName) -> None:
    """Each private DNS zone exists and is linked to each network of an application, and the link is completed."""
    assert known_name.has_its_zone
    assert known_name.is_known_to_the_network


def test_endpoint_registers_in_the_zone(service_name: ServiceName) -> None:
    """Each private endpoint has a zone group that keeps its record in this zone."""
    assert service_name.is_registered


def test_record_is_the_endpoints_address(service_name: ServiceName) -> None:
    """Each service's A record is exactly its private endpoint's own address."""
    assert service_name.leads_to_its_endpoint


def test_zone_has_only_private_addresses(service_name: ServiceName) -> None:
    """No record of a private DNS zone is a public address, or an alias that leads out of the zone."""
    assert service_name.has_only_private_neighbours
