"""SEC-02: nothing enters from the Internet, nothing undeclared passes, and the declared flows are open."""

from assurance.environment.model import DeclaredFlow, DeclaredSecurityGroup
from assurance.estate.network.network import NetworkSecurityGroup, Subnet
from assurance.judging.checking import control

pytestmark = control("SEC-02")


def test_subnet_is_guarded_by_its_group(subnet: Subnet, security_group_id: str) -> None:
    """Each subnet is guarded by the declared network security group, by its id."""
    assert subnet.is_guarded_by(security_group_id)


def test_nothing_enters_from_the_internet(security_group: NetworkSecurityGroup) -> None:
    """No packet from a public address passes inbound, evaluated by priority over all rules."""
    assert security_group.is_provisioned
    assert security_group.admits_nothing_from_the_internet


def test_all_is_denied_explicitly(
    denying_group: NetworkSecurityGroup, denied_direction: tuple[DeclaredSecurityGroup, str]
) -> None:
    """An explicit rule denies every protocol, port and address in the declared direction."""
    assert denying_group.denies_all(denied_direction[1])


def test_nothing_undeclared_passes(
    denying_group: NetworkSecurityGroup, denied_direction: tuple[DeclaredSecurityGroup, str]
) -> None:
    """Nothing passes in the declared direction beyond the flows that are declared as permitted."""
    group, direction = denied_direction
    assert denying_group.permits_only(direction, group.permitted_flows)


def test_required_flow_is_open(
    flow_group: NetworkSecurityGroup, required_flow: tuple[DeclaredSecurityGroup, DeclaredFlow]
) -> None:
    """Each required flow is open for every address and port of it."""
    assert flow_group.opens(required_flow[1])
