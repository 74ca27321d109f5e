"""The network as a run found it, for the picture in the report: pure, from the bodies of its readings alone.

What a reading does not say is not drawn, and nothing is drawn that no reading says.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from assurance.reporting.model import RunModel, VerdictRecord
from assurance.verdicts import Verdict

NETWORK, ENDPOINT = "microsoft.network/virtualnetworks", "microsoft.network/privateendpoints"
ZONE_GROUP = "microsoft.network/privateendpoints/privatednszonegroups"
ENVIRONMENT, APPLICATION = "microsoft.app/managedenvironments", "microsoft.app/containerapps"
IDENTITY = "microsoft.managedidentity/userassignedidentities"
KINDS = frozenset({NETWORK, ENDPOINT, ZONE_GROUP, ENVIRONMENT, APPLICATION, IDENTITY})
WORST_FIRST = (Verdict.FAIL, Verdict.NOT_EVALUATED, Verdict.WAIVED, Verdict.PASS, Verdict.NOT_APPLICABLE)
# A body beyond this is no resource of the network; reading it would cost more than the picture is worth.
MAX_BODY_BYTES = 4_000_000

Json = Mapping[str, Any]  # Any: what Azure answered, looked at value by value


@dataclass(frozen=True, slots=True)
class Part:
    """One thing in the picture.

    Attributes:
        id: Its Azure id.
        name: Its name.
        note: What is said beside the name, such as an address prefix.
        verdict: The worst verdict of the cases about it; None if no case is.
        cases: How many cases are about it.
    """

    id: str
    name: str
    note: str
    verdict: Verdict | None
    cases: int


@dataclass(frozen=True, slots=True)
class Link:
    """A private endpoint, the zones that name it, and the service that it leads to."""

    endpoint: Part
    zones: tuple[Part, ...]
    service: Part


@dataclass(frozen=True, slots=True)
class Subnet:
    """A subnet with its security group, the endpoints in it, and the Container Apps environment if it is there."""

    part: Part
    group: Part | None
    links: tuple[Link, ...]
    environment: Part | None
    applications: tuple[tuple[Part, tuple[Part, ...]], ...]


@dataclass(frozen=True, slots=True)
class Network:
    """A virtual network with its subnets."""

    part: Part
    subnets: tuple[Subnet, ...]


def networks(model: RunModel) -> tuple[Network, ...]:
    """Return the virtual networks that the readings show, in the order of their names."""
    resources = _resources(model)
    view = _View(resources, _cases_about(model))
    return tuple(view.network(network) for network in sorted(view.of(NETWORK), key=_name))


class _View:
    def __init__(self, found: Mapping[str, Json], about: Mapping[str, list[VerdictRecord]]) -> None:
        self._found = found
        self._about = about

    def of(self, kind: str) -> list[Json]:
        return [resource for identifier, resource in self._found.items() if kind_of(identifier) == kind]

    def part(self, identifier: str, note: str = "") -> Part:
        records = self._about.get(identifier.casefold(), [])
        seen = {record.verdict for record in records}
        worst = next((verdict for verdict in WORST_FIRST if verdict in seen), None)
        return Part(identifier, identifier.rpartition("/")[2], note, worst, len(records))

    def network(self, one: Json) -> Network:
        properties = _object(one, "properties")
        prefixes = ", ".join(_texts(_object(properties, "addressSpace").get("addressPrefixes")))
        subnets = [subnet for subnet in _objects(properties, "subnets") if _id(subnet)]
        return Network(self.part(_id(one), prefixes), tuple(self._subnet(subnet) for subnet in subnets))

    def _subnet(self, one: Json) -> Subnet:
        properties = _object(one, "properties")
        prefixes = [*_texts(properties.get("addressPrefixes")), *_texts([properties.get("addressPrefix")])]
        group = _id(_object(properties, "networkSecurityGroup"))
        here = _id(one).casefold()
        endpoints = [
            endpoint
            for endpoint in sorted(self.of(ENDPOINT), key=_name)
            if _id(_object(_object(endpoint, "properties"), "subnet")).casefold() == here
        ]
        environment = next(
            (environment for environment in self.of(ENVIRONMENT) if _subnet_of(environment).casefold() == here), None
        )
        return Subnet(
            self.part(_id(one), ", ".join(dict.fromkeys(prefixes))),
            self.part(group) if group else None,
            tuple(link for endpoint in endpoints for link in self._links(endpoint)),
            self._environment(environment) if environment is not None else None,
            self._applications(environment) if environment is not None else (),
        )

    def _links(self, endpoint: Json) -> Iterator[Link]:
        properties = _object(endpoint, "properties")
        connections = [
            *_objects(properties, "privateLinkServiceConnections"),
            *_objects(properties, "manualPrivateLinkServiceConnections"),
        ]
        zones = tuple(self.part(zone) for zone in dict.fromkeys(self._zones(_id(endpoint))))
        for connection in connections:
            values = _object(connection, "properties")
            service = values.get("privateLinkServiceId")
            if isinstance(service, str) and service:
                state = _object(values, "privateLinkServiceConnectionState").get("status")
                yield Link(self.part(_id(endpoint), str(state or "")), zones, self.part(service, _noun(service)))

    def _zones(self, endpoint: str) -> Iterator[str]:
        for group in self.of(ZONE_GROUP):
            if _id(group).casefold().startswith(f"{endpoint.casefold()}/"):
                for configuration in _objects(_object(group, "properties"), "privateDnsZoneConfigs"):
                    zone = _object(configuration, "properties").get("privateDnsZoneId")
                    if isinstance(zone, str) and zone:
                        yield zone

    def _environment(self, one: Json) -> Part:
        internal = _object(_object(one, "properties"), "vnetConfiguration").get("internal")
        note = {True: "internal", False: "external"}.get(internal, "") if isinstance(internal, bool) else ""
        return self.part(_id(one), note)

    def _applications(self, environment: Json) -> tuple[tuple[Part, tuple[Part, ...]], ...]:
        here = _id(environment).casefold()
        applications = [
            application
            for application in self.of(APPLICATION)
            if here in {name.casefold() for name in _environments_of(application)}
        ]
        return tuple(
            (self._application(application), self._identities(application))
            for application in sorted(applications, key=_name)
        )

    def _application(self, one: Json) -> Part:
        ingress = _object(_object(_object(one, "properties"), "configuration"), "ingress")
        port = f" to port {ingress['targetPort']}" if isinstance(ingress.get("targetPort"), int) else ""
        external = ingress.get("external")
        reach = ("ingress from the network" if external else "ingress within the environment") + port
        return self.part(_id(one), reach if isinstance(external, bool) else "no ingress")

    def _identities(self, one: Json) -> tuple[Part, ...]:
        names = _object(_object(one, "identity"), "userAssignedIdentities")
        return tuple(self.part(str(name)) for name in sorted(names))


def kind_of(identifier: str) -> str:
    """Return a resource's type by its id, in lower case: `microsoft.network/virtualnetworks`; empty if it is none."""
    _, there, path = identifier.casefold().rpartition("/providers/")
    provider, *rest = path.split("/")
    return "/".join([provider, *rest[::2]]) if there and len(rest) % 2 == 0 else ""


def _resources(model: RunModel) -> dict[str, Json]:
    """Return the resources of the kinds that are drawn, by id in lower case; the first answer about one counts."""
    resources: dict[str, Json] = {}
    for reading in model.readings:
        question = reading.question.casefold()
        if reading.kind != "http" or not any(kind.rpartition("/")[2] in question for kind in KINDS):
            continue
        for item in _items(reading.body):
            identifier = _id(item).casefold()
            if kind_of(identifier) in KINDS:
                resources.setdefault(identifier, item)
    return resources


def _items(body: bytes) -> Iterator[Json]:
    if len(body) > MAX_BODY_BYTES:
        return
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return
    if isinstance(document, dict):
        listed = document.get("value")
        yield from (item for item in (listed if isinstance(listed, list) else [document]) if isinstance(item, dict))


def _cases_about(model: RunModel) -> dict[str, list[VerdictRecord]]:
    """Return the cases by the resource that they are about; what is about a part of it is about it too."""
    cases: dict[str, list[VerdictRecord]] = {}
    for record in model.verdicts:
        named: set[str] = set()
        for resource in record.resources:
            parts = resource.casefold().split("/")
            # From `/providers/NAMESPACE/type/name` on, each pair of segments names something that holds the next.
            start = parts.index("providers") + 4 if "providers" in parts else len(parts)
            named |= {"/".join(parts[:length]) for length in range(start, len(parts) + 1, 2)} | {resource.casefold()}
        for name in named:
            cases.setdefault(name, []).append(record)
    return cases


def _noun(identifier: str) -> str:
    nouns = {
        "microsoft.sql/servers": "SQL server",
        "microsoft.storage/storageaccounts": "storage account",
        "microsoft.keyvault/vaults": "key vault",
        "microsoft.cognitiveservices/accounts": "AI service",
        "microsoft.containerregistry/registries": "registry",
    }
    return nouns.get(kind_of(identifier), kind_of(identifier).rpartition("/")[2])


def _subnet_of(environment: Json) -> str:
    subnet_id = _object(_object(environment, "properties"), "vnetConfiguration").get("infrastructureSubnetId")
    return subnet_id if isinstance(subnet_id, str) else ""


def _environments_of(application: Json) -> list[str]:
    properties = _object(application, "properties")
    return [
        environment_id
        for environment_id in (properties.get("managedEnvironmentId"), properties.get("environmentId"))
        if isinstance(environment_id, str)
    ]


def _object(one: Json, name: str) -> Json:
    value = one.get(name)
    return value if isinstance(value, dict) else {}


def _objects(one: Json, name: str) -> list[Json]:
    value = one.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _texts(values: object) -> list[str]:
    return [value for value in values if isinstance(value, str)] if isinstance(values, list) else []


def _id(one: Json) -> str:
    identifier = one.get("id")
    return identifier if isinstance(identifier, str) else ""


def _name(one: Json) -> str:
    return _id(one).casefold()
