"""Private endpoints: what they connect to, and which private address each of their names has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain

from assurance.environment.network import DeclaredEndpoint
from assurance.errors import NotEvaluated
from assurance.estate.estate import Estate, read_once
from assurance.estate.resources.questions import Documents, One
from assurance.estate.resources.resource import (
    Judgement,
    Part,
    Resource,
    answer_for,
    listed,
    name_of,
    named,
    only,
    resource_group_of,
    same_id,
    segments,
    wrong_among,
)
from assurance.verdicts import Fact
from assurance.world.azure.document import Document

APPROVED, DISCONNECTED = "approved", "disconnected"
Addresses = tuple[tuple[str, ...], tuple[str, ...]]
"""Private addresses, and the keys of the readings behind them."""


@dataclass(frozen=True, slots=True)
class PrivateEndpoint(Resource):
    """A private endpoint (Microsoft.Network/privateEndpoints).

    Attributes:
        interfaces: Its network interfaces.
        zone_groups: Its DNS zone groups.
    """

    interfaces: Part[Documents]
    zone_groups: Part[Documents]

    @property
    def parts(self) -> tuple[Part[object], ...]:
        """Its interfaces and its zone groups."""
        return (self.interfaces, self.zone_groups)

    def is_connected_to(self, service_id: str) -> Fact:
        """Whether it connects to that very resource, and to no other."""

        def connected(document: Document) -> Judgement:
            service_ids = [item.text("properties", "privateLinkServiceId") or "" for item in _connections(document)]
            same = bool(service_ids) and all(
                segments(connected_id) == segments(service_id) for connected_id in service_ids
            )
            return same, f"connected to {listed(service_ids)}"

        return self.judge(f"connected to {service_id}", connected, self._create_again())

    def has_group(self, group_id: str) -> Fact:
        """Whether it connects to exactly this sub-resource (group id)."""

        def grouped(document: Document) -> Judgement:
            group_ids = [name for item in _connections(document) for name in item.texts("properties", "groupIds")]
            return [name.casefold() for name in group_ids] == [group_id.casefold()], f"group ids {listed(group_ids)}"

        return self.judge(f"group id {group_id}", grouped, self._create_again())

    def is_in_subnet(self, subnet_id: str) -> Fact:
        """Whether it stands in that very subnet."""
        return self.id_is("properties.subnet.id", subnet_id, "in subnet", self._create_again())

    @property
    def is_approved(self) -> Fact:
        """Whether the endpoint's connection is Approved; descriptions and provisioning do not count."""

        def approved(document: Document) -> Judgement:
            statuses = [status_of(item) for item in _connections(document)]
            return is_in_force(statuses), f"connection status {listed(statuses)}"

        remedy = "Approve it: az network private-endpoint-connection approve --id CONNECTION-ID"
        return self.judge("connection status Approved", approved, remedy)

    def addresses_of(self, host: str) -> Addresses:
        """Return the private addresses that a host name has by this endpoint.

        An endpoint of several members has an address for each, and names the hosts of each.

        Raises:
            NotEvaluated: It has several members, and names other hosts only.
        """
        if self.document is None:
            return (), self.readings
        interfaces, readings = self.interfaces()
        members = [
            item for interface in interfaces for item in interface.required_items("properties", "ipConfigurations")
        ]
        names = [_hosts(member) for member in members]
        if len(members) > 1 and any(names):
            members = [member for member, hosts in zip(members, names, strict=True) if host.casefold() in hosts]
            if not members:
                raise NotEvaluated(
                    f"The endpoint {self.name} has addresses for {listed(chain.from_iterable(names))}, not for {host}.",
                    "Correct fqdn in the environment file, or deploy the endpoint again.",
                    readings,
                )
        addresses = (member.text("properties", "privateIPAddress") for member in members)
        return tuple(address for address in addresses if address), (*self.readings, *readings)

    def _create_again(self) -> str:
        return f"Delete it and deploy it again: az network private-endpoint delete {named(self.id)}"


@read_once
def read_private_endpoint(estate: Estate, declared: DeclaredEndpoint) -> PrivateEndpoint:
    """Return a private endpoint of a service."""
    endpoint_id = estate.endpoint_id(declared)
    group_id = endpoint_id[: endpoint_id.index("/providers/")]
    operation = estate.questions.operation("network", "private_endpoints", "list", endpoint_id)
    listing, readings = estate.questions.listing(operation, group_id, name_of(group_id))
    document = only(name_of(endpoint_id), listing)
    ids = tuple(item.id for item in document.items("properties", "networkInterfaces")) if document is not None else ()
    interfaces, zone_groups = partial(_interfaces, estate, ids), partial(_zone_groups, estate, endpoint_id)
    return PrivateEndpoint(endpoint_id, document, readings, interfaces, zone_groups)


@read_once
def _interfaces(estate: Estate, ids: tuple[str, ...]) -> Documents:
    answers = [(interface_id, *_interface(estate, interface_id)) for interface_id in ids]
    interfaces = [
        answer for interface_id, document, _ in answers if (answer := answer_for(interface_id, document)) is not None
    ]
    return tuple(interfaces), tuple(chain.from_iterable(readings for _, _, readings in answers))


def _interface(estate: Estate, interface_id: str) -> One:
    operation = estate.questions.operation("network", "network_interfaces", "get", interface_id)
    return estate.questions.resource(operation, interface_id)


@read_once
def _zone_groups(estate: Estate, endpoint_id: str) -> Documents:
    operation = estate.questions.operation("network", "private_dns_zone_groups", "list", endpoint_id)
    arguments = (name_of(endpoint_id), resource_group_of(endpoint_id))
    documents, readings = estate.questions.children(operation, endpoint_id, *arguments)
    return documents or (), readings


def status_of(connection: Document) -> str:
    """Return the status of a connection, or `absent`."""
    return connection.text("properties", "privateLinkServiceConnectionState", "status") or "absent"


def approves_only(resource: Resource, known: Sequence[str], called: str, table: str) -> Fact:
    """Return whether a resource has approved no private endpoint but those that are known.

    Args:
        resource: What endpoints connect to.
        known: The ids of the endpoints that may.
        called: What those are called where there is no other.
        table: Where the environment file permits another.
    """

    def stranger(connection: Document) -> str | None:
        endpoint = connection.text("properties", "privateEndpoint", "id")
        if status_of(connection).casefold() != APPROVED or any(same_id(endpoint, known_id) for known_id in known):
            return None
        return endpoint or "an endpoint that is not named"

    def none(document: Document) -> Judgement:
        strangers = wrong_among(document.items("properties", "privateEndpointConnections"), stranger)
        return not strangers, f"approved: {listed(strangers, f'none but the {called} ones')}"

    remedy = (
        "az network private-endpoint-connection reject --id CONNECTION-ID (listed under "
        f"{resource.id}), or add it to permitted_endpoints of {table}"
    )
    return resource.judge("no other private endpoint is approved", none, remedy)


def is_in_force(found: Sequence[str]) -> bool:
    """Tell whether connections of one endpoint are Approved; what is Disconnected beside one that is, is history."""
    states = [status.casefold() for status in found]
    return APPROVED in states and set(states) <= {APPROVED, DISCONNECTED}


def _connections(document: Document) -> tuple[Document, ...]:
    """Return the connections, those approved automatically and those made by request."""
    return document.items("properties", "privateLinkServiceConnections") + document.items(
        "properties", "manualPrivateLinkServiceConnections"
    )


def _hosts(configuration: Document) -> tuple[str, ...]:
    member = configuration.within("properties", "privateLinkConnectionProperties")
    return tuple(text.casefold() for text in member.texts("fqdns")) if member is not None else ()
