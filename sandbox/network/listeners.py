"""Loopback listeners in place of the platform services, and what each answers to whoever reaches it."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal
from uuid import uuid4

from sandbox.azure.azure_estate import AzureEstate
from sandbox.network.http_server import Answer, HttpsServer, Respond
from sandbox.network.http_stand_in import CertificateAuthority, HttpStandIn
from sandbox.network.loopback import LoopbackServer

STORAGE = "storage"
SERVICE_BUS = "service_bus"
KEY_VAULT = "key_vault"
APPLICATION = "application"


@dataclass(frozen=True, slots=True)
class PlatformService:
    """One service behind a private endpoint.

    Attributes:
        key: What environment files call it: `sql`, `storage`, `openai`, `document_intelligence`, `key_vault`; and
            `application`, where that has a public name.
        fqdn: The host name that clients use.
        private_name: The name in the privatelink zone that the host name is an alias of.
        private_address: What that name means inside the virtual network.
        public_aliases: What that name is an alias of outside it, one after the other.
        public_address: What the last alias means.
        port: The TCP port.
        speaks_tls: Whether a client opens with TLS; SQL Server and PostgreSQL negotiate it inside their own protocols.
        answers_outside: Whether anybody accepts a connection from the Internet, if only to refuse it in words.
    """

    key: str
    fqdn: str
    private_name: str
    private_address: str
    public_aliases: tuple[str, ...]
    public_address: str
    port: int
    speaks_tls: bool = True
    answers_outside: bool = True


def platform_services(estate: AzureEstate) -> tuple[PlatformService, ...]:
    """The services of the estate, as its data says that DNS and the network see them."""
    return tuple(
        PlatformService(**{**item, "public_aliases": tuple(item["public_aliases"])}) for item in estate.endpoints
    )


PUBLIC_ACCESS_DISABLED = (
    "Public network access is disabled and request is not from a trusted service nor via an approved private link."
)


def anonymous(service: PlatformService, tenant_id: str) -> Answer:
    """The answer to a request without credentials that arrives through the private endpoint."""
    if service.key.startswith(STORAGE):
        authority = f"https://login.microsoftonline.com/{tenant_id}/oauth2/authorize"
        challenge = f"Bearer authorization_uri={authority} resource_id=https://storage.azure.com"
        message = (
            "Server failed to authenticate the request. Please refer to the information in the www-authenticate header."
        )
        return _storage_error(
            HTTPStatus.UNAUTHORIZED, "NoAuthenticationInformation", message, {"WWW-Authenticate": challenge}
        )
    return Answer.of_json(
        HTTPStatus.NOT_FOUND, {"error": {"code": "404", "message": "Resource not found"}}, _apim_headers()
    )


def from_the_internet(service: PlatformService) -> Answer:
    """The answer to any request from the Internet while public network access is disabled."""
    if service.key == KEY_VAULT:
        error = {
            "code": "Forbidden",
            "message": PUBLIC_ACCESS_DISABLED,
            "innererror": {"code": "ForbiddenByConnection"},
        }
        return Answer.of_json(HTTPStatus.FORBIDDEN, {"error": error}, {"x-ms-request-id": str(uuid4())})
    if service.key == APPLICATION:
        return Answer(HTTPStatus.FORBIDDEN, b"RBAC: access denied", {"Server": "envoy"}, "text/plain")
    if service.key == SERVICE_BUS:
        detail = f"Ip has been prevented to connect to the endpoint. TrackingId:{uuid4()}_G1"
        return Answer(
            HTTPStatus.UNAUTHORIZED,
            f"<Error><Code>401</Code><Detail>{detail}</Detail></Error>".encode(),
            {"Server": "Microsoft-HTTPAPI/2.0"},
            "application/xml; charset=utf-8",
        )
    if service.key.startswith(STORAGE):
        return _storage_error(
            HTTPStatus.FORBIDDEN, "AuthorizationFailure", "This request is not authorized to perform this operation."
        )
    message = "Public access is disabled. Please configure private endpoint."
    return Answer.of_json(
        HTTPStatus.FORBIDDEN, {"error": {"code": "AccessDenied", "message": message}}, _apim_headers()
    )


def _storage_error(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> Answer:
    request_id = str(uuid4())
    # The mark in front of the declaration is the service's own.
    body = (
        f'\ufeff<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>{message}\n'
        f"RequestId:{request_id}\nTime:2026-03-12T08:15:30.0000000Z</Message></Error>"
    )
    own = {"x-ms-error-code": code, "x-ms-request-id": request_id, "Server": "Microsoft-HTTPAPI/2.0", **(headers or {})}
    return Answer(status, body.encode(), own, "application/xml")


def _apim_headers() -> dict[str, str]:
    return {"apim-request-id": str(uuid4()), "x-content-type-options": "nosniff"}


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
        addresses: dict[str, str] = {}
        for key, listener in (self.inside if view == "inside" else self.outside).items():
            service = listener.service
            address = service.private_address if view == "inside" else service.public_address
            addresses[f"{address}:{service.port}"] = listener.address
            if key == KEY_VAULT:
                addresses[f"{service.fqdn}:{service.port}"] = listener.address
        return addresses


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
