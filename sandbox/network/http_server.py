"""HTTP/1.1 over TLS with keep-alive for the stand-ins.

Faults that one shows instead of its true answer, or before it.
"""

from __future__ import annotations

import json
import re
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
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


# What Azure Resource Manager calls these, for a fault that names a status but no body.
ERRORS: Mapping[int, tuple[str, str]] = {
    400: ("BadRequest", "The request is not valid."),
    401: ("ExpiredAuthenticationToken", "The access token expiry UTC time is earlier than current UTC time."),
    403: ("AuthorizationFailed", "The client does not have authorization to perform action over scope."),
    404: ("ResourceNotFound", "The resource was not found."),
    409: ("Conflict", "Another operation is in progress."),
    429: ("SubscriptionRequestsThrottled", "Number of requests for subscription exceeded the limit."),
    500: ("InternalServerError", "Encountered internal server error."),
    502: ("BadGateway", "The gateway received a bad response."),
    503: ("ServiceUnavailable", "The service is unavailable now. Try again later."),
    504: ("GatewayTimeout", "The gateway did not receive a response from the resource provider in time."),
}


@dataclass(slots=True)
class Fault:
    """One rule: which requests it meets, and what becomes of them.

    Attributes:
        match: A regular expression, found anywhere in the request's path and query, without regard to case; a plain
            part of a path is one too.
        status: The status answered instead of the true answer; None lets the true answer through.
        body: What is answered: text or bytes as they stand, anything else as JSON. With None, ARM's error body.
        headers: Further headers, such as `{"Retry-After": "1"}`; they are also added to a true answer let through.
        content_type: The Content-Type of a replaced answer, such as `text/html`.
        delay_seconds: How long it waits first.
        ending: `cut` sends half the body, `reset` resets the connection, `hang` never answers.
        times: How many requests it meets before it is spent; None means all.
        met: How many it has met.
    """

    match: str
    status: int | None = None
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = JSON_CONTENT
    delay_seconds: float = 0.0
    ending: Ending = "keep"
    times: int | None = None
    met: int = 0

    def apply(self, true_answer: Answer) -> Answer:
        """What is answered in place of the true answer, after the delay."""
        wait(self.delay_seconds)
        headers = {**true_answer.headers, **self.headers}
        if self.status is None and self.body is None:
            return Answer(true_answer.status, true_answer.body, headers, true_answer.content_type, self.ending)
        status = HTTPStatus.OK if self.status is None else self.status
        return Answer(status, self._bytes(status), headers, self.content_type, self.ending)

    def _bytes(self, status: int) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        if isinstance(self.body, str):
            return self.body.encode()
        if self.body is not None:
            return json.dumps(self.body).encode()
        code, message = ERRORS.get(status, ("Error", "The request failed."))
        return json.dumps({"error": {"code": code, "message": message}}).encode()


class Faults:
    """An ordered list of faults; the first that matches and is not spent is shown."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def append(self, fault: Fault) -> Fault:
        """Add a fault behind the others and return it."""
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Forget all faults."""
        with self._lock:
            self._faults.clear()

    def take(self, target: str) -> Fault | None:
        """The fault that this request meets, counted, or None."""
        with self._lock:
            for fault in self._faults:
                if (fault.times is None or fault.met < fault.times) and re.search(fault.match, target, re.IGNORECASE):
                    fault.met += 1
                    return fault
        return None

    def __iter__(self) -> Iterator[Fault]:
        with self._lock:
            return iter(list(self._faults))

    def __len__(self) -> int:
        return len(self._faults)
