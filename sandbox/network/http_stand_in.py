"""What the stand-ins that speak HTTP have in common; the certificate authority of the sandbox's own."""

from __future__ import annotations

import ssl
from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme

from sandbox.network.http_server import Answer, Faults, HttpsServer, Request, wait

VALIDITY = timedelta(days=7)
NAME = "APEX Assurance sandbox"


class CertificateAuthority:
    """Issues server certificates that clients accept who trust `ca.pem`.

    Attributes:
        path: The authority's own certificate as a PEM file, for a client's CA bundle.
    """

    def __init__(self, directory: Path, *, file_name: str = "ca.pem") -> None:
        self._directory = directory
        self._authority = trustme.CA(organization_name=NAME)
        self.path = directory / file_name
        self._authority.cert_pem.write_to_path(str(self.path))

    def server_context(self, *names: str, expired: bool = False) -> ssl.SSLContext:
        """Return a TLS server context with a fresh certificate.

        Args:
            names: The DNS names and IP addresses it is for.
            expired: Whether its validity ended yesterday.
        """
        ends = datetime.now(UTC) + (timedelta(days=-1) if expired else VALIDITY)
        begins = min(datetime.now(UTC), ends) - timedelta(hours=1)
        certificate = self._authority.issue_cert(*names, common_name=names[0], not_before=begins, not_after=ends)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        certificate.configure_cert(context)
        return context

    def stranger(self) -> CertificateAuthority:
        """Return another authority, which the clients of this one do not trust."""
        return CertificateAuthority(self._directory, file_name="stranger.pem")


class HttpStandIn(ABC):
    """A service as seen by its HTTP clients.

    Attributes:
        faults: What it shows instead of its true answers, consulted before each of them.
        latency_seconds: How long each answer takes longer than it needs.
        requests_served: Method and target (path and query as sent) of each request, in order of arrival.
    """

    def __init__(self, *, latency_seconds: float = 0.0) -> None:
        self.faults = Faults()
        self.latency_seconds = latency_seconds
        self.requests_served: list[tuple[str, str]] = []

    def respond(self, request: Request) -> Answer:
        """The answer to one request, after the latency and with the fault that the request meets."""
        self.requests_served.append((request.method, request.target))
        wait(self.latency_seconds)
        fault = self.faults.take(request.target)
        answer = self.answer(request)
        return answer if fault is None else fault.apply(answer)

    @abstractmethod
    def answer(self, request: Request) -> Answer:
        """The true answer to one request."""


class ServedStandIn(HttpStandIn):
    """A service with a server of its own, over HTTPS on loopback.

    Args:
        context: The certificate that it shows.
        name: The name of its thread.
        latency_seconds: How long each answer takes longer than it needs.
    """

    def __init__(self, context: ssl.SSLContext, name: str, *, latency_seconds: float = 0.0) -> None:
        super().__init__(latency_seconds=latency_seconds)
        self._server = HttpsServer(self.respond, context, name=name)

    @property
    def url(self) -> str:
        """Where it is reached, as `https://127.0.0.1:PORT`."""
        return self._server.url

    @property
    def address(self) -> str:
        """Where it is reached, as `127.0.0.1:PORT`."""
        return self._server.address

    def start(self) -> None:
        """Accept requests from now on."""
        self._server.open()

    def stop(self) -> None:
        """Stop for good."""
        self._server.stop()
