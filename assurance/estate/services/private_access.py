"""How a service is reached privately: its endpoint, the record of its name, and what its name really leads to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from assurance.environment import Environment
from assurance.environment.network import DeclaredEndpoint, DeclaredName
from assurance.errors import NotEvaluated
from assurance.estate.estate import Estate
from assurance.estate.network.flows import InsideFlow, read_inside_flow
from assurance.estate.network.private_dns_zone import PrivateDnsZone, read_private_dns_zone
from assurance.estate.network.private_endpoint import PrivateEndpoint, read_private_endpoint
from assurance.estate.resources.resource import Part, listed, name_of, resource_group_of, same_id
from assurance.estate.services.platform_service import PlatformService
from assurance.estate.services.public_access import read_service
from assurance.verdicts import Fact


@dataclass(frozen=True, slots=True)
class ServiceEndpoint:
    """The private endpoint of a service, beside what is declared of it.

    Attributes:
        endpoint: The endpoint.
        declared: What is declared.
        service_id: The id of the service to which it must connect.
        subnet_id: The id of the subnet in which it must stand.
        service: The service itself.
    """

    endpoint: PrivateEndpoint
    declared: DeclaredEndpoint
    service_id: str
    subnet_id: str
    service: Part[PlatformService]

    @property
    def parts(self) -> tuple[Part[object], ...]:
        """The service."""
        return (self.service,)

    @property
    def exists(self) -> Fact:
        """Whether the endpoint exists."""
        return self.endpoint.exists

    @property
    def is_provisioned(self) -> Fact:
        """Whether its last deployment succeeded."""
        return self.endpoint.is_provisioned

    @property
    def is_connected_to_its_service(self) -> Fact:
        """Whether it connects to the declared service, and to nothing else."""
        return self.endpoint.is_connected_to(self.service_id)

    @property
    def has_its_group(self) -> Fact:
        """Whether it connects to exactly the declared sub-resource."""
        return self.endpoint.has_group(self.declared.group_id)

    @property
    def is_in_its_subnet(self) -> Fact:
        """Whether it stands in the declared subnet."""
        return self.endpoint.is_in_subnet(self.subnet_id)

    @property
    def is_approved(self) -> Fact:
        """Whether its connection is Approved on its own side."""
        return self.endpoint.is_approved

    @property
    def is_approved_by_its_service(self) -> Fact:
        """Whether its connection is Approved on the service's side."""
        return self.service().approves(self.endpoint)

    @property
    def is_the_only_one_approved(self) -> Fact:
        """Whether the service has approved no other endpoint, but those that are permitted."""
        return self.service().approves_no_stranger


@dataclass(frozen=True, slots=True)
class ServiceName:
    """The name of a service in its private DNS zone.

    Attributes:
        host: The service's host name.
        zone: The zone that must hold its record.
        network_id: The id of the network to which the zone must be linked.
        endpoint: The endpoint that it must lead to.
    """

    host: str
    zone: PrivateDnsZone
    network_id: str
    endpoint: Part[PrivateEndpoint]

    @property
    def parts(self) -> tuple[Part[object], ...]:
        """The zone's records, and the endpoint with what is read of it."""
        return (self.zone.records, lambda: [part() for part in self.endpoint().parts])

    @property
    def has_its_zone(self) -> Fact:
        """Whether the zone exists."""
        self._refuse_unread_zone()
        return self.zone.exists

    @property
    def is_known_to_the_network(self) -> Fact:
        """Whether the zone is linked to the declared network, and the link is completed."""
        self._refuse_unread_zone()
        return self.zone.is_linked_to(self.network_id)

    @property
    def is_registered(self) -> Fact:
        """Whether a zone group of the endpoint keeps the record in this very zone.

        Raises:
            NotEvaluated: It keeps it in a zone of the same name that is not declared, and there is none where one is.
        """
        endpoint, zone_id = self.endpoint(), self.zone.id
        zone_ids, readings = self._zones()
        self._refuse_unread_zone()
        remedy = (
            f"az network private-endpoint dns-zone-group create --resource-group {resource_group_of(endpoint.id)} "
            f"--endpoint-name {endpoint.name} --name default --zone-name {endpoint.name} --private-dns-zone {zone_id}"
        )
        holds, observed = (
            any(same_id(listed_id, zone_id) for listed_id in zone_ids),
            f"zone group names {listed(zone_ids, 'no zone')}",
        )
        return endpoint.judge(f"a zone group names {zone_id}", lambda _: (holds, observed), remedy, readings)

    @property
    def leads_to_its_endpoint(self) -> Fact:
        """Whether the record of the name is exactly the endpoint's own address."""
        self._refuse_unread_zone()
        name = self.host.partition(".")[0]
        return self.zone.holds_record(name, lambda: self.endpoint().addresses_of(self.host))

    @property
    def has_only_private_neighbours(self) -> Fact:
        """Whether no record of the zone is a public address."""
        self._refuse_unread_zone()
        return self.zone.has_only_private_addresses

    def _zones(self) -> tuple[list[str], tuple[str, ...]]:
        """Return the ids of the zones in which the endpoint keeps records, and the readings that say so."""
        endpoint = self.endpoint()
        groups, readings = endpoint.zone_groups() if endpoint.document is not None else ((), ())
        configurations = (item for group in groups for item in group.items("properties", "privateDnsZoneConfigs"))
        return [
            configuration.text("properties", "privateDnsZoneId") or "" for configuration in configurations
        ], readings

    def _refuse_unread_zone(self) -> None:
        """Refuse to judge a zone that is not where it is declared, while its endpoint keeps it elsewhere."""
        if self.zone.links is not None:
            return
        zone_ids, readings = self._zones()
        elsewhere = [
            zone_id
            for zone_id in zone_ids
            if name_of(zone_id).casefold() == self.zone.name.casefold() and not same_id(zone_id, self.zone.id)
        ]
        if elsewhere:
            raise NotEvaluated(
                f"The endpoint keeps its record in {listed(elsewhere)}, which the environment file does not declare.",
                "If that zone is meant, declare it: zone_resource_group and zone_subscription of the endpoint.",
                (*readings, *self.zone.link_readings),
            )


@dataclass(frozen=True, slots=True)
class ServiceFlow:
    """What a service's name leads to within the virtual network, beside its endpoint.

    Attributes:
        flow: What it leads to.
        zone: The private zone through which it must lead.
        endpoint: The endpoint to which it must lead.
    """

    flow: InsideFlow
    zone: str
    endpoint: Part[PrivateEndpoint]

    @property
    def resolves_through_its_zone(self) -> Fact:
        """Whether the name leads through an alias in the private zone."""
        return self.flow.resolves_through(self.zone)

    @property
    def resolves_to_its_endpoint(self) -> Fact:
        """Whether the name resolves to exactly the endpoint's private address."""
        return self.flow.resolves_to(lambda: self.endpoint().addresses_of(self.flow.name))

    @property
    def opens(self) -> Fact:
        """Whether every address accepts a connection, with a certificate for the name where TLS is spoken."""
        return self.flow.opens


def read_service_endpoint(estate: Estate, service: str, declared: DeclaredEndpoint) -> ServiceEndpoint:
    """Return a private endpoint of a service."""
    ids = (estate.service_id(service), estate.subnet_id(declared.subnet, declared.network))
    return ServiceEndpoint(
        read_private_endpoint(estate, declared), declared, *ids, partial(read_service, estate, service)
    )


@dataclass(frozen=True, slots=True)
class NameOfService:
    """A host name of a service.

    Attributes:
        service: The service's key.
        host: The host name.
        endpoint: The endpoint that serves it.
        zone: The endpoint or further name that declares its zone.
    """

    service: str
    host: str
    endpoint: DeclaredEndpoint
    zone: DeclaredEndpoint | DeclaredName


def names_of_services(environment: Environment) -> tuple[NameOfService, ...]:
    """Return every host name of every declared service: those of its endpoints, and what these serve beside them."""
    names: list[NameOfService] = []
    for key, service in environment.services.items():
        hosts = [
            (service.fqdn, service.private_endpoint),
            *((further_endpoint.fqdn, further_endpoint) for further_endpoint in service.further_endpoints),
        ]
        for host, endpoint in hosts:
            names.append(NameOfService(key, host, endpoint, endpoint))
            names += [NameOfService(key, more.fqdn, endpoint, more) for more in endpoint.names]
    return tuple(names)


def read_service_name(estate: Estate, name: NameOfService, network: str | None = None) -> ServiceName:
    """Return a name of a service in its private DNS zone, which a network must know: the application's by default."""
    zone = read_private_dns_zone(estate, estate.zone_id(name.zone))
    endpoint = partial(read_private_endpoint, estate, name.endpoint)
    return ServiceName(name.host, zone, estate.virtual_network_id(network), endpoint)


def read_service_flow(estate: Estate, name: NameOfService) -> ServiceFlow:
    """Return what a name of a service leads to within the virtual network."""
    endpoint = partial(read_private_endpoint, estate, name.endpoint)
    return ServiceFlow(read_inside_flow(estate, name.service, name.host), name.zone.zone, endpoint)
