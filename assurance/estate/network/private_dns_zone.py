"""Private DNS zones: their links to networks, and where their records lead."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from assurance.errors import NotEvaluated
from assurance.estate.estate import Estate, read_once
from assurance.estate.network.packet_regions import is_private
from assurance.estate.network.private_endpoint import Addresses
from assurance.estate.resources.questions import Children
from assurance.estate.resources.resource import Part, listed, name_of, named, resource_group_of, same_id, wrong_among
from assurance.verdicts import Fact
from assurance.world.azure.document import Document

COMPLETED = "completed"


@dataclass(frozen=True, slots=True)
class PrivateDnsZone:
    """A private DNS zone (Microsoft.Network/privateDnsZones), known by its links and its records.

    Attributes:
        id: The zone's id.
        links: Its links to virtual networks; None if the zone does not exist.
        link_readings: Keys of the readings behind the links.
        records: Its record sets of every type; None if the zone does not exist.
    """

    id: str
    links: tuple[Document, ...] | None
    link_readings: tuple[str, ...]
    records: Part[Children]

    @property
    def parts(self) -> tuple[Part[object], ...]:
        """Its records."""
        return (self.records,)

    @property
    def name(self) -> str:
        """The zone's name."""
        return name_of(self.id)

    @property
    def exists(self) -> Fact:
        """Whether the zone exists."""
        holds = self.links is not None
        observed = "the zone exists" if holds else "the zone does not exist"
        remedy = f"az network private-dns zone create {named(self.id)}"
        return self._fact(holds, "the zone exists", observed, remedy, self.link_readings)

    def is_linked_to(self, network_id: str) -> Fact:
        """Whether the zone is linked to that very network, and the link is completed."""
        links = self.links or ()
        own = [link for link in links if same_id(link.text("properties", "virtualNetwork", "id"), network_id)]
        states = [link.text("properties", "virtualNetworkLinkState") or "absent" for link in own]
        holds = bool(states) and all(state.casefold() == COMPLETED for state in states)
        observed = f"link state {listed(states)}" if own else f"no link to it, {len(links)} to other networks"
        remedy = (
            f"az network private-dns link vnet create --resource-group {resource_group_of(self.id)} "
            f"--zone-name {self.name} --name vnet-link --virtual-network {network_id} --registration-enabled false"
        )
        return self._fact(holds, f"linked to {network_id}, Completed", observed, remedy, self.link_readings)

    def holds_record(self, name: str, endpoint: Part[Addresses]) -> Fact:
        """Whether the address records of that name are exactly the endpoint's own addresses.

        That there is no record, or that it is a public address, is known whatever the endpoint's address is.
        """
        records, readings = self.records()
        own = [record for record in records or () if record.name.casefold() == name.casefold()]
        held = [address for record in own for address in _addresses(record)]
        addresses, cited = endpoint() if held and all(map(is_private, held)) else ((), ())
        holds = bool(addresses) and sorted(held) == sorted(addresses)
        endpoint_address = f"; the endpoint's address: {listed(addresses)}" if cited else ""
        remedy = "Create the endpoint's zone group again, so that Azure writes the record."
        expected = f"A record {name} equals the endpoint's address"
        return self._fact(
            holds, expected, f"A record {name}: {listed(held)}{endpoint_address}", remedy, readings + cited
        )

    @property
    def has_only_private_addresses(self) -> Fact:
        """Whether no record of the zone is a public address, or an alias that leads out of the zone.

        Raises:
            NotEvaluated: The zone has no record of an address or alias to judge.
        """
        records, readings = self.records()
        leading = [record for record in records or () if _has_address(record)]
        if records is not None and not leading:
            raise NotEvaluated(
                f"The zone {self.id} has no A record to judge.",
                "Create the endpoint's zone group again, so that Azure writes the record.",
                readings,
            )
        wrong = wrong_among(leading, self._leading_out)
        observed = listed(wrong, "only private addresses") if records is not None else "the zone does not exist"
        remedy = f"az network private-dns record-set a delete {named(self.id)}"
        holds = records is not None and not wrong
        return self._fact(holds, "no public address in the zone", observed, remedy, readings)

    def _leading_out(self, record_set: Document) -> str | None:
        """Return where a record leads that is not within private networks; an alias may lead on within the zone."""
        public = [address for address in _addresses(record_set) if not is_private(address)]
        alias = _alias(record_set)
        if alias and not alias.rstrip(".").casefold().endswith(f".{self.name}".casefold()):
            public.append(f"alias of {alias}")
        return f"{record_set.name}: {listed(public)}" if public else None

    def _fact(self, holds: bool, expected: str, observed: str, remedy: str, readings: tuple[str, ...]) -> Fact:
        return Fact(holds, expected, observed, self.id, tuple(dict.fromkeys(readings)), "" if holds else remedy)


@read_once
def read_private_dns_zone(estate: Estate, zone_id: str) -> PrivateDnsZone:
    """Return a private DNS zone."""
    operation = estate.questions.operation("private_dns", "virtual_network_links", "list", zone_id)
    links, readings = estate.questions.children(operation, zone_id, resource_group_of(zone_id), name_of(zone_id))
    return PrivateDnsZone(zone_id, links, readings, partial(_records, estate, zone_id))


@read_once
def _records(estate: Estate, zone_id: str) -> Children:
    operation = estate.questions.operation("private_dns", "record_sets", "list", zone_id)
    return estate.questions.children(operation, zone_id, resource_group_of(zone_id), name_of(zone_id))


def _addresses(record_set: Document) -> tuple[str, ...]:
    version_4 = record_set.items("properties", "aRecords")
    version_6 = record_set.items("properties", "aaaaRecords")
    return (
        *(record.required_text("ipv4Address") for record in version_4),
        *(record.required_text("ipv6Address") for record in version_6),
    )


def _has_address(record_set: Document) -> bool:
    return any(record_set.value("properties", key) for key in ("aRecords", "aaaaRecords", "cnameRecord"))


def _alias(record_set: Document) -> str | None:
    alias = record_set.within("properties", "cnameRecord")
    return alias.required_text("cname") if alias is not None else None
