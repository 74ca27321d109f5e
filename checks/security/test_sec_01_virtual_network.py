"""SEC-01: the virtual network has the declared address space, subnets, delegation and endpoint policies."""

from assurance.environment.model import DeclaredContainerApps, DeclaredNetwork
from assurance.environment.model import Subnet as DeclaredSubnet
from assurance.estate.network.network import Subnet, VirtualNetwork
from assurance.judging.checking import control

pytestmark = control("SEC-01")


def test_virtual_network_is_provisioned(virtual_network: VirtualNetwork) -> None:
    """The virtual network exists and its deployment succeeded."""
    assert virtual_network.exists
    assert virtual_network.is_provisioned


def test_address_space_is_exactly_as_declared(
    virtual_network: VirtualNetwork, declared_network: DeclaredNetwork
) -> None:
    """The virtual network has exactly the declared address space."""
    assert virtual_network.address_space_is(declared_network.address_space)


def test_subnet_has_its_prefix(subnet: Subnet, declared_subnet: DeclaredSubnet) -> None:
    """Each declared subnet exists with its declared address prefix."""
    assert subnet.is_provisioned
    assert subnet.has_prefix(declared_subnet.prefix)


def test_subnet_is_delegated(delegated: Subnet, delegated_subnet: DeclaredSubnet) -> None:
    """The Container Apps subnet is delegated to Microsoft.App/environments, and to nothing else."""
    assert delegated.is_delegated_to(delegated_subnet.delegation or "")


def test_endpoint_policies_are_as_declared(guarded_endpoints: Subnet, endpoint_subnet: DeclaredSubnet) -> None:
    """The endpoints' subnet has the declared network policies for private endpoints."""
    assert guarded_endpoints.has_endpoint_policies(endpoint_subnet.private_endpoint_network_policies or "")


def test_container_apps_subnet_is_large_enough(
    container_apps_subnet: Subnet, declared_container_apps: DeclaredContainerApps
) -> None:
    """The Container Apps subnet is as large as its kind of environment needs."""
    assert container_apps_subnet.is_large_enough_for_container_apps(
        workload_profiles=declared_container_apps.workload_profiles
    )
