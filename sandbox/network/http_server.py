"""HTTP/1.1 over TLS with keep-alive for the stand-ins: a function from request to answer, served on loopback."""

from __future__ import annotations

import json
import socket
import ssl
import struct
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from email.utils import formatdate
from http import HTTPStatus
from http.client import HTTPException, parse_headers
from io import BufferedReader
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from sandbox.network.loopback import LoopbackServer

JSON_CONTENT = "application/json; charset=utf-8"
MAXIMUM_LINE_BYTES = 65536
_REASONS = {status.value: status.phrase for status in HTTPStatus}

Ending = Literal["keep", "cut", "reset", "hang"]


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request.

    Attributes:
        method: GET, POST, ...
        target: Path and query as they were sent.
        path: The path, percent-decoded.
        query: The query's parameters; names in lower case, the last one wins.
        headers: The headers; names compare without regard to case.
        body: The body's bytes.
    """

    method: str
    target: str
    path: str
    query: Mapping[str, str]
    headers: Message
    body: bytes = b""

    @classmethod
    def build(cls, method: str, target: str, headers: Message, body: bytes = b"") -> Request:
        """Take the target apart."""
        # A client that joins "/" and an id that starts with "/" asks for "//subscriptions/..."; Azure takes it too.
        parts = urlsplit("/" + target.lstrip("/"))
        query = {name.lower(): value for name, value in parse_qsl(parts.query, keep_blank_values=True)}
        return cls(method, target, unquote(parts.path), query, headers, body)


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer.

    Attributes:
        status: The status code.
        body: The body's bytes.
        headers: Headers beside Date, Content-Length and Content-Type.
        content_type: The Content-Type header.
        ending: What becomes of the connection: keep it, cut the body in half and close, reset it with no answer, or
            hang with no answer until the peer gives up.
    """

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = JSON_CONTENT
    ending: Ending = "keep"

    @classmethod
    def of_json(cls, status: int, document: object, headers: Mapping[str, str] | None = None) -> Answer:
        """An answer whose body is a JSON document."""
        return cls(status, json.dumps(document, separators=(",", ":")).encode(), headers or {})


Respond = Callable[[Request], Answer]


class HttpsServer(LoopbackServer):
    """Answers HTTPS requests with what a function makes of them.

    Attributes:
        context: The TLS context with the certificate; exchange it to present another one from the next connection on.
        respond: The function; it runs in the connection's thread.
    """

    def __init__(self, respond: Respond, context: ssl.SSLContext, *, name: str) -> None:
        super().__init__(self._serve, name=name)
        self.respond = respond
        self.context = context

    @property
    def url(self) -> str:
        """Where it is reached, as `https://127.0.0.1:PORT`."""
        return f"https://{self.address}"

    def _serve(self, connection: socket.socket) -> None:
        # The raw socket stays open under the wrapped one, so that stop() can cut it from another thread.
        duplicate = connection.dup()
        with self.context.wrap_socket(duplicate, server_side=True) as wrapped, wrapped.makefile("rb") as reader:
            while (request := read_request(reader)) is not None:
                if not self._send(wrapped, request):
                    return

    def _send(self, wrapped: ssl.SSLSocket, request: Request) -> bool:
        answer = self.respond(request)
        if answer.ending == "hang":
            wrapped.recv(1)  # returns only when the peer gives up or the server stops
            return False
        if answer.ending == "reset":
            # Linger of zero seconds makes close() send a reset instead of an orderly end.
            wrapped.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False
        closing = answer.ending == "cut" or request.headers.get("Connection", "").lower() == "close"
        body = b"" if request.method == "HEAD" else answer.body
        sent = body[: len(body) // 2] if answer.ending == "cut" else body
        wrapped.sendall(_head(answer, len(body), closing) + sent)
        return not closing


def read_request(reader: BufferedReader) -> Request | None:
    """Read one request with its body, or None if the peer has closed or does not speak HTTP."""
    line = reader.readline(MAXIMUM_LINE_BYTES).decode("latin-1").split()
    if len(line) != 3 or not line[2].startswith("HTTP/1."):
        return None
    try:
        headers = parse_headers(reader)
    except HTTPException:
        return None
    body = reader.read(int(headers.get("Content-Length", "0")))
    return Request.build(line[0], line[1], headers, body)


def wait(seconds: float) -> None:
    """Wait, if there is anything to wait for."""
    if seconds > 0:
        time.sleep(seconds)


def _head(answer: Answer, length: int, closing: bool) -> bytes:
    reason = _REASONS.get(answer.status, "Unknown")
    headers = {
        "Date": formatdate(usegmt=True),
        "Content-Type": answer.content_type,
        "Content-Length": str(length),
        "Connection": "close" if closing else "keep-alive",
        **answer.headers,
    }
    lines = [f"HTTP/1.1 {answer.status} {reason}", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
