"""Sets of packets as boxes: the product of one set per axis, each set the bits of one `int`.

The axes are protocol, source address, source port, destination address and destination port. Intersecting and
subtracting boxes is exact, so first-match evaluation of rules is too.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod
from typing import TypeAlias

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
