"""Network security groups, judged by what their rules come to in order of priority."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assurance.environment.network import DeclaredFlow, DeclaredSecurityGroup, Direction
from assurance.estate.estate import Estate, read_once
from assurance.estate.network.doubtful_rules import JudgedRules
from assurance.estate.network.rule_documents import Flow, SecurityRule
from assurance.estate.network.security_rules import Blocking, Opening, RuleSet
from assurance.estate.resources.resource import Judgement, Resource, listed, resource_group_of, same_id
from assurance.verdicts import Fact
from assurance.world.azure.document import Document

MAX_RULES_NAMED = 4

_Question = Callable[[JudgedRules], tuple[Opening, ...]]


@dataclass(frozen=True, slots=True)
class NetworkSecurityGroup(Resource):
    """A network security group (Microsoft.Network/networkSecurityGroups).

    Attributes:
        virtual_network: The prefixes that the tag VirtualNetwork stands for, as declared.
    """

    virtual_network: tuple[str, ...]

    @property
    def admits_nothing_from_the_internet(self) -> Fact:
        """Whether no packet from a public address passes inbound, whatever its protocol and port."""
        return self._without_openings(
            "nothing from the Internet is let in", lambda rules: rules.admits_from_internet(), "Inbound"
        )

    def denies_all(self, direction: Direction) -> Fact:
        """Whether an own rule denies every protocol, port and address in that direction."""

        def denied(document: Document) -> Judgement:
            denial = self._rules(document).explicit_deny_all(direction)
            return denial.holds, denial.observed

        remedy = (
            f"az network nsg rule create --resource-group {resource_group_of(self.id)} --nsg-name {self.name} "
            f"--name DenyAll{direction} --priority 4096 --direction {direction} --access Deny --protocol '*' "
            "--source-address-prefixes '*' --source-port-ranges '*' --destination-address-prefixes '*' "
            "--destination-port-ranges '*'"
        )
        return self.judge(f"an explicit rule denies all {direction.lower()} traffic", denied, remedy)

    def permits_only(self, direction: Direction, flows: Sequence[DeclaredFlow]) -> Fact:
        """Whether nothing passes in that direction beyond the flows declared as permitted."""
        permitted = [_flow(flow) for flow in flows if flow.direction == direction]
        expected = f"{direction.lower()}, nothing beyond {listed((flow.name for flow in permitted), 'nothing')}"
        return self._without_openings(expected, lambda rules: rules.undeclared(direction, permitted), direction)

    def opens(self, flow: DeclaredFlow) -> Fact:
        """Whether a required flow is open for every address and port of it."""

        def opened(document: Document) -> Judgement:
            blocked = self._rules(document).blocked(_flow(flow))
            return not blocked, _told(blocked, "open")

        expected = f"{flow.protocol} {listed(flow.ports)} from {flow.source} to {flow.destination} is open"
        remedy = (
            f"az network nsg rule create --resource-group {resource_group_of(self.id)} --nsg-name {self.name} "
            f"--name {flow.name} --priority 100 --direction {flow.direction} --access Allow --protocol {flow.protocol} "
            f"--source-address-prefixes {flow.source} --destination-address-prefixes {flow.destination} "
            f"--destination-port-ranges {' '.join(flow.ports)}"
        )
        return self.judge(expected, opened, remedy)

    def _without_openings(self, expected: str, question: _Question, direction: str) -> Fact:
        openings = question(self._rules(self.document)) if self.document is not None else ()
        rules = " ".join(dict.fromkeys(opening.rule for opening in openings))
        remedy = (
            "Remove or narrow each rule named: az network nsg rule delete "
            f"--resource-group {resource_group_of(self.id)} --nsg-name {self.name} --name {rules}"
        )
        observed = _told(openings, f"all else {direction.lower()} is denied")
        return self.judge(expected, lambda _: (not openings, observed), remedy)

    def _rules(self, document: Document) -> JudgedRules:
        custom = document.required_items("properties", "securityRules")
        default = document.required_items("properties", "defaultSecurityRules")
        if not default:
            raise document.broken(("properties", "defaultSecurityRules"), "Azure's default rules", [])
        rules = [SecurityRule.parse(rule.values, default=False) for rule in custom]
        rules += [SecurityRule.parse(rule.values, default=True) for rule in default]
        return JudgedRules(RuleSet(tuple(rules), self.virtual_network))


@dataclass(frozen=True, slots=True)
class DeniedDirection:
    """A direction in which a network security group must deny all but its permitted flows."""

    group: NetworkSecurityGroup
    declared: DeclaredSecurityGroup
    direction: Direction

    @property
    def is_denied_explicitly(self) -> Fact:
        """Whether an own rule of the group denies every protocol, port and address."""
        return self.group.denies_all(self.direction)

    @property
    def passes_only_permitted_flows(self) -> Fact:
        """Whether nothing passes beyond the flows that are declared as permitted."""
        return self.group.permits_only(self.direction, self.declared.permitted_flows)


@dataclass(frozen=True, slots=True)
class RequiredFlow:
    """A flow that a network security group must leave open."""

    group: NetworkSecurityGroup
    declared: DeclaredFlow

    @property
    def is_open(self) -> Fact:
        """Whether it is open for every address and port of it."""
        return self.group.opens(self.declared)


@read_once
def read_security_group(estate: Estate, name: str) -> NetworkSecurityGroup:
    """Return a declared network security group."""
    group_id = estate.network_security_group_id(name)
    operation = estate.questions.operation("network", "network_security_groups", "get")
    return NetworkSecurityGroup(group_id, *estate.questions.resource(operation, group_id), _space(estate, name))


def _space(estate: Estate, group: str) -> tuple[str, ...]:
    """Return what the tag VirtualNetwork means to a group: the networks that it guards, and what they are joined to."""
    networks = estate.environment.networks
    attached = [
        network for network in networks if any(subnet.network_security_group == group for subnet in network.subnets)
    ]
    joined = [peering.network for network in attached for peering in network.peerings or ()]
    attached += [
        network
        for network in networks
        if any(same_id(estate.virtual_network_id(network.name), each) for each in joined)
    ]
    return tuple(dict.fromkeys(prefix for network in attached or networks[:1] for prefix in network.address_space))


def _flow(declared: DeclaredFlow) -> Flow:
    return Flow(
        name=declared.name,
        direction=declared.direction,
        protocol=declared.protocol,
        source=declared.source,
        destination=declared.destination,
        ports=declared.ports,
    )


def _told(parts: Sequence[Opening] | Sequence[Blocking], none: str) -> str:
    """Return parts of the traffic with the rule that decides each."""
    descriptions = [part.description for part in parts[:MAX_RULES_NAMED]]
    if len(parts) > MAX_RULES_NAMED:
        descriptions.append(f"and {len(parts) - MAX_RULES_NAMED} more")
    return "; ".join(descriptions) or none
