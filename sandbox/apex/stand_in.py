"""The stand-in for APEX: the service over HTTPS on loopback, started when it is first called."""

from __future__ import annotations

import select
import socket
import ssl
import threading
from typing import TYPE_CHECKING, Any

from sandbox.apex.authentication import Issuer
from sandbox.apex.quirks import Observed, Quirk
from sandbox.apex.service import Service, Settings
from sandbox.apex.switches import Switch
from sandbox.apex.telemetry import Sink
from sandbox.network.loopback import LOOPBACK, bound_socket

if TYPE_CHECKING:
    from fastapi import FastAPI

    from sandbox.apex.application import Server
    from sandbox.apex.jobs import Worker

VARIABLE_PREFIX = "APEX_SANDBOX_TOKEN"
# A sandbox that runs in a terminal all day keeps its tokens; a token of a real tenant holds for about an hour.
LIFETIME_SECONDS = 24 * 3600.0


def application_table(url: str, issuer: Issuer) -> dict[str, Any]:
    """The table `[application]`, as far as it depends on the stand-in."""
    identities = {
        name: {"kind": "token", "token_variable": _variable(name), "object_id": person.object_id}
        for name, person in issuer.people.items()
    }
    return {"base_url": url, "audience": issuer.audience, "identities": identities}


def token_variables(issuer: Issuer) -> dict[str, str]:
    """A token for each person, and one for each reason to refuse one, by the variable that holds it."""
    tokens = {name: issuer.token(name, lifetime_seconds=LIFETIME_SECONDS) for name in issuer.people}
    return {_variable(name): token for name, token in (tokens | refused_tokens(issuer)).items()}


def refused_tokens(issuer: Issuer) -> dict[str, str]:
    """Tokens that are the manager's own but for one thing, for which APEX must refuse them."""
    user = "manager"
    return {
        "expired": issuer.token(user, begins_in_seconds=-7200.0, lifetime_seconds=3600.0),
        "not_yet_valid": issuer.token(user, begins_in_seconds=7 * LIFETIME_SECONDS),
        "endless": issuer.token(user, lifetime_seconds=None),
        "other_audience": issuer.token(user, audience="api://another-application", lifetime_seconds=LIFETIME_SECONDS),
        "other_tenant": issuer.token(
            user,
            issuer="https://login.microsoftonline.com/99999999-9999-4999-8999-999999999999/v2.0",
            lifetime_seconds=LIFETIME_SECONDS,
        ),
        "public_key_as_secret": issuer.token(user, algorithm="HS256", lifetime_seconds=LIFETIME_SECONDS),
        "unsigned": issuer.token(user, algorithm="none", lifetime_seconds=LIFETIME_SECONDS),
    }


def _variable(name: str) -> str:
    return f"{VARIABLE_PREFIX}_{name.upper()}"


BACKLOG = 100


class ApexStandIn:
    """A small APEX with a database, a worker, real roles and a real simulation.

    start() takes a port at once; the web framework is imported, and the service begins, with the first connection
    or with `app`, whichever comes first. A run that never calls APEX does not pay for it.

    Attributes:
        switches: What is broken; a change holds from the next request on.
        quirks: What is different without being wrong; likewise.
        observed: What a running build was seen to do, and this one does; likewise.
        issuer: Who issues tokens to estimator, manager, auditor, outsider and other_estimator.
        service: Its state: database, blobs, telemetry.
    """

    def __init__(
        self,
        context: ssl.SSLContext | None = None,
        *,
        sink: Sink | None = None,
        settings: Settings | None = None,
        issuer: Issuer | None = None,
    ) -> None:
        """Prepare the service.

        Args:
            context: The TLS context with its certificate; without one it can only be called in process.
            sink: Takes rows of telemetry, each with the name of its table.
            settings: Its configuration.
            issuer: Whose tokens it accepts; a new one by default.
        """
        self.switches: set[Switch] = set()
        self.quirks: set[Quirk] = set()
        self.observed: set[Observed] = set()
        self.issuer = issuer or Issuer()
        self.service = Service(settings or Settings(), self.issuer, self.switches, self.quirks, sink, self.observed)
        self._context = context
        self._building = threading.Lock()
        self._built: tuple[FastAPI, Worker] | None = None
        self._socket: socket.socket | None = None
        self._port = 0
        self._server: Server | None = None
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def app(self) -> FastAPI:
        """The web application, for calls in process; its worker runs until stop()."""
        return self._parts()[0]

    @property
    def worker(self) -> Worker:
        """The worker of its jobs."""
        return self._parts()[1]

    @property
    def url(self) -> str:
        """Where it is reached, as `https://127.0.0.1:PORT`.

        Raises:
            RuntimeError: It has not been started.
        """
        if self._socket is None:
            raise RuntimeError("the APEX stand-in has not been started; call start() first")
        return f"https://{LOOPBACK}:{self._port}"

    def start(self) -> ApexStandIn:
        """Take connections from now on.

        Raises:
            RuntimeError: It has no TLS context.
        """
        if self._context is None:
            raise RuntimeError("the APEX stand-in has no TLS context; it can only be called in process")
        self._stopping.clear()
        self._socket = self._listening()
        self._port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, args=(self._socket,), name="sandbox-apex", daemon=True)
        self._thread.start()
        return self

    def _listening(self, port: int = 0) -> socket.socket:
        listener = bound_socket(port)
        # Connections inherit it. asyncio sets it only where it knows the protocol, and without it each answer that is
        # written in two parts waits 40 ms for the first to be acknowledged.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.listen(BACKLOG)
        return listener

    def stop(self) -> None:
        """Stop for good: the port is free, threads have ended."""
        self.switches.discard(Switch.PAUSED)
        self._stopping.set()
        if self._server is not None:
            self._server.stop()
        if self._socket is not None and self._thread is not None:
            if self._server is None:
                # It still waits for somebody to call.
                socket.create_connection((LOOPBACK, self._port)).close()
            self._thread.join()
            self._socket.close()
        if self._built is not None:
            self._built[1].stop()
            self._built = None
        self.service.store.close()

    def lose_jobs(self) -> None:
        """Behave as after a restart: what jobs were doing is lost, and they stay as they were for ever."""
        if self._built is not None:
            self._built[1].lose()

    def reset(self) -> None:
        """Forget what was stored, and put every switch and quirk back."""
        self.switches.clear()
        self.quirks.clear()
        self.observed.clear()
        if self._built is not None:
            self._built[1].drain()
        self.service.clear()

    def _parts(self) -> tuple[FastAPI, Worker]:
        # The web framework takes a good second to import.
        from sandbox.apex.application import build

        with self._building:
            if self._built is None:
                self._built = build(self.service)
                self._built[1].start()
            return self._built

    def _serve(self, listener: socket.socket) -> None:
        select.select([listener], [], [])
        if self._stopping.is_set():
            return
        from sandbox.apex.application import Server

        assert self._context is not None
        while not self._stopping.is_set():
            self._server = Server(self.app, self._context, lambda: self.service.down_seconds > 0)
            self._server.run(sockets=[listener])
            # It was stopped for good, or killed, and then comes back where it was.
            if not self._stopping.wait(self.service.down_seconds):
                self._socket = listener = self._listening(self._port)

    def __enter__(self) -> ApexStandIn:
        return self.start()

    def __exit__(self, *ended: object) -> None:
        self.stop()
