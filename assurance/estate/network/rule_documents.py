"""The rules of a network security group and the flows an environment declares, read strictly.

Azure writes each source, destination and port in a singular and a plural field; both count. An empty string, an empty
list and null are absent, and a rule that names nothing on an axis is a broken reading, never a rule that matches
nothing. A prefix, a port or a protocol that cannot be read makes its rule doubtful, and no other: Azure accepts a few
that mean nothing to anybody (a source prefix `789`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias, TypeVar

from assurance.errors import BrokenReading, NotEvaluated
from assurance.estate.network.packet_regions import (
    EVERY_PORT,
    EVERY_PROTOCOL,
    AddressTerm,
    ApplicationGroup,
    Everywhere,
    PortRange,
    ServiceTag,
    parse_address,
    parse_port_range,
    parse_protocol,
)

Direction: TypeAlias = Literal["Inbound", "Outbound"]
Access: TypeAlias = Literal["Allow", "Deny"]
Parsed = TypeVar("Parsed")

DIRECTIONS: Mapping[str, Direction] = {"inbound": "Inbound", "outbound": "Outbound"}
ACCESSES: Mapping[str, Access] = {"allow": "Allow", "deny": "Deny"}
FLOW_REMEDY = "Correct the flow in the environment file."


@dataclass(frozen=True, slots=True)
class Matcher:
    """The packets that a rule or a flow is about, as it names them."""

    protocol: int
    source: tuple[AddressTerm, ...]
    source_ports: tuple[PortRange, ...]
    destination: tuple[AddressTerm, ...]
    destination_ports: tuple[PortRange, ...]


@dataclass(frozen=True, slots=True)
class SecurityRule:
    """One rule of a network security group.

    Attributes:
        default: Whether it is one of Azure's own.
        doubt: Why it is not known which packets it matches; empty if it is.
        widest: What it matches at most; without a doubt, what it matches.
    """

    name: str
    priority: int
    direction: Direction
    access: Access
    matcher: Matcher
    default: bool
    doubt: str = ""
    widest: Matcher | None = None

    @classmethod
    def parse(cls, document: Mapping[str, object], *, default: bool) -> "SecurityRule":
        """Read an element of `securityRules` or `defaultSecurityRules`.

        Args:
            document: The element as Azure Resource Manager sends it, with `name` and `properties`.
            default: Whether it stands in `defaultSecurityRules`.

        Raises:
            BrokenReading: A field is missing or is not what Azure documents.
        """
        name, properties = document.get("name"), document.get("properties")
        if not isinstance(name, str) or not name:
            raise BrokenReading("A security rule has no name.")
        if not isinstance(properties, Mapping):
            raise BrokenReading(f"Security rule {name!r} has no properties.")
        fields = _Fields(name, properties)
        matcher = Matcher(
            protocol=fields.protocol(),
            source=fields.addresses("source"),
            source_ports=fields.ports("sourcePortRange"),
            destination=fields.addresses("destination"),
            destination_ports=fields.ports("destinationPortRange"),
        )
        return cls(
            name=name,
            priority=fields.priority(),
            direction=fields.word("direction", DIRECTIONS),
            access=fields.word("access", ACCESSES),
            matcher=matcher,
            default=default,
            doubt="; ".join(fields.doubts),
            widest=_widest(matcher),
        )


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow as the environment file declares it.

    Attributes:
        name: What the environment file calls it.
        direction: `Inbound` or `Outbound`, in any casing.
        protocol: A protocol's name or `*`.
        source: A prefix, a service tag or `*`.
        destination: A prefix, a service tag or `*`.
        ports: Destination ports: `443`, `8000-8080` or `*`. Source ports are not restricted.
    """

    name: str
    direction: str
    protocol: str
    source: str
    destination: str
    ports: tuple[str, ...]

    def heads(self, direction: Direction) -> bool:
        """Whether the flow has this direction."""
        return parse_direction(self.direction, f"Flow {self.name!r}") == direction

    def matcher(self) -> Matcher:
        """The packets of the flow.

        Raises:
            NotEvaluated: The declaration cannot be read, or names no port.
        """
        if not self.ports:
            raise NotEvaluated(f"Flow {self.name!r} names no port.", FLOW_REMEDY)
        try:
            return Matcher(
                protocol=parse_protocol(self.protocol),
                source=(parse_address(self.source),),
                source_ports=(EVERY_PORT,),
                destination=(parse_address(self.destination),),
                destination_ports=tuple(parse_port_range(port) for port in self.ports),
            )
        except ValueError as error:
            raise NotEvaluated(f"Flow {self.name!r} cannot be read: {error}.", FLOW_REMEDY) from error


@dataclass(frozen=True, slots=True)
class _Fields:
    """The properties of one rule, read strictly; `doubts` gathers what cannot be read."""

    rule: str
    properties: Mapping[object, object]
    doubts: list[str] = field(default_factory=list)

    def priority(self) -> int:
        value = self.properties.get("priority")
        if not isinstance(value, int) or isinstance(value, bool):
            raise self._broken("priority", value)
        return value

    def word(self, key: str, words: Mapping[str, Parsed]) -> Parsed:
        value = self.properties.get(key)
        if not isinstance(value, str) or value.strip().casefold() not in words:
            raise self._broken(key, value)
        return words[value.strip().casefold()]

    def protocol(self) -> int:
        value = self.properties.get("protocol")
        if not isinstance(value, str):
            raise self._broken("protocol", value)
        return self._parsed("protocol", value, parse_protocol, EVERY_PROTOCOL)

    def ports(self, key: str) -> tuple[PortRange, ...]:
        parsed = self._union(key, f"{key}s", parse_port_range, lambda _: EVERY_PORT)
        if not parsed:
            raise self._broken(key, None)
        return parsed

    def addresses(self, side: str) -> tuple[AddressTerm, ...]:
        prefixes = self._union(f"{side}AddressPrefix", f"{side}AddressPrefixes", parse_address, _unread)
        terms = (*prefixes, *self._groups(f"{side}ApplicationSecurityGroups"))
        if not terms:
            raise self._broken(f"{side}AddressPrefix", None)
        return terms

    def _parsed(self, key: str, value: str, parse: Callable[[str], Parsed], otherwise: Parsed) -> Parsed:
        try:
            return parse(value)
        except ValueError:
            self.doubts.append(f"{key} {value!r} cannot be read")
            return otherwise

    def _union(
        self, singular: str, plural: str, parse: Callable[[str], Parsed], otherwise: Callable[[str], Parsed]
    ) -> tuple[Parsed, ...]:
        single = self.properties.get(singular)
        values = [*self._list(plural), *([] if single in (None, "") else [single])]
        parsed: list[Parsed] = []
        for value in values:
            if not isinstance(value, str):
                raise self._broken(singular, value)
            parsed.append(self._parsed(singular, value, parse, otherwise(value)))
        return tuple(parsed)

    def _groups(self, key: str) -> list[ApplicationGroup]:
        groups: list[ApplicationGroup] = []
        for value in self._list(key):
            identity = value.get("id") if isinstance(value, Mapping) else None
            if not isinstance(identity, str) or not identity:
                raise self._broken(key, value)
            groups.append(ApplicationGroup(identity.casefold(), identity.rpartition("/")[2]))
        return groups

    def _list(self, key: str) -> list[object]:
        value = self.properties.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self._broken(key, value)
        return value

    def _broken(self, key: str, value: object) -> BrokenReading:
        fault = "is missing" if value is None else f"cannot be read: {value!r}"
        return BrokenReading(f"Security rule {self.rule!r}: {key} {fault}.")


def _unread(text: str) -> AddressTerm:
    """Return what stands for a prefix that cannot be read: addresses unknown, the same wherever it is spelt so."""
    return ServiceTag(f"?{text.casefold()}", text)


def _widest(matcher: Matcher) -> Matcher:
    """Return the matcher with every address where a prefix cannot be read."""

    def wide(terms: tuple[AddressTerm, ...]) -> tuple[AddressTerm, ...]:
        unread = any(isinstance(term, ServiceTag) and term.key.startswith("?") for term in terms)
        return (Everywhere(),) if unread else terms

    return replace(matcher, source=wide(matcher.source), destination=wide(matcher.destination))


def parse_direction(text: str, who: str) -> Direction:
    """Read a direction in any casing.

    Args:
        text: What was given.
        who: Who has that direction, for the message.

    Raises:
        NotEvaluated: It is neither direction.
    """
    try:
        return DIRECTIONS[text.strip().casefold()]
    except KeyError as error:
        raise NotEvaluated(f"{who} has direction {text!r}, not Inbound or Outbound.", FLOW_REMEDY) from error
