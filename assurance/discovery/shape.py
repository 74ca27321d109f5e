"""What of a deployment the proposal rests on: the application, its network, its identity, its services."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from assurance.discovery.found import Found, FoundResource, Values, objects_at, text_at
from assurance.discovery.kinds import Kind, kind_of, kinds
from assurance.estate.resources.resource import same_id

APP = "microsoft.app/containerapps"
JOB = "microsoft.app/jobs"
FRONT_DOOR = "microsoft.cdn/profiles"
ORIGIN = f"{FRONT_DOOR}/origingroups/origins"
APPS_ENVIRONMENT = "microsoft.app/managedenvironments"
NETWORK = "microsoft.network/virtualnetworks"
SECURITY_GROUP = "microsoft.network/networksecuritygroups"
ENDPOINT = "microsoft.network/privateendpoints"
DELEGATION = "microsoft.app/environments"
ZONE_GROUP = f"{ENDPOINT}/privatednszonegroups"
IDENTITY = "microsoft.managedidentity/userassignedidentities"


@dataclass(frozen=True, slots=True)
class FoundEndpoint:
    """A private endpoint, for one service.

    Attributes:
        resource: The endpoint.
        service_id: The id of the service behind it.
        group_id: The sub-resource that it serves.
        subnet_id: Where it stands.
        zone_ids: The private DNS zones that hold its names, by its zone groups.
    """

    resource: FoundResource
    service_id: str
    group_id: str
    subnet_id: str
    zone_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FoundService:
    """A platform service: what it is called in the file, its kind, and its endpoints."""

    key: str
    kind: Kind
    resource: FoundResource
    endpoints: tuple[FoundEndpoint, ...]


class Shape:
    """A deployment as it was found, with what belongs together brought together."""

    def __init__(self, found: Found) -> None:
        self.found = found

    @cached_property
    def apps(self) -> tuple[FoundResource, ...]:
        """The Container Apps of the resource group."""
        return tuple(one for one in self.found.of_type(APP) if self.found.is_here(one))

    @cached_property
    def app(self) -> FoundResource | None:
        """The application: of several, one that has an ingress."""
        with_ingress = [one for one in self.apps if one.text("properties", "configuration", "ingress", "fqdn")]
        return next(iter(with_ingress or self.apps), None)

    @cached_property
    def apps_environment(self) -> FoundResource | None:
        """The Container Apps environment: the application's, else the first."""
        named = self.app.text("properties", "managedEnvironmentId") if self.app is not None else ""
        named = named or (self.app.text("properties", "environmentId") if self.app is not None else "")
        return self.found.get(named) or next(iter(self.found.of_type(APPS_ENVIRONMENT)), None)

    @cached_property
    def app_subnet_id(self) -> str:
        """Where the application stands; empty if that was not found."""
        environment = self.apps_environment
        told = environment.text("properties", "vnetConfiguration", "infrastructureSubnetId") if environment else ""
        return told or next((text_at(one, "id") for one in self._all_subnets() if _is_delegated(one)), "")

    def _all_subnets(self) -> Iterator[Values]:
        for network in self.found.of_type(NETWORK):
            yield from self.subnets(network)

    @cached_property
    def networks(self) -> tuple[FoundResource, ...]:
        """The virtual networks, the application's first."""
        subnets = [self.app_subnet_id, *(one.subnet_id for one in self.endpoints)]

        def rank(network: FoundResource) -> tuple[int, str]:
            holds = [
                number for number, one in enumerate(subnets) if same_id(one.rpartition("/subnets/")[0], network.id)
            ]
            return (holds[0] if holds else len(subnets), network.id)

        return tuple(sorted(self.found.of_type(NETWORK), key=rank))

    @cached_property
    def endpoints(self) -> tuple[FoundEndpoint, ...]:
        """The private endpoints, of every service."""
        return tuple(one for resource in self.found.of_type(ENDPOINT) for one in _endpoints(self.found, resource))

    def subnets(self, network: FoundResource) -> tuple[Values, ...]:
        """Return the subnets of a network."""
        return objects_at(network.values, "properties", "subnets")

    def holds_endpoints(self, subnet: Values) -> bool:
        """Tell whether private endpoints stand in a subnet."""
        return any(same_id(one.subnet_id, text_at(subnet, "id")) for one in self.endpoints)

    @cached_property
    def identity(self) -> FoundResource | None:
        """The application's user-assigned identity."""
        named = self.app.values.get("identity") if self.app is not None else None
        ids = named.get("userAssignedIdentities") if isinstance(named, dict) else None
        for resource_id in ids if isinstance(ids, dict) else ():
            return self.found.get(resource_id) or FoundResource(resource_id, IDENTITY, {})
        return next(iter(self.found.of_type(IDENTITY)), None)

    @cached_property
    def services(self) -> tuple[FoundService, ...]:
        """The services of kinds in the table, in its order."""
        taken: dict[str, int] = {}
        found: list[FoundService] = []
        for resource, kind in self._candidates():
            taken[kind.key] = taken.get(kind.key, 0) + 1
            key = kind.key if taken[kind.key] == 1 else f"{kind.key}_{taken[kind.key]}"
            behind = tuple(one for one in self.endpoints if same_id(one.service_id, resource.id))
            found.append(FoundService(key, kind, resource, behind))
        return tuple(found)

    def _candidates(self) -> Iterator[tuple[FoundResource, Kind]]:
        """Give the services of the resource group, and those elsewhere that its private endpoints lead to."""
        led_to = [one.service_id for one in self.endpoints]
        mine = [
            (one, kind)
            for one in self.found.resources.values()
            if (kind := kind_of(one)) and (self.found.is_here(one) or any(same_id(one.id, two) for two in led_to))
        ]
        order = {id(kind): number for number, kind in enumerate(kinds())}
        yield from sorted(mine, key=lambda pair: (order[id(pair[1])], pair[0].id))


def _is_delegated(subnet: Values) -> bool:
    """Tell whether a subnet is left to Container Apps environments."""
    delegations = objects_at(subnet, "properties", "delegations")
    return any(text_at(one, "properties", "serviceName").casefold() == DELEGATION for one in delegations)


def _endpoints(found: Found, resource: FoundResource) -> Iterator[FoundEndpoint]:
    zones = tuple(
        text_at(config, "properties", "privateDnsZoneId")
        for group in found.below(resource.id, ZONE_GROUP)
        for config in objects_at(group.values, "properties", "privateDnsZoneConfigs")
    )
    for listed in ("privateLinkServiceConnections", "manualPrivateLinkServiceConnections"):
        for connection in objects_at(resource.values, "properties", listed):
            groups = connection.get("properties", {}).get("groupIds") or [""]
            yield FoundEndpoint(
                resource,
                text_at(connection, "properties", "privateLinkServiceId"),
                str(groups[0]),
                resource.text("properties", "subnet", "id"),
                tuple(zone for zone in zones if zone),
            )
