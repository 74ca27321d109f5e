"""The rules of a network security group and the flows an environment declares, read strictly.

Azure writes each source, destination and port in a singular and a plural field; both count. An empty string, an empty
list and null are absent, and a rule that names nothing on an axis is a broken reading, never a rule that matches
nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypeVar

from assurance.errors import BrokenReading, NotEvaluated
from assurance.estate.network.address_sets import AddressTerm, ApplicationGroup, parse_address
from assurance.estate.network.packet_regions import EVERY_PORT, PortRange, parse_port_range, parse_protocol

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
    """One rule of a network security group; `default` tells Azure's own from custom ones."""

    name: str
    priority: int
    direction: Direction
    access: Access
    matcher: Matcher
    default: bool

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
        return cls(
            name=name,
            priority=fields.priority(),
            direction=fields.word("direction", DIRECTIONS),
            access=fields.word("access", ACCESSES),
            matcher=Matcher(
                protocol=fields.one("protocol", parse_protocol),
                source=fields.addresses("source"),
                source_ports=fields.some("sourcePortRange", parse_port_range),
                destination=fields.addresses("destination"),
                destination_ports=fields.some("destinationPortRange", parse_port_range),
            ),
            default=default,
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
    """The properties of one rule, read strictly."""

    rule: str
    properties: Mapping[object, object]

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

    def one(self, key: str, parse: Callable[[str], Parsed]) -> Parsed:
        value = self.properties.get(key)
        if not isinstance(value, str):
            raise self._broken(key, value)
        try:
            return parse(value)
        except ValueError as error:
            raise self._broken(key, value) from error

    def some(self, key: str, parse: Callable[[str], Parsed]) -> tuple[Parsed, ...]:
        parsed = self._union(key, f"{key}s", parse)
        if not parsed:
            raise self._broken(key, None)
        return parsed

    def addresses(self, side: str) -> tuple[AddressTerm, ...]:
        prefixes = self._union(f"{side}AddressPrefix", f"{side}AddressPrefixes", parse_address)
        terms = (*prefixes, *self._groups(f"{side}ApplicationSecurityGroups"))
        if not terms:
            raise self._broken(f"{side}AddressPrefix", None)
        return terms

    def _union(self, singular: str, plural: str, parse: Callable[[str], Parsed]) -> tuple[Parsed, ...]:
        single = self.properties.get(singular)
        values = [*self._list(plural), *([] if single in (None, "") else [single])]
        parsed: list[Parsed] = []
        for value in values:
            if not isinstance(value, str):
                raise self._broken(singular, value)
            try:
                parsed.append(parse(value))
            except ValueError as error:
                raise self._broken(singular, value) from error
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
        found = "is missing" if value is None else f"cannot be read: {value!r}"
        return BrokenReading(f"Security rule {self.rule!r}: {key} {found}.")


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
