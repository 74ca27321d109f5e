"""SEC-06: no platform service accepts connections from public networks."""

from assurance.estate.services.data_services import StorageAccount
from assurance.estate.services.described_service import DemandOfKind
from assurance.estate.services.platform_service import PlatformService, WithLeastTls, WithNetworkRules
from assurance.estate.services.public_access import PublicAddresses, ServicesOfKind
from assurance.estate.services.registry import ContainerRegistry
from assurance.judging.checking import control

pytestmark = control("SEC-06")


def test_public_network_access_is_disabled(service: PlatformService) -> None:
    """Each declared service has public network access explicitly disabled."""
    assert service.refuses_public_networks


def test_undeclared_services_are_not_public(services_of_kind: ServicesOfKind) -> None:
    """Every other service of these kinds in the resource group has it disabled, too."""
    assert services_of_kind.undeclared_refuse_public_networks


def test_network_rules_deny_by_default(firewalled_service: WithNetworkRules) -> None:
    """Each service's network rules deny what they do not name."""
    assert firewalled_service.denies_by_default


def test_no_address_is_let_in(service: PlatformService) -> None:
    """No IP or firewall rule of a service lets any address in."""
    assert service.admits_no_address


def test_no_trusted_service_passes(firewalled_service: WithNetworkRules) -> None:
    """The services that Azure trusts do not pass a service's network rules, unless that is declared."""
    assert firewalled_service.admits_no_trusted_service


def test_no_other_network_is_let_in(service: PlatformService) -> None:
    """No rule of a service lets in a subnet of another network, but those that are permitted."""
    assert service.admits_no_network


def test_no_other_resource_is_let_in(storage_account: StorageAccount) -> None:
    """The storage account lets in no resource by its id, but those that are permitted."""
    assert storage_account.admits_no_resource


def test_modern_tls_is_required(tls_service: WithLeastTls) -> None:
    """Each service whose least TLS version can be set requires 1.2 or newer."""
    assert tls_service.requires_modern_tls


def test_what_its_kind_demands_holds(demand_of_kind: DemandOfKind) -> None:
    """Each service has the further properties that shut services of its kind, such as no port without TLS."""
    assert demand_of_kind.holds


def test_https_is_required(storage_account: StorageAccount) -> None:
    """The storage account refuses plain HTTP."""
    assert storage_account.requires_https


def test_public_blobs_are_forbidden(storage_account: StorageAccount) -> None:
    """The storage account forbids anonymous access to blobs."""
    assert storage_account.forbids_public_blobs


def test_registry_is_not_public(registry: ContainerRegistry) -> None:
    """The container registry refuses public networks, unless it is declared that pipelines push to it over them."""
    assert registry.refuses_public_networks


def test_registry_asks_who_pulls(registry: ContainerRegistry) -> None:
    """The container registry has no administrator's password, and nobody pulls images without signing in."""
    assert registry.has_no_administrator
    assert registry.refuses_anonymous_pull


def test_no_public_address_exists(public_addresses: PublicAddresses) -> None:
    """The resource group has no public IP address, prefix or NAT gateway but those that are declared."""
    assert public_addresses.are_none
