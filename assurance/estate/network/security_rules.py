"""What a network security group really lets through: its rules by priority, the first match deciding.

Azure's "Network security groups overview": rules are processed by ascending priority within their direction, and
processing stops at the first match; so a later Deny does not cure an earlier Allow, and an Allow behind a matching
Deny is dead. The default rules take part like any other, `AllowAzureLoadBalancerInBound` included: where a custom
rule denies everything it is dead, and where none does it is reported.

Not everything can be known: a service tag's addresses are Microsoft's to change. Every doubt counts against the
group: for what is open, an Allow covers all it may cover, while a Deny or a permission takes away only what it surely
covers; for what must be open, a Deny covers all it may cover. Service tags other than `AzureCloud` are taken not to
share addresses.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from assurance.errors import BrokenReading, NotEvaluated
from assurance.estate.network.address_sets import AddressAxis, brief
from assurance.estate.network.packet_regions import (
    EVERY_PROTOCOL,
    Box,
    PortAxis,
    broadest_first,
    escapes,
    merged,
    overlap,
    parse_range,
    protocol_names,
    remainder,
    subtract,
)
from assurance.estate.network.rule_documents import FLOW_REMEDY, Direction, Flow, Matcher, SecurityRule, parse_direction

__all__ = ["Blocking", "Denial", "Flow", "Opening", "RuleSet", "SecurityRule"]


@dataclass(frozen=True, slots=True)
class Opening:
    """Packets that get through, and the rule that lets them."""

    rule: str
    priority: int
    description: str


@dataclass(frozen=True, slots=True)
class Blocking:
    """Packets that must get through and do not, and the rule that stops them."""

    rule: str
    priority: int
    description: str


@dataclass(frozen=True, slots=True)
class Denial:
    """Whether custom rules deny everything in a direction.

    Attributes:
        holds: Whether they do, and some packet reaches them.
        rule: The rule that does; several that do it together are joined by " + ".
        observed: What was found, in one sentence.
    """

    holds: bool
    rule: str | None
    observed: str


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules of one network security group, and the virtual network that it guards.

    Attributes:
        rules: Custom and default rules of both directions, in any order.
        virtual_network: The address space of the virtual network, as prefixes.
    """

    rules: tuple[SecurityRule, ...]
    virtual_network: tuple[str, ...]

    def admits_from_internet(self) -> tuple[Opening, ...]:
        """Everything allowed inbound from a public address; empty means closed.

        Raises:
            BrokenReading: The rules do not decide every packet, or two share a priority.
        """
        plane = self._plane("Inbound", ())
        protocol, _, source_port, destination, destination_port = plane.everything
        return plane.openings((protocol, plane.sources.internet, source_port, destination, destination_port), ())

    def undeclared(self, direction: str, permitted: Sequence[Flow]) -> tuple[Opening, ...]:
        """Everything allowed in a direction that lies outside the permitted flows; empty means none.

        Args:
            direction: `Inbound` or `Outbound`.
            permitted: The permitted flows; those of the other direction are left aside.

        Raises:
            BrokenReading: The rules do not decide every packet, or two share a priority.
            NotEvaluated: A flow cannot be read.
        """
        heading = parse_direction(direction, "The question")
        matchers = [flow.matcher() for flow in permitted if flow.heads(heading)]
        plane = self._plane(heading, matchers)
        boxes = [plane.box(matcher, removing=True, nested=False) for matcher in matchers]
        return plane.openings(plane.everything, boxes)

    def blocked(self, flow: Flow) -> tuple[Blocking, ...]:
        """The parts of a flow that are not open; empty means that it is fully open.

        Raises:
            BrokenReading: The rules do not decide every packet, or two share a priority.
            NotEvaluated: The flow cannot be read, or stands for no address.
        """
        matcher = flow.matcher()
        plane = self._plane(parse_direction(flow.direction, f"Flow {flow.name!r}"), (matcher,))
        needed = plane.box(matcher, removing=False, nested=True)
        # A connected network at a public address is a mere possibility: enough for a hole, nothing that must be open.
        needed = (needed[0], needed[1] & ~plane.sources.routed, needed[2], needed[3] & ~plane.targets.routed, needed[4])
        if not all(needed):
            raise NotEvaluated(f"Flow {flow.name!r} stands for no address.", FLOW_REMEDY)
        return plane.blockings(needed)

    def allows_beyond(self, other: "RuleSet", direction: str) -> tuple[Opening, ...]:
        """Everything allowed in a direction that the other rules do not allow; empty means none.

        Raises:
            BrokenReading: The rules of either do not decide every packet, or two share a priority.
        """
        heading = parse_direction(direction, "The question")
        theirs = other._plane(heading, ())
        plane = self._plane(heading, [rule.matcher for rule in theirs.rules])
        return plane.openings(plane.everything, replace(plane, rules=theirs.rules).allowed())

    def explicit_deny_all(self, direction: str) -> Denial:
        """Whether custom Deny rules, one or several together, deny every protocol, port and address of both families.

        What earlier rules let through is for `undeclared` to judge; here the Deny rules only have to be reached.
        """
        heading = parse_direction(direction, "The question")
        plane = self._plane(heading, ())
        denies = [(rule, box) for rule, box in plane.removers() if rule.access == "Deny" and not rule.default]
        if not denies:
            return Denial(holds=False, rule=None, observed=f"no custom rule denies anything {heading.lower()}")
        deny_all = next(([deny] for deny in denies if deny[1] == plane.everything), None)
        gap = None if deny_all else escapes(plane.everything, broadest_first(box for _, box in denies))
        if gap is not None:
            left = plane.describe(gap)
            return Denial(
                holds=False, rule=None, observed=f"the custom {heading.lower()} Deny rules leave out, for one, {left}"
            )
        return plane.denial(deny_all or _contributing(plane.everything, denies))

    def _plane(self, direction: Direction, matchers: Iterable[Matcher]) -> "_Plane":
        rules = sorted((rule for rule in self.rules if rule.direction == direction), key=lambda rule: rule.priority)
        for rule_before, other in pairwise(rules):
            if rule_before.priority == other.priority:
                raise BrokenReading(
                    f"{direction} rules {rule_before.name!r} and {other.name!r} share priority {rule_before.priority}."
                )
        try:
            space = [parse_range(prefix) for prefix in self.virtual_network]
        except ValueError as error:
            raise NotEvaluated(f"The virtual network's address space cannot be read: {error}.") from error
        every = [*(rule.matcher for rule in rules), *matchers]
        return _Plane(
            direction=direction,
            rules=tuple(rules),
            sources=AddressAxis.over((term for matcher in every for term in matcher.source), space),
            source_ports=PortAxis.over(part for matcher in every for part in matcher.source_ports),
            targets=AddressAxis.over((term for matcher in every for term in matcher.destination), space),
            target_ports=PortAxis.over(part for matcher in every for part in matcher.destination_ports),
        )


@dataclass(frozen=True, slots=True)
class _Plane:
    """One direction's rules by priority, over axes that are cut for the question asked."""

    direction: Direction
    rules: tuple[SecurityRule, ...]
    sources: AddressAxis
    source_ports: PortAxis
    targets: AddressAxis
    target_ports: PortAxis

    @property
    def everything(self) -> Box:
        """Every packet."""
        ports = (self.source_ports.everything, self.target_ports.everything)
        return (EVERY_PROTOCOL, self.sources.everything, ports[0], self.targets.everything, ports[1])

    def box(self, matcher: Matcher, *, removing: bool, nested: bool) -> Box:
        """The packets of a matcher; the switches are those of `AddressAxis.cover`."""
        return (
            matcher.protocol,
            self.sources.cover(matcher.source, removing=removing, nested=nested),
            self.source_ports.cover(matcher.source_ports),
            self.targets.cover(matcher.destination, removing=removing, nested=nested),
            self.target_ports.cover(matcher.destination_ports),
        )

    def removers(self) -> list[tuple[SecurityRule, Box]]:
        """Each rule with the packets that it surely decides."""
        return [(rule, self.box(rule.matcher, removing=True, nested=False)) for rule in self.rules]

    def openings(self, within: Box, permitted: Sequence[Box]) -> tuple[Opening, ...]:
        """What is allowed within a box and outside the permitted ones."""
        self._require_decided(within, [box for _, box in self.removers()])
        openings: list[Opening] = []
        taken = list(permitted)
        for rule in self.rules:
            box = self.box(rule.matcher, removing=rule.access == "Deny", nested=False)
            asked = overlap(box, within) if rule.access == "Allow" else None
            if asked is not None:
                left = merged(remainder([asked], broadest_first(taken)))
                openings += {Opening(rule.name, rule.priority, self._verdict(part, rule)) for part in left}
            taken.append(box)
        return tuple(sorted(openings, key=lambda opening: (opening.priority, opening.description)))

    def allowed(self) -> list[Box]:
        """All that is allowed."""
        boxes: list[Box] = []
        denied: list[Box] = []
        for rule in self.rules:
            box = self.box(rule.matcher, removing=rule.access == "Deny", nested=False)
            if rule.access == "Deny":
                denied.append(box)
            else:
                boxes += remainder([box], broadest_first(denied))
        return boxes

    def blockings(self, needed: Box) -> tuple[Blocking, ...]:
        """What of a box is denied."""
        boxes = [(rule, self.box(rule.matcher, removing=True, nested=True)) for rule in self.rules]
        self._require_decided(needed, [box for _, box in boxes])
        blockings: list[Blocking] = []
        undecided = [needed]
        for rule, box in boxes:
            if rule.access == "Deny":
                hits = [hit for part in undecided if (hit := overlap(part, box)) is not None]
                blockings += {Blocking(rule.name, rule.priority, self._verdict(hit, rule)) for hit in merged(hits)}
            undecided = [piece for part in undecided for piece in subtract(part, box)]
        return tuple(sorted(blockings, key=lambda blocking: (blocking.priority, blocking.description)))

    def denial(self, denies: Sequence[tuple[SecurityRule, Box]]) -> Denial:
        """Judge whether rules that together deny everything are reached."""
        names = " + ".join(rule.name for rule, _ in denies)
        described = " + ".join(f"{rule.name!r} (priority {rule.priority})" for rule, _ in denies)
        removers = self.removers()
        for deny, box in denies:
            earlier = [other for rule, other in removers if rule.priority < deny.priority]
            if escapes(box, broadest_first(earlier)) is not None:
                return Denial(
                    holds=True, rule=names, observed=f"{described} denies everything {self.direction.lower()}"
                )
        return Denial(
            holds=False, rule=names, observed=f"{described} is never reached: earlier rules decide every packet"
        )

    def describe(self, box: Box) -> str:
        """A box in words."""
        ports = brief(self.target_ports.names(box[4]))
        sources, targets = brief(self.sources.names(box[1])), brief(self.targets.names(box[3]))
        origin = "" if box[2] == self.source_ports.everything else f" port {brief(self.source_ports.names(box[2]))}"
        return f"{', '.join(protocol_names(box[0]))} {ports} from {sources}{origin} to {targets}"

    def _verdict(self, box: Box, rule: SecurityRule) -> str:
        word = "allowed" if rule.access == "Allow" else "denied"
        return f"{self.describe(box)}, {word} by {rule.name!r} (priority {rule.priority})"

    def _require_decided(self, within: Box, boxes: Sequence[Box]) -> None:
        gap = escapes(within, broadest_first(boxes))
        if gap is not None:
            reason = f"No {self.direction.lower()} rule decides {self.describe(gap)}."
            raise BrokenReading(reason, "Read the group with its defaultSecurityRules.")


def _contributing(everything: Box, denies: Sequence[tuple[SecurityRule, Box]]) -> list[tuple[SecurityRule, Box]]:
    """Those rules that add something, by priority, until everything is covered."""
    contributing: list[tuple[SecurityRule, Box]] = []
    left = [everything]
    for deny in denies:
        if any(overlap(part, deny[1]) for part in left):
            contributing.append(deny)
            left = remainder(left, [deny[1]])
    return contributing
