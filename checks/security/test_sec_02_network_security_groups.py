"""SEC-02: nothing enters from the Internet, nothing undeclared passes, and the declared flows are open."""

from assurance.estate.network.security_group import DeniedDirection, NetworkSecurityGroup, RequiredFlow
from assurance.estate.network.virtual_network import Subnet
from assurance.judging.checking import control

pytestmark = control("SEC-02")


def test_subnet_is_guarded_by_its_group(guarded_subnet: Subnet) -> None:
    """Each subnet is guarded by the declared network security group, by its id."""
    assert guarded_subnet.is_guarded


def test_nothing_enters_from_the_internet(closed_group: NetworkSecurityGroup) -> None:
    """No packet from a public address passes inbound, evaluated by priority over all rules."""
    assert closed_group.is_provisioned
    assert closed_group.admits_nothing_from_the_internet


def test_all_is_denied_explicitly(denied_direction: DeniedDirection) -> None:
    """An explicit rule denies every protocol, port and address in the declared direction."""
    assert denied_direction.is_denied_explicitly


def test_nothing_undeclared_passes(denied_direction: DeniedDirection) -> None:
    """Nothing passes in the declared direction beyond the flows that are declared as permitted."""
    assert denied_direction.passes_only_permitted_flows


def test_required_flow_is_open(required_flow: RequiredFlow) -> None:
    """Each required flow is open for every address and port of it."""
    assert required_flow.is_open
