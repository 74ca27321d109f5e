"""The world that is judged: the sandbox's Azure in this process, asked through stand-ins for the seams."""

from __future__ import annotations

import errno
import json
import os
import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
from azure.core.credentials import AccessToken

from assurance.environment.network import View
from assurance.errors import NotEvaluated
from assurance.tape import Reading, Tape, TapeHeader, sha256, utc_now
from assurance.tape.redaction import Redactor
from assurance.world.azure.credential import StaticToken
from assurance.world.dns import Resolver
from assurance.world.files import FileReader
from assurance.world.sockets import Connection, Dialer
from sandbox import AzureEstate, Fault
from sandbox.network.http_server import Answer, Request
from sandbox.network.http_stand_in import HttpStandIn
from sandbox.network.listeners import PlatformService, anonymous, from_the_internet, platform_services
from sandbox.stand_ins import RELEASE

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
        dialled = self.services[service]
        self.inside.connections[f"{dialled.private_address}:{dialled.port}"] = connection

    def connect_outside(self, service: str, connection: Connection) -> None:
        """Let connections to a service's public address end so."""
        dialled = self.services[service]
        self.outside.connections[f"{dialled.public_address}:{dialled.port}"] = connection


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


TOKEN = "falsification"  # noqa: S105  (the stand-ins want one, and it opens nothing)

Respond = Callable[[Request], Answer]


class MemoryTape(Tape):
    """A tape that is kept in memory, may begin with readings that are known, and remembers which ones were asked for.

    Attributes:
        asked: The keys that were asked for since this was last cleared.
    """

    def __init__(self, header: TapeHeader, known: Mapping[str, Reading] | None = None) -> None:
        # What paces requests keeps its files beside the tape: of each world apart, for as long as it stands.
        # Where nothing is paced, which is nearly everywhere, no file is ever kept, and no directory made.
        directory = Path(tempfile.gettempdir(), f"falsification-{uuid4().hex}")
        weakref.finalize(self, shutil.rmtree, directory, ignore_errors=True)
        super().__init__(directory, header, replaying=False)
        self._in_memory.update(known or {})
        self.asked: set[str] = set()

    def obtain(self, key: str, ask: Callable[[], Reading]) -> Reading:
        """Return the reading under `key`, asking for it if it is not known."""
        self.asked.add(key)
        if key not in self._in_memory:
            self._in_memory[key] = ask()
        return self._in_memory[key]

    @contextmanager
    def holding(self, name: str) -> Iterator[None]:  # noqa: ARG002  (nobody else is there)
        """Have it: there is one process."""
        yield

    def look_up(self, key: str) -> Reading | None:
        """Return the reading under `key`; None if there is none."""
        return self._in_memory.get(key)

    def readings(self) -> list[Reading]:
        """Return all readings, by key."""
        return [self._in_memory[key] for key in sorted(self._in_memory)]


class DirectUpstream(httpx.BaseTransport):
    """Hands requests to the sandbox's stand-ins by host, and fails as connections fail.

    Args:
        stand_ins: What answers, by host (and port where one is named).
    """

    def __init__(self, stand_ins: Mapping[str, Respond]) -> None:
        self._stand_ins = stand_ins

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the answer.

        Raises:
            httpx.ReadTimeout: Nothing came in time.
            httpx.ReadError: The connection was reset.
            httpx.RemoteProtocolError: The body was cut.
        """
        host = request.url.netloc.decode("ascii").removesuffix(":443")
        answer = self._stand_ins[host](as_received(request.method, str(request.url), request.headers, request.read()))
        match answer.ending:
            case "hang":
                raise httpx.ReadTimeout("The read operation timed out")
            case "reset":
                raise httpx.ReadError("[Errno 104] Connection reset by peer")
            case "cut":
                whole = len(answer.body)
                raise httpx.RemoteProtocolError(
                    "peer closed connection without sending complete message body "
                    f"(received {whole // 2} bytes, expected {whole})"
                )
        headers = {"content-type": answer.content_type, **answer.headers}
        return httpx.Response(answer.status, headers=headers, content=answer.body)


def as_received(method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> Request:
    """Return a request as the stand-ins receive it."""
    parts = urlsplit(url)
    received = Message()
    for name, value in {**headers, "Host": parts.netloc}.items():
        received[name] = value
    return Request.build(method, f"{parts.path}?{parts.query}" if parts.query else parts.path, received, body)


class WorldResolver(Resolver):
    """Resolves as the world says."""

    def __init__(self, tape: Tape, vantage: str, world: World) -> None:
        super().__init__(tape, vantage, View())
        self._names = world.side(vantage).names
        self._from = vantage

    def _ask(self, key: str, name: str) -> Reading:
        known = self._names.get(name.lower())
        failure = known.failure if known is not None else ""
        answer: dict[str, object] = {"exists": False, "aliases": [], "addresses": []}
        if known is not None and known.exists:
            answer = {"exists": True, "aliases": known.aliases, "addresses": sorted(known.addresses)}
        body = b"" if failure else json.dumps(answer, sort_keys=True).encode()
        question = f"A and AAAA records of {name}, from {self._from}"
        digest = sha256(body) if body else ""
        return Reading(key, "dns", question, utc_now(), 0, failure=failure, sha256=digest, body=body)


class WorldDialer(Dialer):
    """Connects as the world says; what it does not say is unreachable."""

    def __init__(self, tape: Tape, vantage: str, world: World, redactor: Redactor) -> None:
        super().__init__(tape, vantage, View(), None, 1.0, redactor)
        self._connections = world.side(vantage).connections

    def _connect(self, name: str, address: str, port: int, tls: bool, ask: bool) -> Connection:  # noqa: ARG002  (the signature is given)
        return self._connections.get(f"{address}:{port}", Connection("unreachable"))


class WorldFiles(FileReader):
    """Reads the files that the world has."""

    def __init__(self, tape: Tape, redactor: Redactor, paths: Mapping[str, Path], world: World) -> None:
        super().__init__(tape, redactor, paths)
        self._files = world.files

    def _content(self, path: Path) -> tuple[bytes, str]:
        if path.name not in self._files:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path.name)
        return self._files[path.name], "2026-02-03T09:50:00Z"


class NobodySignedIn(StaticToken):
    """A credential that cannot be obtained."""

    def __init__(self) -> None:
        super().__init__("")

    def get_token(self, *_scopes: str, **_options: object) -> AccessToken:
        """Refuse.

        Raises:
            NotEvaluated: Always.
        """
        raise NotEvaluated("No credential: signing in failed.", "Run `az login`.")
