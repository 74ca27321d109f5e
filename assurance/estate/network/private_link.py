"""Private endpoints, and the private DNS zones that make their names known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assurance.errors import NotEvaluated
from assurance.estate.network.addresses import is_private
from assurance.estate.resources.resource import Judgement, Resource, listed, named, resource_group_of, same_id, segments
from assurance.verdicts import Fact
from assurance.world.azure.document import Document

COMPLETED = "completed"


@dataclass(frozen=True, slots=True)
class PrivateEndpoint(Resource):
    """A private endpoint (Microsoft.Network/privateEndpoints).

    Attributes:
        addresses: The private addresses of its network interface.
        zone_groups: Its DNS zone groups.
        address_readings: Keys of the readings behind the addresses.
        zone_group_readings: Keys of the readings behind the zone groups.
    """

    addresses: tuple[str, ...] = ()
    zone_groups: tuple[Document, ...] = ()
    address_readings: tuple[str, ...] = ()
    zone_group_readings: tuple[str, ...] = ()

    def is_connected_to(self, service_id: str) -> Fact:
        """Whether it connects to that very resource, and to no other."""

        def connected(document: Document) -> Judgement:
            found = [item.text("properties", "privateLinkServiceId") or "" for item in _connections(document)]
            return _all_are(found, service_id), f"connected to {listed(found)}"

        return self.judge(f"connected to {service_id}", connected, self._create_again())

    def has_group(self, group_id: str) -> Fact:
        """Whether it connects to exactly this sub-resource (group id)."""

        def grouped(document: Document) -> Judgement:
            found = [name for item in _connections(document) for name in item.texts("properties", "groupIds")]
            return [name.casefold() for name in found] == [group_id.casefold()], f"group ids {listed(found)}"

        return self.judge(f"group id {group_id}", grouped, self._create_again())

    def is_in_subnet(self, subnet_id: str) -> Fact:
        """Whether it stands in that very subnet."""

        def within(document: Document) -> Judgement:
            found = document.text("properties", "subnet", "id")
            return same_id(found, subnet_id), f"in subnet {found or 'none'}"

        return self.judge(f"in subnet {subnet_id}", within, self._create_again())

    @property
    def is_approved(self) -> Fact:
        """Whether every connection of the endpoint is Approved; descriptions and provisioning do not count."""

        def approved(document: Document) -> Judgement:
            found = [_status(item) for item in _connections(document)]
            return _all_approved(found), f"connection status {listed(found)}"

        remedy = "Approve it: az network private-endpoint-connection approve --id CONNECTION-ID"
        return self.judge("connection status Approved", approved, remedy)

    def registers_in(self, zone_id: str) -> Fact:
        """Whether a zone group of the endpoint keeps its record in that very zone."""

        def registered(_: Document) -> Judgement:
            found = [
                item.text("properties", "privateDnsZoneId") or ""
                for group in self.zone_groups
                for item in group.items("properties", "privateDnsZoneConfigs")
            ]
            return any(same_id(zone, zone_id) for zone in found), f"zone group names {listed(found, 'no zone')}"

        remedy = (
            f"az network private-endpoint dns-zone-group create --resource-group {resource_group_of(self.id)} "
            f"--endpoint-name {self.name} --name default --zone-name {self.name} --private-dns-zone {zone_id}"
        )
        return self.judge(f"a zone group names {zone_id}", registered, remedy, self.zone_group_readings)

    def _create_again(self) -> str:
        return f"Delete it and deploy it again: az network private-endpoint delete {named(self.id)}"


def approved_by_service(service: Resource, endpoint: PrivateEndpoint) -> Fact:
    """Whether the service's own list of connections has this endpoint as Approved."""

    def approved(document: Document) -> Judgement:
        mine = [
            item
            for item in document.items("properties", "privateEndpointConnections")
            if same_id(item.text("properties", "privateEndpoint", "id"), endpoint.id)
        ]
        found = [_status(item) for item in mine]
        if endpoint.document is None:
            return False, f"the endpoint does not exist; the service has it as {listed(found, 'unknown')}"
        return _all_approved(found), f"the service has the endpoint as {listed(found, 'unknown')}"

    remedy = f"az network private-endpoint-connection approve --id CONNECTION-ID (listed under {service.id})"
    expected = f"the service has {endpoint.name} as Approved"
    return service.judge(expected, approved, remedy, endpoint.readings)


@dataclass(frozen=True, slots=True)
class PrivateDnsZone:
    """A private DNS zone, known by its records and its links.

    Attributes:
        id: The zone's id.
        records: Its A record sets; None if the zone does not exist.
        links: Its virtual network links; None if the zone does not exist.
        record_readings: Keys of the readings behind the records.
        link_readings: Keys of the readings behind the links.
    """

    id: str
    records: tuple[Document, ...] | None
    links: tuple[Document, ...] | None
    record_readings: tuple[str, ...]
    link_readings: tuple[str, ...]

    @property
    def exists(self) -> Fact:
        """Whether the zone exists."""
        holds = self.links is not None
        observed = "the zone exists" if holds else "the zone does not exist"
        remedy = f"az network private-dns zone create {named(self.id)}"
        return self._fact(holds, "the zone exists", observed, remedy, self.link_readings)

    def is_linked_to(self, network_id: str) -> Fact:
        """Whether the zone is linked to that very network, and the link is completed."""
        mine = [
            link for link in self.links or () if same_id(link.text("properties", "virtualNetwork", "id"), network_id)
        ]
        states = [link.text("properties", "virtualNetworkLinkState") or "absent" for link in mine]
        holds = bool(states) and all(state.casefold() == COMPLETED for state in states)
        others = len(self.links or ()) - len(mine)
        observed = f"link state {listed(states)}" if mine else f"no link to it, {others} to other networks"
        remedy = (
            f"az network private-dns link vnet create --resource-group {resource_group_of(self.id)} "
            f"--zone-name {self.id.rsplit('/', 1)[-1]} --name vnet-link --virtual-network {network_id} "
            "--registration-enabled false"
        )
        return self._fact(holds, f"linked to {network_id}, Completed", observed, remedy, self.link_readings)

    def holds_record(self, name: str, addresses: Sequence[str], endpoint_readings: tuple[str, ...]) -> Fact:
        """Whether the A record of that name is exactly the endpoint's own addresses."""
        found = self._addresses(name)
        holds = bool(addresses) and sorted(found) == sorted(addresses)
        observed = f"A record {name}: {listed(found)}; the endpoint's address: {listed(addresses)}"
        remedy = "Create the endpoint's zone group again, so that Azure writes the record."
        expected = f"A record {name} equals the endpoint's address"
        return self._fact(holds, expected, observed, remedy, self.record_readings + endpoint_readings)

    @property
    def has_only_private_addresses(self) -> Fact:
        """Whether no record of the zone is a public address.

        Raises:
            NotEvaluated: The zone has no A record to judge.
        """
        if self.records is not None and not self.records:
            raise NotEvaluated(
                f"The zone {self.id} has no A record to judge.",
                "Create the endpoint's zone group again, so that Azure writes the record.",
                self.record_readings,
            )
        found = [
            (item.name, address)
            for item in self.records or ()
            for record in item.required_items("properties", "aRecords")
            if not is_private(address := record.required_text("ipv4Address"))
        ]
        holds = self.records is not None and not found
        observed = listed((f"{name}: {address}" for name, address in found), "only private addresses")
        if self.records is None:
            observed = "the zone does not exist"
        remedy = f"az network private-dns record-set a delete {named(self.id)}"
        return self._fact(holds, "no public address in the zone", observed, remedy, self.record_readings)

    def _addresses(self, name: str) -> list[str]:
        return [
            record.required_text("ipv4Address")
            for item in self.records or ()
            if item.name.casefold() == name.casefold()
            for record in item.items("properties", "aRecords")
        ]

    def _fact(self, holds: bool, expected: str, observed: str, remedy: str, readings: tuple[str, ...]) -> Fact:
        return Fact(holds, expected, observed, self.id, tuple(dict.fromkeys(readings)), "" if holds else remedy)


def _connections(document: Document) -> tuple[Document, ...]:
    """Return the connections, those approved automatically and those made by request."""
    return document.items("properties", "privateLinkServiceConnections") + document.items(
        "properties", "manualPrivateLinkServiceConnections"
    )


def _status(connection: Document) -> str:
    return connection.text("properties", "privateLinkServiceConnectionState", "status") or "absent"


def _all_approved(found: Sequence[str]) -> bool:
    return bool(found) and all(status.casefold() == "approved" for status in found)


def _all_are(found: Sequence[str], wanted: str) -> bool:
    return bool(found) and all(segments(one) == segments(wanted) for one in found)
