"""The world that is judged: the sandbox's Azure, and what names and connections lead to; data, to be made wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from assurance.world.sockets import Connection
from sandbox import AzureEstate, Fault
from sandbox.left_by_pipeline import RELEASE
from sandbox.network.http_stand_in import HttpStandIn
from sandbox.network.service_answers import anonymous, from_the_internet
from sandbox.network.services import PlatformService, platform_services

STRANGERS_ADDRESS = "203.0.113.99"
"""A public address, reserved for documentation, that is nobody's."""


@dataclass(slots=True)
class Name:
    """What a name leads to.

    Attributes:
        aliases: The canonical names behind it, in order.
        addresses: Its addresses; none, and the name exists without any.
        exists: Whether DNS knows the name.
        failure: Why nobody answers; empty if somebody does.
    """

    aliases: list[str]
    addresses: list[str]
    exists: bool = True
    failure: str = ""


@dataclass(slots=True)
class Side:
    """What one vantage finds: names by host name, connections by `ADDRESS:PORT`; anything else is unreachable."""

    names: dict[str, Name] = field(default_factory=dict)
    connections: dict[str, Connection] = field(default_factory=dict)


@dataclass(slots=True)
class World:
    """One world.

    Attributes:
        azure: Every resource that Azure Resource Manager and Key Vault know.
        services: The platform services as the network sees them, by the key that the environment file gives them.
        inside: What the virtual network finds.
        outside: What the Internet finds.
        faults: What Azure Resource Manager and Key Vault answer in place of the truth.
        signs_in: Whether anybody can be signed in.
        files: What pipelines have left, by the files' names.
    """

    azure: AzureEstate
    services: dict[str, PlatformService]
    inside: Side
    outside: Side
    faults: list[Fault] = field(default_factory=list)
    signs_in: bool = True
    files: dict[str, bytes] = field(default_factory=dict)

    def side(self, vantage: str) -> Side:
        """Return what a vantage finds."""
        return self.inside if vantage == "inside" else self.outside

    def outside_name(self, service: str) -> Name:
        """Return what a service's name leads to from outside."""
        return self.outside.names[self.services[service].fqdn]

    def connect_inside(self, service: str, connection: Connection) -> None:
        """Let connections to a service's private address end so."""
        one = self.services[service]
        self.inside.connections[f"{one.private_address}:{one.port}"] = connection

    def connect_outside(self, service: str, connection: Connection) -> None:
        """Let connections to a service's public address end so."""
        one = self.services[service]
        self.outside.connections[f"{one.public_address}:{one.port}"] = connection


Change = Callable[[World], object]
"""What makes a world wrong, or other in a way that must not matter; what it returns is of no interest."""


def compliant_world(environment: str = "sandbox") -> World:
    """Return a world in which every requirement holds."""
    azure = AzureEstate.load(environment)
    services = {service.key: service for service in platform_services(azure)}
    inside, outside = Side(), Side()
    for service in services.values():
        private = f"{service.private_address}:{service.port}"
        public = f"{service.public_address}:{service.port}"
        inside.names[service.fqdn] = Name([service.private_name], [service.private_address])
        outside.names[service.fqdn] = Name([service.private_name, *service.public_aliases], [service.public_address])
        inside.connections[private] = Connection("open")
        outside.connections[public] = _refusal(service) if service.answers_outside else Connection("refused")
    return World(azure, services, inside, outside, files={file.name: file.read_bytes() for file in RELEASE.iterdir()})


def answered(service: PlatformService, tenant_id: str) -> Connection:
    """Return how a service answers who reaches it without a credential."""
    answer = anonymous(service, tenant_id)
    return Connection("open", http_status=answer.status, http_body=answer.body.decode("utf-8"))


def show(stand_in: HttpStandIn, faults: list[Fault]) -> None:
    """Let a stand-in show these faults, and no others."""
    stand_in.faults.clear()
    stand_in.requests_served.clear()
    for fault in faults:
        stand_in.faults.append(fault)


def _refusal(service: PlatformService) -> Connection:
    answer = from_the_internet(service)
    return Connection("open", http_status=answer.status, http_body=answer.body.decode("utf-8"))
