"""What the stand-ins that speak HTTP have in common: they count what they serve, and show faults on demand."""

from __future__ import annotations

from abc import ABC, abstractmethod

from sandbox.network.faults import Faults
from sandbox.network.http_server import Answer, Request, wait


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
