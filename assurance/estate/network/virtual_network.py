"""The virtual network and its subnets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_network

from assurance.environment.container_apps import FurtherEnvironment
from assurance.environment.network import DeclaredNetwork, DeclaredPeering
from assurance.environment.network import Subnet as DeclaredSubnet
from assurance.estate.estate import Estate, read_once
from assurance.estate.resources.resource import (
    Judgement,
    Resource,
    listed,
    name_of,
    named,
    only,
    resource_group_of,
    same_id,
    shown,
)
from assurance.verdicts import Fact
from assurance.world.azure.document import Document

# "Custom virtual networks in Container Apps", Microsoft Learn: /27 with workload profiles, /23 for consumption only.
LONGEST_PREFIX_WITH_WORKLOAD_PROFILES = 27
LONGEST_PREFIX_CONSUMPTION_ONLY = 23


@dataclass(frozen=True, slots=True)
class VirtualNetwork(Resource):
    """The virtual network (Microsoft.Network/virtualNetworks), beside what is declared of it."""

    declared: DeclaredNetwork

    @property
    def has_its_address_space(self) -> Fact:
        """Whether the address space is exactly the declared one."""
        prefixes = self.declared.address_space

        def exactly(document: Document) -> Judgement:
            space = document.within("properties", "addressSpace")
            if space is None:
                raise document.broken(("properties", "addressSpace"), "an object", None)
            assigned = space.texts("addressPrefixes")
            return _networks(assigned) == _networks(prefixes), listed(assigned)

        remedy = f"az network vnet update {named(self.id)} --address-prefixes {' '.join(prefixes)}"
        return self.judge(f"address space exactly {listed(prefixes)}", exactly, remedy)

    def peering(self, declared: DeclaredPeering) -> Peering:
        """Return the declared peering."""
        document = None
        if self.document is not None:
            document = only(declared.name, self.document.items("properties", "virtualNetworkPeerings"))
        return Peering(f"{self.id}/virtualNetworkPeerings/{declared.name}", document, self.readings, declared)

    @property
    def has_no_other_peering(self) -> Fact:
        """Whether it is joined to no network but by the declared peerings."""
        known = {peering.name.casefold() for peering in self.declared.peerings or ()}

        def none(document: Document) -> Judgement:
            peerings = document.items("properties", "virtualNetworkPeerings")
            others = [
                f"{other.name} with {other.text('properties', 'remoteVirtualNetwork', 'id') or 'a network not named'}"
                for other in peerings
                if other.name.casefold() not in known
            ]
            return not others, listed(others, f"{len(peerings)} peerings, all declared")

        remedy = "az network vnet peering delete, or declare it in peerings of the network"
        return self.judge("no peering that is not declared", none, remedy)

    def subnet(self, declared: DeclaredSubnet, group_id: str) -> Subnet:
        """Return the declared subnet, which the group of that id must guard."""
        document = None
        if self.document is not None:
            document = only(declared.name, self.document.required_items("properties", "subnets"))
        return Subnet(f"{self.id}/subnets/{declared.name}", document, self.readings, declared, group_id)


@dataclass(frozen=True, slots=True)
class Subnet(Resource):
    """One subnet of the virtual network, beside what is declared of it.

    Attributes:
        declared: What is declared.
        group_id: The id of the network security group that must guard it; empty where Azure allows none.
    """

    declared: DeclaredSubnet
    group_id: str

    @property
    def has_its_prefix(self) -> Fact:
        """Whether the subnet's address prefix is exactly the declared one, in the singular or the plural field."""
        prefix = self.declared.prefix

        def exactly(document: Document) -> Judgement:
            prefixes = _prefixes(document)
            return _networks(prefixes) == _networks((prefix,)), listed(prefixes)

        return self.judge(f"address prefix {prefix}", exactly, f"{self._update()} --address-prefixes {prefix}")

    @property
    def is_delegated(self) -> Fact:
        """Whether the subnet is delegated to the declared service, and to nothing else."""
        service = self.declared.delegation or ""

        def delegated(document: Document) -> Judgement:
            delegations = [
                item.text("properties", "serviceName") or "" for item in document.items("properties", "delegations")
            ]
            return [name.casefold() for name in delegations] == [
                service.casefold()
            ], f"delegated to {listed(delegations)}"

        return self.judge(f"delegated to {service}", delegated, f"{self._update()} --delegations {service}")

    @property
    def has_its_endpoint_policies(self) -> Fact:
        """Whether network policies for private endpoints are set as declared."""
        policies = self.declared.private_endpoint_network_policies or ""
        remedy = f"{self._update()} --private-endpoint-network-policies {policies}"
        return self.text_is("properties.privateEndpointNetworkPolicies", policies, remedy)

    @property
    def is_guarded(self) -> Fact:
        """Whether the declared network security group, by its id, is attached to the subnet."""
        remedy = f"{self._update()} --network-security-group {self.group_id}"
        return self.id_is("properties.networkSecurityGroup.id", self.group_id, "guarded by", remedy)

    def is_no_smaller_than(self, longest: int) -> Fact:
        """Whether no prefix of the subnet is longer than that many bits."""

        def large(document: Document) -> Judgement:
            lengths = [network.prefixlen for network in map(ip_network, _networks(_prefixes(document)))]
            observed = listed(f"/{length}" for length in lengths)
            return bool(lengths) and max(lengths) <= longest, f"prefix length {observed}"

        return self.judge(f"prefix of /{longest} or larger", large, "Deploy the environment into a larger subnet.")

    def _update(self) -> str:
        network = self.id.split("/subnets/")[0]
        return (
            f"az network vnet subnet update --resource-group {resource_group_of(self.id)} "
            f"--vnet-name {name_of(network)} --name {self.name}"
        )


@dataclass(frozen=True, slots=True)
class Peering(Resource):
    """A peering of a virtual network with another, beside what is declared of it."""

    declared: DeclaredPeering

    @property
    def is_connected(self) -> Fact:
        """Whether both sides have it, and with the declared network."""

        def connected(document: Document) -> Judgement:
            state = document.text("properties", "peeringState")
            remote_id = document.text("properties", "remoteVirtualNetwork", "id")
            holds = (state or "").casefold() == "connected" and same_id(remote_id, self.declared.network)
            return holds, f"peeringState is {state or 'absent'}, with {remote_id or 'no network'}"

        return self.judge(f"connected with {self.declared.network}", connected, "Make the peering on both sides.")

    @property
    def permits_what_is_declared(self) -> Fact:
        """Whether it lets pass on traffic and shares gateways exactly as declared."""
        wanted = {
            "allowForwardedTraffic": self.declared.forwarded_traffic,
            "allowGatewayTransit": self.declared.gateway_transit,
            "useRemoteGateways": self.declared.remote_gateways,
        }

        def exactly(document: Document) -> Judgement:
            settings = {name: document.flag("properties", name) for name in wanted}
            return settings == wanted, listed(f"{name} is {shown(value)}" for name, value in settings.items())

        remedy = f"az network vnet peering update --vnet-name {name_of(self.id.split('/virtualNetworkPeerings')[0])}"
        return self.judge(listed(f"{name} is {shown(value)}" for name, value in wanted.items()), exactly, remedy)


@dataclass(frozen=True, slots=True)
class ContainerAppsSubnet:
    """The subnet of the Container Apps environment, and whether that has workload profiles."""

    subnet: Subnet
    workload_profiles: bool

    @property
    def is_large_enough(self) -> Fact:
        """Whether the subnet is as large as Container Apps needs for the declared kind of environment."""
        return self.subnet.is_no_smaller_than(
            LONGEST_PREFIX_WITH_WORKLOAD_PROFILES if self.workload_profiles else LONGEST_PREFIX_CONSUMPTION_ONLY
        )


@read_once
def read_virtual_network(estate: Estate, declared: DeclaredNetwork) -> VirtualNetwork:
    """Return a virtual network with its subnets and peerings."""
    network_id = estate.virtual_network_id(declared.name)
    operation = estate.questions.operation("network", "virtual_networks", "get")
    answer = estate.questions.resource(operation, network_id)
    return VirtualNetwork(network_id, *answer, declared)


def read_subnet(estate: Estate, declared: DeclaredSubnet, network: DeclaredNetwork) -> Subnet:
    """Return a declared subnet of a network."""
    name = declared.network_security_group
    group_id = estate.network_security_group_id(name) if name is not None else ""
    return read_virtual_network(estate, network).subnet(declared, group_id)


def read_container_apps_subnet(estate: Estate, environment: FurtherEnvironment) -> ContainerAppsSubnet:
    """Return the subnet of a Container Apps environment."""
    networks = estate.environment.networks
    network = next(network for network in networks if environment.network in {None, network.name})
    declared = next(subnet for subnet in network.subnets if subnet.name == environment.subnet)
    return ContainerAppsSubnet(read_subnet(estate, declared, network), environment.workload_profiles)


def _prefixes(document: Document) -> tuple[str, ...]:
    """Return a subnet's prefixes, from the singular and the plural field."""
    singular = document.text("properties", "addressPrefix")
    return tuple(dict.fromkeys((*((singular,) if singular else ()), *document.texts("properties", "addressPrefixes"))))


def _networks(prefixes: Sequence[str]) -> set[str]:
    """Return prefixes in their canonical spelling."""
    return {str(ip_network(prefix.strip(), strict=False)) for prefix in prefixes}
