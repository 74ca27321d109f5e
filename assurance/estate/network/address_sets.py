"""Sets of network addresses as the rules of an Azure network security group name them.

A rule names addresses by prefix, by service tag or by application security group. The members of a tag or a group are
not known here, so an address is taken as a place on the number line of all IPv4 and IPv6 addresses *together with*
what it may belong to: nothing, one service tag, one application security group, or a network connected to the virtual
network. `AddressAxis` cuts that line at every boundary that occurs, lays one copy of it per possible membership, and
represents a set as the bits of one `int`.

What the tags mean is Microsoft's "Virtual network service tags" and "Network security groups overview":

* `Internet` is the space "outside the virtual network and reachable by the public internet", Azure's own public
  addresses included. So it holds every service tag, and of the private ranges none: those are reachable only if they
  are connected, and then they are `VirtualNetwork`. A public range that is the virtual network's own address space is
  not Internet either.
* `VirtualNetwork` is the declared address space, peered and on-premises networks, and the host's virtual address
  168.63.129.16. It may hold default routes, so a connected network can be anywhere outside the declared space.
* `AzureLoadBalancer` is the host's virtual address, from which health probes come. It is never Internet.
* Every other tag stands for public addresses; `Storage.EastUS` lies within `Storage`.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_network

from assurance.estate.network.packet_regions import (
    IPV6_START,
    AddressRange,
    AddressTerm,
    ApplicationGroup,
    Everywhere,
    ServiceTag,
    address_of,
    parse_range,
)

LINE_END = IPV6_START + (1 << 128)


HOST = parse_range("168.63.129.16")
"""The virtual address of the host node: DHCP, DNS and health probes, the same in all regions."""
NEVER_PUBLIC = (
    HOST,
    *map(parse_range, ("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16")),
    *map(parse_range, ("172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/3")),
    *map(parse_range, ("::/127", "fc00::/7", "fe80::/10", "ff00::/8")),
)
"""IANA's special-purpose ranges, which no Internet packet carries. Documentation ranges count as public, to be safe."""

PLAIN, CONNECTED, ROUTED = 0, 1, 2
"""Copies of the line: no membership; a connected network at private addresses; a connected network at public ones."""


@dataclass(frozen=True, slots=True)
class AddressAxis:
    """All addresses, cut into elementary segments, one copy of the line per possible membership.

    Attributes:
        starts: First number of each segment, ascending.
        layers: For each copy of the line, the bits of the segments that exist in it.
        tags: The copy of each service tag.
        groups: The copy of each application security group.
        public: Bits of the public segments outside the virtual network.
        inside: Bits of the segments of the declared address space and of the host's address.
    """

    starts: tuple[int, ...]
    layers: tuple[int, ...]
    tags: dict[ServiceTag, int]
    groups: dict[ApplicationGroup, int]
    public: int
    inside: int

    @classmethod
    def over(cls, terms: Iterable[AddressTerm], virtual_network: Sequence[AddressRange]) -> "AddressAxis":
        """Cut the line so that every term is a set of whole segments.

        Args:
            terms: Every term that will be asked about.
            virtual_network: The declared address space.
        """
        mentioned = set(terms)
        ranges = [term for term in mentioned if isinstance(term, AddressRange)]
        starts = _starts((*ranges, *virtual_network, *NEVER_PUBLIC))
        whole = (1 << len(starts)) - 1
        declared = _union(starts, virtual_network)
        inside = declared | _union(starts, (HOST,))
        public = whole & ~_union(starts, NEVER_PUBLIC) & ~inside
        tags = _tags({term for term in mentioned if isinstance(term, ServiceTag)})
        groups = sorted((term for term in mentioned if isinstance(term, ApplicationGroup)), key=lambda term: term.key)
        fixed = (whole, whole & ~inside & ~public, public)
        return cls(
            starts=starts,
            layers=(*fixed, *(public for _ in tags), *(declared for _ in groups)),
            tags={tag: number for number, tag in enumerate(tags, len(fixed))},
            groups={group: number for number, group in enumerate(groups, len(fixed) + len(tags))},
            public=public,
            inside=inside,
        )

    @property
    def everything(self) -> int:
        """Every address with every membership."""
        return self._in_layers(range(len(self.layers)))

    @property
    def internet(self) -> int:
        """What `Internet` stands for."""
        return self._in_layers((PLAIN, *self.tags.values()), self.public)

    @property
    def routed(self) -> int:
        """Connected networks at public addresses: what a default route or a public on-premises range makes real."""
        return self._in_layers((ROUTED,))

    @property
    def virtual_network(self) -> int:
        """What `VirtualNetwork` stands for."""
        return self._in_layers((PLAIN,), self.inside) | self._in_layers((CONNECTED, ROUTED, *self.groups.values()))

    def cover(self, terms: Iterable[AddressTerm], *, removing: bool, nested: bool) -> int:
        """The set that the terms add up to.

        Args:
            terms: The terms, each of which was given to `over`.
            removing: Whether the set takes away from what is open. If not, a prefix does not reach `routed`: else
                every public prefix would count as a part of `VirtualNetwork` as well.
            nested: Whether `AzureCloud` ("all datacenter public IP addresses") holds the other service tags.
        """
        covered = 0
        for term in terms:
            if isinstance(term, Everywhere):
                covered |= self.everything
            elif isinstance(term, AddressRange):
                reached = self._in_layers(range(len(self.layers)), _union(self.starts, (term,)))
                covered |= reached if removing else reached & ~self.routed
            elif isinstance(term, ApplicationGroup):
                covered |= self._in_layers((self.groups[term],))
            else:
                covered |= self._tag(term, nested=nested)
        return covered

    def names(self, covered: int) -> tuple[str, ...]:
        """The set in words: tags and prefixes, broadest first."""
        if covered | self.routed == self.everything:
            return ("any address",)
        names = []
        network = self.virtual_network & ~self.routed
        if covered & network == network:
            names.append("VirtualNetwork")
            covered &= ~self.virtual_network
        plain = self._of_layer(covered, PLAIN)
        if self.public and plain & self.public == self.public:
            missing = [tag.label for tag, layer in self.tags.items() if not self._of_layer(covered, layer)]
            names.insert(0, f"Internet except {_and(missing)}" if missing else "Internet")
            covered &= ~self.internet
        elif plain and not plain & ~self.public:
            return (*names, f"Internet ({brief(self._intervals(plain))})", *self._members(covered, plain))
        plain_left = self._of_layer(covered, PLAIN)
        return (*names, *self._intervals(plain_left), *self._members(covered, plain))

    def _tag(self, tag: ServiceTag, *, nested: bool) -> int:
        if tag.key == "internet":
            return self.internet
        if tag.key == "virtualnetwork":
            return self.virtual_network
        if tag.key == "azureloadbalancer":
            return self._in_layers(range(len(self.layers)), _union(self.starts, (HOST,)))
        service, _, region = tag.key.partition(".")
        within = [tag.key, *(other.key for other in self.tags if other.key.startswith(f"{tag.key}."))]
        if nested and service == "azurecloud":
            within += [other.key for other in self.tags if not region or other.key.endswith(f".{region}")]
        return self._in_layers(layer for other, layer in self.tags.items() if other.key in within)

    def _in_layers(self, layers: Iterable[int], segments: int = -1) -> int:
        covered = 0
        for layer in layers:
            covered |= (self.layers[layer] & segments) << (layer * len(self.starts))
        return covered

    def _of_layer(self, covered: int, layer: int) -> int:
        return covered >> (layer * len(self.starts)) & ((1 << len(self.starts)) - 1)

    def _members(self, covered: int, plain: int) -> Iterator[str]:
        named = [(tag.label, layer) for tag, layer in self.tags.items()]
        named += [(f"application security group {group.label}", layer) for group, layer in self.groups.items()]
        for label, layer in named:
            segments = self._of_layer(covered, layer) & ~plain
            if segments:
                yield label if segments == self.layers[layer] else f"part of {label}"
        if (self._of_layer(covered, CONNECTED) | self._of_layer(covered, ROUTED)) & ~plain:
            yield "peered or on-premises networks"

    def _intervals(self, segments: int) -> tuple[str, ...]:
        texts = []
        ends = (*self.starts[1:], LINE_END)
        number = 0
        while segments >> number:
            if not segments >> number & 1:
                number += 1
                continue
            first = number
            while segments >> number & 1 and (number == first or self.starts[number] != IPV6_START):
                number += 1
            span = AddressRange(self.starts[first], ends[number - 1] - 1)
            texts.append("AzureLoadBalancer (168.63.129.16)" if span == HOST else _text(span.first, span.last))
        return tuple(texts)


def brief(names: Sequence[str]) -> str:
    """At most three names, and how many more there are."""
    if len(names) <= 3:
        return ", ".join(names)
    return f"{', '.join(names[:3])} and {len(names) - 3} more"


def _and(names: Sequence[str]) -> str:
    return " and ".join((brief(names[:-1]), names[-1])) if 1 < len(names) <= 3 else brief(names)


def _text(first: int, last: int) -> str:
    lower, upper = address_of(first), address_of(last)
    if first == last:
        return str(lower)
    length = lower.max_prefixlen - (last - first).bit_length()
    network = ip_network(f"{lower}/{length}", strict=False)
    whole = network.network_address == lower and network.broadcast_address == upper
    return str(network) if whole else f"{lower}-{upper}"


def _starts(ranges: Iterable[AddressRange]) -> tuple[int, ...]:
    cuts = {0, IPV6_START}
    for part in ranges:
        cuts.update((part.first, part.last + 1))
    return tuple(sorted(cuts - {LINE_END}))


def _union(starts: tuple[int, ...], ranges: Iterable[AddressRange]) -> int:
    covered = 0
    for part in ranges:
        first, end = bisect_left(starts, part.first), bisect_left(starts, part.last + 1)
        covered |= (1 << end) - (1 << first)
    return covered


def _tags(mentioned: set[ServiceTag]) -> list[ServiceTag]:
    """The opaque tags: those mentioned, and each service's part in each region of `AzureCloud` that is mentioned."""
    opaque = {tag for tag in mentioned if tag.key not in {"internet", "virtualnetwork", "azureloadbalancer"}}
    regions = {tag.label.partition(".")[2] for tag in opaque if tag.key.startswith("azurecloud.")}
    services = {tag.label for tag in opaque if "." not in tag.key}
    crossed = {
        ServiceTag(f"{service}.{region}".casefold(), f"{service}.{region}")
        for service in services
        for region in regions
    }
    return sorted(opaque | crossed, key=lambda tag: tag.key)
