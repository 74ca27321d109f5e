"""What the stand-ins that speak HTTP have in common: they count what they serve, and show faults on demand."""

from __future__ import annotations

import ssl
from abc import ABC, abstractmethod

from sandbox.network.faults import Faults
from sandbox.network.http_server import Answer, HttpsServer, Request, wait


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
