"""SEC-03: each service has an approved private endpoint to it, in the declared subnet."""

from assurance.estate.services.private_access import ServiceEndpoint
from assurance.judging.checking import control

pytestmark = control("SEC-03")


def test_endpoint_is_provisioned(private_endpoint: ServiceEndpoint) -> None:
    """Each private endpoint exists and its deployment succeeded."""
    assert private_endpoint.exists
    assert private_endpoint.is_provisioned


def test_endpoint_connects_to_its_service(private_endpoint: ServiceEndpoint) -> None:
    """Each private endpoint connects to the declared resource, and to no other."""
    assert private_endpoint.is_connected_to_its_service


def test_endpoint_has_its_group(private_endpoint: ServiceEndpoint) -> None:
    """Each private endpoint connects to exactly the declared sub-resource."""
    assert private_endpoint.has_its_group


def test_endpoint_is_in_its_subnet(private_endpoint: ServiceEndpoint) -> None:
    """Each private endpoint stands in the declared subnet of the declared network."""
    assert private_endpoint.is_in_its_subnet


def test_connection_is_approved(private_endpoint: ServiceEndpoint) -> None:
    """Each private endpoint's connection is Approved on the endpoint's side."""
    assert private_endpoint.is_approved


def test_connection_is_approved_by_the_service(private_endpoint: ServiceEndpoint) -> None:
    """Each private endpoint's connection is Approved on the service's own side."""
    assert private_endpoint.is_approved_by_its_service


def test_no_other_endpoint_is_approved(private_endpoint: ServiceEndpoint) -> None:
    """Each service has approved no private endpoint but the declared one and those that are permitted."""
    assert private_endpoint.is_the_only_one_approved
