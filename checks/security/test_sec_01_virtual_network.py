"""SEC-01: the virtual network has the declared address space, subnets, delegation and endpoint policies."""

from assurance.estate.network.virtual_network import ContainerAppsSubnet, Peering, Subnet, VirtualNetwork
from assurance.judging.checking import control

pytestmark = control("SEC-01")


def test_virtual_network_is_provisioned(virtual_network: VirtualNetwork) -> None:
    """Each declared virtual network exists and its deployment succeeded."""
    assert virtual_network.exists
    assert virtual_network.is_provisioned


def test_address_space_is_exactly_as_declared(virtual_network: VirtualNetwork) -> None:
    """Each virtual network has exactly the declared address space."""
    assert virtual_network.has_its_address_space


def test_subnet_has_its_prefix(subnet: Subnet) -> None:
    """Each declared subnet exists with its declared address prefix."""
    assert subnet.is_provisioned
    assert subnet.has_its_prefix


def test_subnet_is_delegated(delegated_subnet: Subnet) -> None:
    """The Container Apps subnet is delegated to Microsoft.App/environments, and to nothing else."""
    assert delegated_subnet.is_delegated


def test_endpoint_policies_are_as_declared(endpoint_subnet: Subnet) -> None:
    """The endpoints' subnet has the declared network policies for private endpoints."""
    assert endpoint_subnet.has_its_endpoint_policies


def test_peering_is_as_declared(peering: Peering) -> None:
    """Each declared peering is connected with its network, and lets pass what is declared."""
    assert peering.is_connected
    assert peering.permits_what_is_declared


def test_no_other_peering_exists(peered_network: VirtualNetwork) -> None:
    """A network whose peerings are declared has no others."""
    assert peered_network.has_no_other_peering


def test_container_apps_subnet_is_large_enough(container_apps_subnet: ContainerAppsSubnet) -> None:
    """The Container Apps subnet is as large as its kind of environment needs."""
    assert container_apps_subnet.is_large_enough
