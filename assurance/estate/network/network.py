"""The virtual network, its subnets and its network security groups."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import ip_network

from assurance.environment.model import DeclaredFlow
from assurance.estate.network.security_rules import Blocking, Flow, Opening, RuleSet, SecurityRule
from assurance.estate.resources.resource import (
    Judgement,
    Resource,
    listed,
    name_of,
    named,
    only,
    resource_group_of,
    same_id,
)
from assurance.verdicts import Fact
from assurance.world.azure.document import Document

# "Custom virtual networks in Container Apps", Microsoft Learn: /27 with workload profiles, /23 for consumption only.
LONGEST_PREFIX_WITH_WORKLOAD_PROFILES = 27
LONGEST_PREFIX_CONSUMPTION_ONLY = 23
MOST_RULES_NAMED = 4

_Question = Callable[[RuleSet], tuple[Opening, ...]]


@dataclass(frozen=True, slots=True)
class VirtualNetwork(Resource):
    """The virtual network (Microsoft.Network/virtualNetworks)."""

    def address_space_is(self, prefixes: Sequence[str]) -> Fact:
        """Whether the address space is exactly these prefixes."""

        def exactly(document: Document) -> Judgement:
            space = document.within("properties", "addressSpace")
            if space is None:
                raise document.broken(("properties", "addressSpace"), "an object", None)
            found = space.texts("addressPrefixes")
            return _networks(found) == _networks(prefixes), listed(found)

        remedy = f"az network vnet update {named(self.id)} --address-prefixes {' '.join(prefixes)}"
        return self.judge(f"address space exactly {listed(prefixes)}", exactly, remedy)

    def subnet(self, name: str) -> Subnet:
        """Return the subnet of that name."""
        found = only(name, self.document.required_items("properties", "subnets")) if self.document is not None else None
        return Subnet(f"{self.id}/subnets/{name}", found, self.readings)


@dataclass(frozen=True, slots=True)
class Subnet(Resource):
    """One subnet of the virtual network."""

    def has_prefix(self, prefix: str) -> Fact:
        """Whether the subnet's address prefix is exactly this one, in the singular or the plural field."""

        def exactly(document: Document) -> Judgement:
            found = _prefixes(document)
            return _networks(found) == _networks((prefix,)), listed(found)

        return self.judge(f"address prefix {prefix}", exactly, f"{self._update()} --address-prefixes {prefix}")

    def is_delegated_to(self, service: str) -> Fact:
        """Whether the subnet is delegated to the service, and to nothing else."""

        def delegated(document: Document) -> Judgement:
            found = [
                item.text("properties", "serviceName") or "" for item in document.items("properties", "delegations")
            ]
            return [name.casefold() for name in found] == [service.casefold()], f"delegated to {listed(found)}"

        return self.judge(f"delegated to {service}", delegated, f"{self._update()} --delegations {service}")

    def has_endpoint_policies(self, policies: str) -> Fact:
        """Whether network policies for private endpoints are set as declared."""

        def set_so(document: Document) -> Judgement:
            found = document.text("properties", "privateEndpointNetworkPolicies")
            return (
                found or ""
            ).casefold() == policies.casefold(), f"privateEndpointNetworkPolicies is {found or 'absent'}"

        remedy = f"{self._update()} --private-endpoint-network-policies {policies}"
        return self.judge(f"privateEndpointNetworkPolicies is {policies}", set_so, remedy)

    def is_large_enough_for_container_apps(self, *, workload_profiles: bool) -> Fact:
        """Whether the subnet is as large as Container Apps needs for the declared kind of environment."""
        longest = LONGEST_PREFIX_WITH_WORKLOAD_PROFILES if workload_profiles else LONGEST_PREFIX_CONSUMPTION_ONLY

        def large(document: Document) -> Judgement:
            lengths = [network.prefixlen for network in map(ip_network, _networks(_prefixes(document)))]
            found = listed(f"/{length}" for length in lengths)
            return bool(lengths) and max(lengths) <= longest, f"prefix length {found}"

        return self.judge(f"prefix of /{longest} or larger", large, "Deploy the environment into a larger subnet.")

    def is_guarded_by(self, group_id: str) -> Fact:
        """Whether the network security group of that very id is attached to the subnet."""

        def attached(document: Document) -> Judgement:
            found = document.text("properties", "networkSecurityGroup", "id")
            return same_id(found, group_id), f"guarded by {found or 'no network security group'}"

        remedy = f"{self._update()} --network-security-group {group_id}"
        return self.judge(f"guarded by {group_id}", attached, remedy)

    def _update(self) -> str:
        network = self.id.split("/subnets/")[0]
        return (
            f"az network vnet subnet update --resource-group {resource_group_of(self.id)} "
            f"--vnet-name {name_of(network)} --name {self.name}"
        )


@dataclass(frozen=True, slots=True)
class NetworkSecurityGroup(Resource):
    """A network security group, judged by what its rules come to in order of priority.

    Attributes:
        virtual_network: The prefixes that the tag VirtualNetwork stands for, as declared.
    """

    virtual_network: tuple[str, ...] = ()

    @property
    def admits_nothing_from_the_internet(self) -> Fact:
        """Whether no packet from a public address passes inbound, whatever its protocol and port."""
        return self._without_openings(
            "nothing from the Internet is let in", lambda rules: rules.admits_from_internet(), "Inbound"
        )

    def denies_all(self, direction: str) -> Fact:
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

    def permits_only(self, direction: str, flows: Sequence[DeclaredFlow]) -> Fact:
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

    def _rules(self, document: Document) -> RuleSet:
        custom = document.required_items("properties", "securityRules")
        default = document.required_items("properties", "defaultSecurityRules")
        if not default:
            raise document.broken(("properties", "defaultSecurityRules"), "Azure's default rules", [])
        rules = [SecurityRule.parse(rule.values, default=False) for rule in custom]
        rules += [SecurityRule.parse(rule.values, default=True) for rule in default]
        return RuleSet(tuple(rules), self.virtual_network)


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
    told = [part.description for part in parts[:MOST_RULES_NAMED]]
    if len(parts) > MOST_RULES_NAMED:
        told.append(f"and {len(parts) - MOST_RULES_NAMED} more")
    return "; ".join(told) or none


def _prefixes(document: Document) -> tuple[str, ...]:
    """Return a subnet's prefixes, from the singular and the plural field."""
    singular = document.text("properties", "addressPrefix")
    return tuple(dict.fromkeys((*((singular,) if singular else ()), *document.texts("properties", "addressPrefixes"))))


def _networks(prefixes: Sequence[str]) -> set[str]:
    """Return prefixes in their canonical spelling."""
    return {str(ip_network(prefix.strip(), strict=False)) for prefix in prefixes}
