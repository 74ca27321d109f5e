"""What of a deployment the proposal rests on.

The application, its network, its identity, its services by the table of kinds.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

from assurance.discovery.found import Found, FoundResource, Values, objects_at, text_at
from assurance.estate.resources.resource import same_id

HTTPS = 443


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind; see `kinds.toml` for what each field means.

    Attributes:
        sub_resources: By private endpoint group id, the private DNS zone and the suffix of host names.
    """

    type: str
    key: str
    sub_resources: dict[str, tuple[str, str]]
    kind: str
    of: str = ""
    host: tuple[str, ...] = ()
    sku: tuple[str, ...] = ()
    port: int = HTTPS
    tls: bool = True
    defender: str = ""
    roles: tuple[str, ...] = field(default=())

    @property
    def first_sub_resource(self) -> str:
        """The group id of a private endpoint that such a service has as a rule."""
        return next(iter(self.sub_resources))

    def rank(self, group_id: str) -> int:
        """Return where a sub-resource stands in the table: the first is what the service is declared by."""
        known = [sub_resource.casefold() for sub_resource in self.sub_resources]
        return known.index(group_id.casefold()) if group_id.casefold() in known else len(known)

    def zone(self, group_id: str) -> str:
        """Return the private DNS zone of a sub-resource."""
        return self._names(group_id)[0]

    def suffix(self, group_id: str) -> str:
        """Return what host names of a sub-resource end with."""
        return self._names(group_id)[1]

    def _names(self, group_id: str) -> tuple[str, str]:
        folded = {known.casefold(): names for known, names in self.sub_resources.items()}
        return folded.get(group_id.casefold(), self.sub_resources[self.first_sub_resource])


@cache
def kinds() -> tuple[Kind, ...]:
    """Return the table, in the order in which services are written."""
    document = tomllib.loads(files("assurance.environment").joinpath("kinds.toml").read_text(encoding="utf-8"))
    return tuple(_kind(entry) for entry in document["kinds"])


# `Any`: our own file, whose form a test holds.
def _kind(entry: dict[str, Any]) -> Kind:
    lists = {name: tuple(value) for name, value in entry.items() if isinstance(value, list)}
    sub_resources = {group: tuple(names) for group, names in entry["sub_resources"].items()}
    own = {name: value for name, value in entry.items() if name != "judged"}
    return Kind(**{**own, **lists, "sub_resources": sub_resources})


def kind_of(resource: FoundResource) -> Kind | None:
    """Return the kind of a resource; None for what is no platform service of the table."""
    own = resource.text("kind").casefold()
    alike = [kind for kind in kinds() if kind.type.casefold() == resource.type]
    exact = next((resource for resource in alike if resource.of and resource.of.casefold() == own), None)
    return exact or next((resource for resource in alike if not resource.of), None)


APP = "microsoft.app/containerapps"
JOB = "microsoft.app/jobs"
FRONT_DOOR = "microsoft.cdn/profiles"
GATEWAY = "microsoft.network/applicationgateways"
API_MANAGEMENT = "microsoft.apimanagement/service"
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
        return tuple(app for app in self.found.of_type(APP) if self.found.is_here(app))

    @cached_property
    def app(self) -> FoundResource | None:
        """The application: of several, one that has an ingress."""
        with_ingress = [app for app in self.apps if app.text("properties", "configuration", "ingress", "fqdn")]
        return next(iter(with_ingress or self.apps), None)

    @cached_property
    def apps_environment(self) -> FoundResource | None:
        """The Container Apps environment: the application's, else the first."""
        named = self.app.text("properties", "managedEnvironmentId") if self.app is not None else ""
        named = named or (self.app.text("properties", "environmentId") if self.app is not None else "")
        return self.found.get(named) or next(iter(self.found.of_type(APPS_ENVIRONMENT)), None)

    @cached_property
    def further_environments(self) -> tuple[FoundResource, ...]:
        """The other Container Apps environments of the resource group."""
        environments = self.found.of_type(APPS_ENVIRONMENT)
        return tuple(
            environment
            for environment in environments
            if environment is not self.apps_environment and self.found.is_here(environment)
        )

    def in_environment(self, kind: str, environment: FoundResource) -> tuple[FoundResource, ...]:
        """Return the applications or jobs of the resource group that run in an environment."""
        fields = ("managedEnvironmentId", "environmentId")
        workloads = (workload for workload in self.found.of_type(kind) if self.found.is_here(workload))
        return tuple(
            workload
            for workload in workloads
            if any(same_id(workload.text("properties", field), environment.id) for field in fields)
        )

    def runs_workloads(self, subnet: Values) -> bool:
        """Tell whether a Container Apps environment stands in a subnet."""
        path = ("properties", "vnetConfiguration", "infrastructureSubnetId")
        places = [self.app_subnet_id, *(further.text(*path) for further in self.further_environments)]
        return any(same_id(text_at(subnet, "id"), place) for place in places)

    def network_of(self, subnet_id: str) -> str:
        """Return the name of the network of a subnet, where that is not the application's own; empty otherwise."""
        network_id = subnet_id.rpartition("/subnets/")[0]
        names = [network.name for network in self.networks[1:] if same_id(network.id, network_id)]
        return names[0] if names else ""

    @cached_property
    def gateways(self) -> tuple[tuple[str, FoundResource, str], ...]:
        """What stands before the application in its network: the key of the file, the gateway, its subnet's id."""
        gateways: list[tuple[str, FoundResource, str]] = []
        for gateway in self.found.of_type(GATEWAY):
            places = objects_at(gateway.values, "properties", "gatewayIPConfigurations")
            gateways += [
                ("application_gateway", gateway, text_at(each, "properties", "subnet", "id")) for each in places[:1]
            ]
        for gateway in self.found.of_type(API_MANAGEMENT):
            place = gateway.text("properties", "virtualNetworkConfiguration", "subnetResourceId")
            gateways += [("api_management", gateway, place)] if place else []
        first = {key: (key, gateway, place) for key, gateway, place in reversed(gateways) if not self.network_of(place)}
        return tuple(first.values()) if self.app is not None else ()

    @cached_property
    def app_subnet_id(self) -> str:
        """Where the application stands; empty if that was not found."""
        environment = self.apps_environment
        subnet_id = environment.text("properties", "vnetConfiguration", "infrastructureSubnetId") if environment else ""
        return subnet_id or next((text_at(subnet, "id") for subnet in self._all_subnets() if _is_delegated(subnet)), "")

    def _all_subnets(self) -> Iterator[Values]:
        for network in self.found.of_type(NETWORK):
            yield from self.subnets(network)

    @cached_property
    def networks(self) -> tuple[FoundResource, ...]:
        """The virtual networks, the application's first."""
        subnets = [self.app_subnet_id, *(endpoint.subnet_id for endpoint in self.endpoints)]

        def rank(network: FoundResource) -> tuple[int, str]:
            holds = [
                number
                for number, subnet in enumerate(subnets)
                if same_id(subnet.rpartition("/subnets/")[0], network.id)
            ]
            return (holds[0] if holds else len(subnets), network.id)

        return tuple(sorted(self.found.of_type(NETWORK), key=rank))

    @cached_property
    def endpoints(self) -> tuple[FoundEndpoint, ...]:
        """The private endpoints, of every service."""
        return tuple(
            endpoint for resource in self.found.of_type(ENDPOINT) for endpoint in _endpoints(self.found, resource)
        )

    def subnets(self, network: FoundResource) -> tuple[Values, ...]:
        """Return the subnets of a network."""
        return objects_at(network.values, "properties", "subnets")

    def holds_endpoints(self, subnet: Values) -> bool:
        """Tell whether private endpoints stand in a subnet."""
        return any(same_id(endpoint.subnet_id, text_at(subnet, "id")) for endpoint in self.endpoints)

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
        services: list[FoundService] = []
        for resource, kind in self._candidates():
            taken[kind.key] = taken.get(kind.key, 0) + 1
            key = kind.key if taken[kind.key] == 1 else f"{kind.key}_{taken[kind.key]}"
            behind = [endpoint for endpoint in self.endpoints if same_id(endpoint.service_id, resource.id)]
            behind.sort(key=lambda endpoint: kind.rank(endpoint.group_id))
            services.append(FoundService(key, kind, resource, tuple(behind)))
        return tuple(services)

    def _candidates(self) -> Iterator[tuple[FoundResource, Kind]]:
        """Give the services of the resource group, and those elsewhere that its private endpoints lead to."""
        led_to = [endpoint.service_id for endpoint in self.endpoints]
        candidates = [
            (resource, kind)
            for resource in self.found.resources.values()
            if (kind := kind_of(resource))
            and (self.found.is_here(resource) or any(same_id(resource.id, two) for two in led_to))
        ]
        order = {id(kind): number for number, kind in enumerate(kinds())}
        yield from sorted(candidates, key=lambda pair: (order[id(pair[1])], pair[0].id))


def _is_delegated(subnet: Values) -> bool:
    """Tell whether a subnet is left to Container Apps environments."""
    delegations = objects_at(subnet, "properties", "delegations")
    return any(text_at(delegation, "properties", "serviceName").casefold() == DELEGATION for delegation in delegations)


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
