"""SEC-09: each service is reached by its private address from inside, and not at all from outside."""

from assurance.estate.network.flows import OutsideFlow
from assurance.estate.services.private_access import ServiceFlow
from assurance.judging.checking import control

pytestmark = control("SEC-09")


def test_name_resolves_through_the_private_zone(inside_flow: ServiceFlow) -> None:
    """From inside, each service's name leads through its alias in the private zone."""
    assert inside_flow.resolves_through_its_zone


def test_name_resolves_to_the_private_endpoint(inside_flow: ServiceFlow) -> None:
    """From inside, each service's name resolves to its endpoint's private address, and to nothing else."""
    assert inside_flow.resolves_to_its_endpoint


def test_connection_opens_from_inside(inside_flow: ServiceFlow) -> None:
    """From inside, a connection opens on the service's port, with a certificate for its name where TLS is spoken."""
    assert inside_flow.opens


def test_service_is_closed_from_outside(outside_flow: OutsideFlow) -> None:
    """From outside, the service refuses: no connection, or an explicit answer that public access is disabled."""
    assert outside_flow.is_closed


def test_application_is_closed_beside_its_front_door(door_beside_front_door: OutsideFlow) -> None:
    """From outside, an application in a public environment refuses whoever does not come through its Front Door."""
    assert door_beside_front_door.is_closed
