"""Network flows as they really are: names resolved and connections opened, from inside and from outside."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus

from assurance.environment.values import Vantage
from assurance.errors import NotEvaluated
from assurance.estate.estate import Estate, read_once
from assurance.estate.network.packet_regions import is_private
from assurance.estate.network.private_endpoint import Addresses
from assurance.estate.network.vantage import refuse_other_vantage
from assurance.estate.resources.resource import Part, listed
from assurance.verdicts import Fact
from assurance.world.dns import Resolution
from assurance.world.sockets import Connection

# What the services say when public access is disabled: Key Vault, Cognitive Services, Storage (network rules); and what
# the ingress of Container Apps says to addresses that its restrictions do not name.
REFUSALS = re.compile(
    r"ForbiddenByConnection|ForbiddenByFirewall|Public (network )?access is disabled|AuthorizationFailure|"
    r"PublicNetworkAccess|Deny Public Network Access|RBAC: access denied",
    re.IGNORECASE,
)
# What Service Bus and Event Hubs say to addresses that they let nobody in from; the status is that of a wrong token.
REFUSED_ADDRESS = re.compile(r"Ip has been prevented to connect", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class InsideFlow:
    """What a service's name leads to within the virtual network."""

    name: str
    port: int
    resolution: Resolution
    connections: tuple[tuple[str, Connection], ...]

    def resolves_through(self, zone: str) -> Fact:
        """Whether the name leads through an alias in the private zone."""
        aliases = self.resolution.aliases
        # A chain that ends nowhere leads through nothing.
        leads = bool(self.resolution.addresses)
        holds = leads and any(alias.endswith(f".{zone}".casefold()) for alias in aliases)
        remedy = "Point the network's DNS at Azure (168.63.129.16) or at a resolver that forwards to it."
        observed = f"aliases {listed(aliases)}{'' if leads else ', and no address'}"
        return self._fact(holds, f"an alias in {zone}", observed, remedy)

    def resolves_to(self, endpoint: Part[Addresses]) -> Fact:
        """Whether the name resolves to exactly the endpoint's private addresses.

        That it leads nowhere, or to a public address, is known whatever the endpoint's address is.
        """
        resolved = self.resolution.addresses
        addresses, readings = endpoint() if resolved and all(map(is_private, resolved)) else ((), ())
        holds = bool(addresses) and sorted(resolved) == sorted(addresses)
        endpoint_addresses = f"; the endpoint has {listed(addresses)}" if readings else ""
        observed = f"resolves to {listed(resolved, 'nothing')}{endpoint_addresses}"
        remedy = "Check the zone's A record, its link to the network, and the resolver that the network uses."
        return self._fact(holds, "resolves to the endpoint's private address", observed, remedy, readings)

    @property
    def opens(self) -> Fact:
        """Whether every address accepts a connection, with a certificate for the name where TLS is spoken."""
        outcomes = [f"{address}:{self.port} {_told(connection)}" for address, connection in self.connections]
        holds = bool(self.connections) and all(
            connection.outcome == "open" and not connection.tls_failure for _, connection in self.connections
        )
        remedy = "Check the network security groups on the way (SEC-02), routes, and the endpoint's state (SEC-03)."
        observed, cited = (
            listed(outcomes, "nothing to connect to"),
            tuple(connection.reading for _, connection in self.connections),
        )
        return self._fact(holds, f"a connection opens on port {self.port}", observed, remedy, cited)

    def _fact(self, holds: bool, expected: str, observed: str, remedy: str, readings: tuple[str, ...] = ()) -> Fact:
        cited = (self.resolution.reading, *readings)
        return Fact(holds, expected, observed, f"{self.name}:{self.port}", cited, "" if holds else remedy)


@dataclass(frozen=True, slots=True)
class OutsideFlow:
    """What a service's name leads to from outside the virtual network."""

    name: str
    port: int
    resolution: Resolution
    connections: tuple[tuple[str, Connection], ...]

    @property
    def is_closed(self) -> Fact:
        """Whether nobody gets in: no public address, no connection, or an explicit refusal of public access.

        Raises:
            NotEvaluated: There is nothing to connect to, or no way out from here; or a connection opens, and what
                answers does not say whether it would let anyone in.
        """
        if not self.connections:
            raise NotEvaluated(
                f"From outside, {self.name} has no address, so nothing was tried.",
                "Check the name in the environment file, and the name servers of this machine.",
                self._cited,
            )
        open_ones = [
            (address, connection)
            for address, connection in self.connections
            if connection.outcome == "open" and not _refuses(connection)
        ]
        admitted = [(address, connection) for address, connection in open_ones if connection.http_status is not None]
        if open_ones and not admitted:
            raise NotEvaluated(
                f"{self.name}:{self.port} accepts a connection from outside, and says no more: "
                f"{listed(f'{address} {_told(connection)}' for address, connection in open_ones)}.",
                "A gateway may accept and refuse at sign-in: try to sign in from outside, and judge SEC-06.",
                self._cited,
            )
        stranded = [
            where
            for where, connection in self.connections
            if connection.outcome == "unreachable" and not is_private(where)
        ]
        if stranded and not admitted:
            raise NotEvaluated(
                f"This machine has no route to {listed(stranded)}, which proves nothing about {self.name}.",
                "Run from a machine that reaches the Internet.",
                self._cited,
            )
        outcomes = [f"{address}:{self.port} {_told(connection)}" for address, connection in self.connections]
        remedy = "Disable public network access on the service (SEC-06)."
        return Fact(
            not admitted,
            "no connection from outside",
            listed(outcomes),
            f"{self.name}:{self.port}",
            self._cited,
            "" if not admitted else remedy,
        )

    @property
    def _cited(self) -> tuple[str, ...]:
        return (self.resolution.reading, *(connection.reading for _, connection in self.connections))


def read_inside_flow(estate: Estate, service: str, host: str) -> InsideFlow:
    """Return what a name of a service leads to from inside the virtual network."""
    declared = estate.environment.services[service]
    return InsideFlow(*_probe(estate, "inside", host, declared.port, declared.tls))


def read_outside_flow(estate: Estate, service: str, host: str) -> OutsideFlow:
    """Return what a name of a service leads to from outside the virtual network."""
    declared = estate.environment.services[service]
    return OutsideFlow(*_probe(estate, "outside", host, declared.port, declared.tls))


def read_outside_name(estate: Estate, host: str, port: int) -> OutsideFlow:
    """Return what a name that speaks TLS leads to from outside the virtual network."""
    return OutsideFlow(*_probe(estate, "outside", host, port, True))


@read_once
def _probe(
    estate: Estate, vantage: Vantage, host: str, port: int, tls: bool
) -> tuple[str, int, Resolution, tuple[tuple[str, Connection], ...]]:
    estate.demand(vantage)
    resolution = estate.resolvers[vantage].resolve(host)
    refuse_other_vantage(estate, vantage, resolution)
    dialer = estate.dialers[vantage]
    connections = tuple(
        (address, dialer.dial(host, address, port, tls=tls, ask=vantage == "outside"))
        for address in resolution.addresses
    )
    return host, port, resolution, connections


def _refuses(connection: Connection) -> bool:
    if connection.http_status == HTTPStatus.UNAUTHORIZED:
        return REFUSED_ADDRESS.search(connection.http_body) is not None
    return connection.http_status == HTTPStatus.FORBIDDEN and REFUSALS.search(connection.http_body) is not None


def _told(connection: Connection) -> str:
    parts: list[str] = [connection.outcome]
    if connection.tls_failure:
        parts.append(f"TLS failed: {connection.tls_failure}")
    if connection.http_status is not None:
        parts.append(f"HTTP {connection.http_status}")
        refusal = REFUSALS.search(connection.http_body)
        parts += [refusal.group(0)] if refusal else []
    return ", ".join(parts)
