"""The network's views at their edges: sizes of subnets, and directions of what is permitted."""

from __future__ import annotations

from typing import Any

import pytest

from assurance.environment.network import DeclaredFlow, DeclaredNetwork, Direction, Subnet
from assurance.estate.deployment.container_environment import ContainerEnvironment
from assurance.estate.network.security_group import NetworkSecurityGroup
from assurance.estate.network.virtual_network import ContainerAppsSubnet, VirtualNetwork
from assurance.world.azure.document import Document
from tests.assurance.estate.network.test_security_rules import DEFAULTS, from_source, group, properties, rule

NETWORK_ID = "/subscriptions/s/resourceGroups/r/providers/Microsoft.Network/virtualNetworks/vnet"
GROUP_ID = "/subscriptions/s/resourceGroups/r/providers/Microsoft.Network/networkSecurityGroups/nsg"
ENVIRONMENT_ID = "/subscriptions/s/resourceGroups/r/providers/Microsoft.App/managedEnvironments/cae"


@pytest.mark.parametrize(
    ("length", "workload_profiles", "holds"),
    [(27, True, True), (28, True, False), (23, False, True), (24, False, False)],
)
def test_subnet_is_as_large_as_its_kind_of_environment_needs(length: int, workload_profiles: bool, holds: bool) -> None:
    """With workload profiles a /27 is enough, without them nothing smaller than a /23 is."""
    subnet = {"id": f"{NETWORK_ID}/subnets/apps", "name": "apps", "properties": {"addressPrefix": f"10.0.0.0/{length}"}}
    declared = Subnet(name="apps", prefix="10.0.0.0/24", network_security_group="nsg")
    network = VirtualNetwork(
        NETWORK_ID,
        Document({"id": NETWORK_ID, "properties": {"subnets": [subnet]}}, ("key",)),
        ("key",),
        DeclaredNetwork(name="vnet", address_space=("10.0.0.0/16",), subnets=(declared,)),
    )
    assert ContainerAppsSubnet(network.subnet(declared, GROUP_ID), workload_profiles).is_large_enough.holds is holds


def flow(direction: str) -> DeclaredFlow:
    """A declared flow of everything, in one direction."""
    values: dict[str, Any] = {"direction": direction, "protocol": "*", "source": "*", "destination": "*"}
    return DeclaredFlow(name=f"all-{direction}", ports=("*",), **values)


@pytest.mark.parametrize(("permitted", "holds"), [("Inbound", True), ("Outbound", False)])
@pytest.mark.parametrize("direction", ["Inbound", "Outbound"])
def test_flow_permits_its_own_direction_only(permitted: str, holds: bool, direction: Direction) -> None:
    """What is permitted in one direction excuses nothing in the other."""
    rules = [{"name": "All", "properties": properties(direction=direction, priority=100)}]
    defaults = [
        {
            "name": rule.name,
            "properties": properties(direction=rule.direction, access=rule.access, priority=rule.priority),
        }
        for rule in DEFAULTS
    ]
    document = Document(
        {"id": GROUP_ID, "properties": {"securityRules": rules, "defaultSecurityRules": defaults}}, ("key",)
    )
    judged = NetworkSecurityGroup(GROUP_ID, document, ("key",), ("10.0.0.0/16",))
    other = {"Inbound": "Outbound", "Outbound": "Inbound"}
    declared = flow(direction if permitted == "Inbound" else other[direction])
    assert judged.permits_only(direction, [declared]).holds is holds


def test_denying_every_prefix_closes_connected_networks_too() -> None:
    """A Deny of all prefixes takes away from the virtual network what is routed to it, so nothing is left open."""
    assert group(from_source("None", 100, "Deny", "0.0.0.0/0", "::/0")).undeclared("Inbound", ()) == ()


def test_allowed_public_prefix_is_no_part_of_the_virtual_network() -> None:
    """An Allow of a public prefix opens the Internet's addresses, and is not told as the virtual network's."""
    rules = group(
        from_source("Public", 100, "Allow", "8.8.8.0/24"), from_source("None", 200, "Deny", "0.0.0.0/0", "::/0")
    )
    [opening] = rules.undeclared("Inbound", ())
    assert opening.description.startswith("any protocol all ports from Internet (8.8.8.0/24) to any address")


def test_last_port_ends_a_span() -> None:
    """An opening that reaches the last port is told with it."""
    [opening] = group(rule("High", 100, destinationPortRange="60000-65535")).admits_from_internet()
    assert opening.description.startswith("any protocol 60000-65535 from ")


@pytest.mark.parametrize(
    ("found", "internal", "holds"),
    [("Disabled", False, True), ("disabled", None, True), ("Allowed", True, False), (None, True, True)],
)
def test_public_network_access_is_disabled_by_that_word_only(
    found: str | None, internal: bool | None, holds: bool
) -> None:
    """Any other word than Disabled is no refusal, even of an environment that is internal."""
    values = {"publicNetworkAccess": found, "vnetConfiguration": {"internal": internal}}
    environment = ContainerEnvironment(
        ENVIRONMENT_ID, Document({"id": ENVIRONMENT_ID, "properties": values}, ("key",)), ("key",), "subnet"
    )
    assert environment.refuses_public_networks.holds is holds
