"""What a rule may name as a source or destination: ranges of addresses, service tags, application security groups."""

import re
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TypeAlias

IPV6_START = 1 << 32
"""IPv6 addresses follow the IPv4 addresses on the number line."""
TAG_PATTERN = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9]+)*")
CLASSIC_TAGS = {"virtual_network": "VirtualNetwork", "azure_loadbalancer": "AzureLoadBalancer"}


@dataclass(frozen=True, slots=True)
class Everywhere:
    """`*` or `Any`: every address of either family, whatever it belongs to."""


@dataclass(frozen=True, slots=True)
class AddressRange:
    """The addresses `first` to `last`, both included, as numbers on the line."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class ServiceTag:
    """A service tag; `key` compares, `label` is the spelling that was read."""

    key: str
    label: str = field(compare=False)


@dataclass(frozen=True, slots=True)
class ApplicationGroup:
    """An application security group: unknown addresses inside the virtual network."""

    key: str
    label: str = field(compare=False)


AddressTerm: TypeAlias = Everywhere | AddressRange | ServiceTag | ApplicationGroup


def number_of(address: IPv4Address | IPv6Address) -> int:
    """Return where an address lies on the number line."""
    return int(address) + (IPV6_START if address.version == 6 else 0)


def address_of(number: int) -> IPv4Address | IPv6Address:
    """Return the address at a place on the number line."""
    return IPv4Address(number) if number < IPV6_START else IPv6Address(number - IPV6_START)


def parse_range(text: str) -> AddressRange:
    """Read a prefix, a single address or `first-last`; host bits under a prefix's mask are ignored.

    Raises:
        ValueError: The text is none of these.
    """
    first, dash, last = text.strip().partition("-")
    if not dash:
        network = ip_network(first, strict=False)
        return AddressRange(number_of(network.network_address), number_of(network.broadcast_address))
    lower, upper = ip_address(first.strip()), ip_address(last.strip())
    if lower.version != upper.version or int(lower) > int(upper):
        raise ValueError(f"{text!r} does not run from a lower to a higher address")
    return AddressRange(number_of(lower), number_of(upper))


def parse_address(text: str) -> AddressTerm:
    """Read what may stand in a rule's source or destination address prefix.

    Raises:
        ValueError: The text is no wildcard, tag, prefix, address or range.
    """
    stripped = text.strip()
    key = stripped.casefold()
    if key in {"*", "any"}:
        return Everywhere()
    if TAG_PATTERN.fullmatch(stripped) and ":" not in stripped:
        label = CLASSIC_TAGS.get(key, stripped)
        return ServiceTag(label.casefold(), label)
    return parse_range(stripped)
