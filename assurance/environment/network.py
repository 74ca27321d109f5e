"""The tables of the network: it, its security groups with the flows that they let through, and private endpoints."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from assurance.environment.values import (
    Declared,
    FlowEnd,
    Guid,
    HostAndPort,
    HostName,
    NameServer,
    PortRange,
    Prefix,
    ResourceId,
    Text,
    lies_within,
)

# Azure's own subnets, on which it allows no security group, or none that would deny what it needs there.
WITHOUT_GROUP = {
    name.casefold(): name
    for name in (
        "AzureBastionSubnet",
        "AzureFirewallManagementSubnet",
        "AzureFirewallSubnet",
        "GatewaySubnet",
        "RouteServerSubnet",
    )
}
Direction = Literal["Inbound", "Outbound"]


class Subnet(Declared):
    """One subnet of the virtual network."""

    name: Text
    prefix: Prefix
    delegation: Text | None = None
    private_endpoint_network_policies: (
        Literal["Disabled", "Enabled", "NetworkSecurityGroupEnabled", "RouteTableEnabled"] | None
    ) = None
    network_security_group: Text | None = None

    @model_validator(mode="after")
    def _has_a_group_where_azure_allows_one(self) -> Self:
        if self.network_security_group is None and self.name.casefold() not in WITHOUT_GROUP:
            may = ", ".join(sorted(WITHOUT_GROUP.values()))
            raise ValueError(f"subnet {self.name} needs network_security_group; only {may} may do without")
        return self


class DeclaredPeering(Declared):
    """A peering of the network with another; what it may do beyond their own traffic is said explicitly.

    Attributes:
        network: The full id of the other network.
        forwarded_traffic: Whether traffic is let in that the other network passes on.
        gateway_transit: Whether the other network may use this one's gateway.
        remote_gateways: Whether this network uses the other's gateway.
    """

    name: Text
    network: ResourceId
    forwarded_traffic: bool = False
    gateway_transit: bool = False
    remote_gateways: bool = False


class DeclaredNetwork(Declared):
    """A virtual network; its peerings are judged where they are declared, and then it may have no others."""

    name: Text
    resource_group: Text | None = None
    address_space: Annotated[tuple[Prefix, ...], Field(min_length=1, strict=False)]
    subnets: Annotated[tuple[Subnet, ...], Field(min_length=1, strict=False)]
    peerings: tuple[DeclaredPeering, ...] | None = Field(default=None, strict=False)

    @model_validator(mode="after")
    def _subnets_lie_in_the_address_space(self) -> Self:
        for subnet in self.subnets:
            if not lies_within(subnet.prefix, self.address_space):
                raise ValueError(
                    f"subnet {subnet.name} has {subnet.prefix}, outside address_space {self.address_space}"
                )
        return self


class DeclaredFlow(Declared):
    """Traffic through a security group; its ends are a prefix, a service tag or `*`; ports are `443`, `1-9`, `*`."""

    name: Text
    direction: Direction
    protocol: Literal["*", "Tcp", "Udp", "Icmp", "Esp", "Ah"]
    source: FlowEnd
    destination: FlowEnd
    ports: Annotated[tuple[PortRange, ...], Field(min_length=1, strict=False)]


class DeclaredSecurityGroup(Declared):
    """A network security group: where all must be denied, what may be open (at most), what must be open (at least)."""

    name: Text
    resource_group: Text | None = None
    deny_all: Annotated[tuple[Direction, ...], Field(min_length=1, strict=False)]
    permitted_flows: tuple[DeclaredFlow, ...] = Field(default=(), strict=False)
    required_flows: tuple[DeclaredFlow, ...] = Field(default=(), strict=False)


class DeclaredName(Declared):
    """A further host name that an endpoint serves, and the private DNS zone that holds it."""

    fqdn: HostName
    zone: HostName
    zone_resource_group: Text | None = None
    zone_subscription: Guid | None = None


class DeclaredEndpoint(Declared):
    """The private endpoint of a service, and the zone of its name; `names` are what it serves beside that name.

    Attributes:
        network: The network of its subnet, where that is a further one.
    """

    name: Text
    resource_group: Text | None = None
    subscription: Guid | None = None
    network: Text | None = None
    subnet: Text
    group_id: Text
    zone: HostName
    zone_resource_group: Text | None = None
    zone_subscription: Guid | None = None
    names: tuple[DeclaredName, ...] = Field(default=(), strict=False)


class FurtherEndpoint(DeclaredEndpoint):
    """A further private endpoint of a service, such as the one of a storage account's queues, and the name it serves.

    Attributes:
        network: The network of its subnet, where that is a further one.
    """

    fqdn: HostName


class View(Declared):
    """How names resolve and addresses are dialled from one vantage, where that is not what this machine does anyway."""

    nameservers: tuple[NameServer, ...] = Field(default=(), strict=False)
    connect: dict[HostAndPort, HostAndPort] = Field(default_factory=dict)


class Views(Declared):
    """The two vantages."""

    inside: View = View()
    outside: View = View()
