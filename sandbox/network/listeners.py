"""Loopback listeners in place of the platform services: what a connection finds inside the network and outside it."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Mapping
from typing import Literal

from sandbox.network.certificates import CertificateAuthority
from sandbox.network.http_server import Answer, HttpsServer, Respond
from sandbox.network.http_stand_in import HttpStandIn
from sandbox.network.loopback import LoopbackServer
from sandbox.network.service_answers import anonymous, from_the_internet
from sandbox.network.services import KEY_VAULT, PlatformService

View = Literal["inside", "outside"]


class ServiceListener:
    """One service in one view. Its port stays the same whatever it is told to do.

    Attributes:
        service: The service that it stands for.
    """

    def __init__(self, service: PlatformService, server: LoopbackServer, authority: CertificateAuthority) -> None:
        self.service = service
        self._server = server
        self._authority = authority
        self._serve = server.serve

    @property
    def address(self) -> str:
        """Where it is reached, as `127.0.0.1:PORT`."""
        return self._server.address

    def open(self) -> None:
        """Accept connections and answer."""
        self._server.close()
        self._server.serve = self._serve
        self._server.open()

    def close(self) -> None:
        """Refuse connections."""
        self._server.close()

    def ignore(self) -> None:
        """Let connections run into a time-out, as a firewall that drops packets does (Linux only)."""
        self._server.ignore()

    def silence(self) -> None:
        """Accept connections and never send anything."""
        self._server.close()
        self._server.serve = _read_only
        self._server.open()

    def present(self, *names: str, expired: bool = False, trusted: bool = True) -> None:
        """Present another certificate from the next connection on.

        Args:
            names: The names it is for; the service's own if none is given.
            expired: Whether its validity is over.
            trusted: Whether the sandbox's authority has signed it, or one that nobody knows.
        """
        authority = self._authority if trusted else self._authority.stranger()
        self._https().context = authority.server_context(*(names or (self.service.fqdn,)), expired=expired)

    def answer(self, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> None:
        """Answer every request in this way from now on."""
        fixed = Answer(status, body, headers or {})
        self._https().respond = lambda _: fixed

    def stop(self) -> None:
        """Stop for good."""
        self._server.stop()

    def _https(self) -> HttpsServer:
        if not isinstance(self._server, HttpsServer):
            raise TypeError(f"the listener of {self.service.key} does not speak HTTPS")
        return self._server


class Listeners:
    """The listeners of both views.

    Attributes:
        inside: By the service's key: what is reached through its private endpoint.
        outside: By the service's key: what the Internet reaches, which is a refusal everywhere.
    """

    def __init__(
        self,
        services: Iterable[PlatformService],
        authority: CertificateAuthority,
        key_vault: HttpStandIn,
        *,
        tenant_id: str,
    ) -> None:
        self.inside: dict[str, ServiceListener] = {}
        self.outside: dict[str, ServiceListener] = {}
        for service in services:
            private = key_vault.respond if service.key == KEY_VAULT else _always(anonymous(service, tenant_id))
            self.inside[service.key] = _listener(service, private, authority, "inside")
            self.outside[service.key] = _listener(service, _always(from_the_internet(service)), authority, "outside")

    def start(self) -> None:
        """Accept connections where the compliant estate does: from outside, where services refuse in words."""
        for listener in self.inside.values():
            listener.open()
        for listener in self.outside.values():
            if listener.service.answers_outside:
                listener.open()

    def stop(self) -> None:
        """Stop for good."""
        for listener in [*self.inside.values(), *self.outside.values()]:
            listener.stop()

    def connect(self, view: View) -> dict[str, str]:
        """Where a connection really goes, by `ADDRESS:PORT` as DNS gives the address, and by name for the key vault."""
        found: dict[str, str] = {}
        for key, listener in (self.inside if view == "inside" else self.outside).items():
            service = listener.service
            address = service.private_address if view == "inside" else service.public_address
            found[f"{address}:{service.port}"] = listener.address
            if key == KEY_VAULT:
                found[f"{service.fqdn}:{service.port}"] = listener.address
        return found


def _listener(
    service: PlatformService, respond: Respond, authority: CertificateAuthority, view: View
) -> ServiceListener:
    name = f"sandbox-{view}-{service.key}"
    if not service.speaks_tls:
        return ServiceListener(service, LoopbackServer(_read_only, name=name), authority)
    server = HttpsServer(respond, authority.server_context(service.fqdn), name=name)
    return ServiceListener(service, server, authority)


def _always(answer: Answer) -> Respond:
    return lambda _: answer


def _read_only(connection: socket.socket) -> None:
    """Take what comes and say nothing, until the peer closes; SQL Server too waits for its client to begin."""
    while connection.recv(4096):
        pass
