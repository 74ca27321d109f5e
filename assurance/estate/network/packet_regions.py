"""Sets of packets as boxes, the product of one set per axis; and what a rule may name as a source or destination."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from math import prod
from typing import TypeAlias

_PRIVATE = tuple(ip_network(prefix) for prefix in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"))


def is_private(address: str) -> bool:
    """Tell whether an address is reachable within private networks only; text that is no address is not."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed.version == network.version and parsed in network for network in _PRIVATE)


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


Box: TypeAlias = tuple[int, int, int, int, int]
"""Protocol, source address, source port, destination address, destination port. Empty if any axis is 0."""

PROTOCOLS = ("Tcp", "Udp", "Icmp", "Esp", "Ah", "other protocols")
EVERY_PROTOCOL = (1 << len(PROTOCOLS)) - 1
LAST_PORT = 65535


@dataclass(frozen=True, slots=True)
class PortRange:
    """The ports `first` to `last`, both included."""

    first: int
    last: int


EVERY_PORT = PortRange(0, LAST_PORT)


def parse_protocol(text: str) -> int:
    """The set of protocols that a rule's `protocol` names, in any casing.

    Raises:
        ValueError: Azure knows no such protocol.
    """
    key = text.strip().casefold()
    if key in {"*", "any"}:
        return EVERY_PROTOCOL
    for number, name in enumerate(PROTOCOLS[:-1]):
        if key == name.casefold():
            return 1 << number
    raise ValueError(f"{text!r} is not Tcp, Udp, Icmp, Esp, Ah or *")


def parse_port_range(text: str) -> PortRange:
    """Read `22`, `1-1024` or `*`.

    Raises:
        ValueError: The text is none of these, a port is above 65535, or the range runs backwards.
    """
    stripped = text.strip()
    if stripped.casefold() in {"*", "any"}:
        return EVERY_PORT
    first, dash, last = (part.strip() for part in stripped.partition("-"))
    bounds = (first, last) if dash else (first, first)
    if not all(bound.isascii() and bound.isdigit() for bound in bounds):
        raise ValueError(f"{text!r} is not a port, a range of ports or *")
    ports = PortRange(int(bounds[0]), int(bounds[1]))
    if not ports.first <= ports.last <= LAST_PORT:
        raise ValueError(f"{text!r} is not an ascending range within 0-{LAST_PORT}")
    return ports


@dataclass(frozen=True, slots=True)
class PortAxis:
    """All ports, cut into elementary segments; `starts` holds the first port of each."""

    starts: tuple[int, ...]

    @classmethod
    def over(cls, ranges: Iterable[PortRange]) -> "PortAxis":
        """Cut the ports so that every range is a set of whole segments."""
        cuts = {0}
        for part in ranges:
            cuts.update((part.first, part.last + 1))
        return cls(tuple(sorted(cuts - {LAST_PORT + 1})))

    @property
    def everything(self) -> int:
        """Every port."""
        return (1 << len(self.starts)) - 1

    def cover(self, ranges: Iterable[PortRange]) -> int:
        """The set that the ranges add up to."""
        covered = 0
        for part in ranges:
            first, end = bisect_left(self.starts, part.first), bisect_left(self.starts, part.last + 1)
            covered |= (1 << end) - (1 << first)
        return covered

    def names(self, covered: int) -> tuple[str, ...]:
        """The set in words, neighbouring segments merged."""
        if covered == self.everything:
            return ("all ports",)
        ends = (*self.starts[1:], LAST_PORT + 1)
        spans: list[tuple[int, int]] = []
        for number, start in enumerate(self.starts):
            if covered >> number & 1:
                first = spans.pop()[0] if spans and spans[-1][1] == start - 1 else start
                spans.append((first, ends[number] - 1))
        return tuple(str(first) if first == last else f"{first}-{last}" for first, last in spans)


def protocol_names(covered: int) -> tuple[str, ...]:
    """The set of protocols in words."""
    if covered == EVERY_PROTOCOL:
        return ("any protocol",)
    return tuple(name for number, name in enumerate(PROTOCOLS) if covered >> number & 1)


def overlap(one: Box, other: Box) -> Box | None:
    """What two boxes share, or None."""
    shared = (one[0] & other[0], one[1] & other[1], one[2] & other[2], one[3] & other[3], one[4] & other[4])
    return shared if all(shared) else None


def subtract(box: Box, taken: Box) -> list[Box]:
    """The box without another, as disjoint boxes."""
    shared = overlap(box, taken)
    if shared is None:
        return [box]
    pieces: list[Box] = []
    for axis in range(5):
        outside = box[axis] & ~taken[axis]
        if outside:
            pieces.append((*shared[:axis], outside, *box[axis + 1 :]))  # type: ignore[arg-type]  # five axes either way
    return pieces


def broadest_first(boxes: Iterable[Box]) -> list[Box]:
    """Boxes by falling size: subtracting in this order ends soonest."""
    return sorted(boxes, key=lambda box: prod(axis.bit_count() for axis in box), reverse=True)


def remainder(boxes: Iterable[Box], taken: Iterable[Box]) -> list[Box]:
    """The boxes without all the others, as disjoint boxes."""
    left = list(boxes)
    for other in taken:
        left = [piece for box in left for piece in subtract(box, other)]
    return left


def escapes(box: Box, taken: Sequence[Box]) -> Box | None:
    """Some part of the box that lies in none of the others, or None: `remainder` without working all of it out."""
    pending = [(box, 0)]
    while pending:
        candidate, number = pending.pop()
        while number < len(taken) and overlap(candidate, taken[number]) is None:
            number += 1
        if number == len(taken):
            return candidate
        pending.extend((piece, number + 1) for piece in subtract(candidate, taken[number]))
    return None


def merged(boxes: Iterable[Box]) -> list[Box]:
    """The same disjoint packets in fewer boxes: those that differ on one axis only become one."""
    current = list(boxes)
    while True:
        before = len(current)
        for axis in (4, 3, 2, 1, 0):
            joined: dict[tuple[int, ...], int] = {}
            for box in current:
                key = (*box[:axis], *box[axis + 1 :])
                joined[key] = joined.get(key, 0) | box[axis]
            current = [(*key[:axis], value, *key[axis:]) for key, value in joined.items()]  # type: ignore[misc]  # a default binds the loop's value
        if len(current) == before:
            return current
