"""The stand-in for the Blob service of a storage account: blobs, leases, ETags and conditions, by its REST API.

What it answers follows Azure Storage's reference: "Lease Blob" (the tables of outcomes by lease state), "Append Block",
"Put Blob", "Get Blob", "List Blobs", "Specifying conditional headers", "Status and error codes".
"""

from __future__ import annotations

import re
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import Message
from itertools import count
from types import MappingProxyType
from uuid import uuid4
from xml.sax.saxutils import escape

from sandbox.network.http_server import Answer, HttpsServer, Request
from sandbox.network.http_stand_in import HttpStandIn

SHORTEST_SECONDS, LONGEST_SECONDS = 15, 60


class BlobRefused(Exception):  # noqa: N818  (it says what happened)
    """The Blob service refuses a request: its status and the code that it calls this by."""

    def __init__(self, status: int, code: str, headers: Mapping[str, str] = MappingProxyType({})) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.headers = headers


class Lease:
    """Who may write a blob, and until when.

    Attributes:
        id: The lease's id; empty where none was taken, or it was released.
        ends: When it expires, by the monotonic clock.
    """

    def __init__(self) -> None:
        self.id = ""
        self.ends = 0.0

    @property
    def is_active(self) -> bool:
        """Whether it keeps others out now."""
        return bool(self.id) and time.monotonic() < self.ends

    def act(self, headers: Message) -> tuple[int, dict[str, str]]:
        """Acquire, renew or release; return status and headers.

        Raises:
            BlobRefused: It is another's, or was never taken.
        """
        match headers.get("x-ms-lease-action", ""):
            case "acquire":
                return 201, {"x-ms-lease-id": self._acquire(headers)}
            case "renew":
                self._demand_mine(headers)
                self.ends = time.monotonic() + LONGEST_SECONDS
                return 200, {"x-ms-lease-id": self.id}
            case "release":
                self._demand_mine(headers)
                self.id = ""
                return 200, {}
        raise BlobRefused(400, "InvalidHeaderValue")

    def expire(self) -> None:
        """Let its time be over."""
        self.ends = 0.0

    def admit_write(self, headers: Message) -> None:
        """Refuse who may not write now.

        Raises:
            BlobRefused: It is held and the request names none or another, or the one that is named has ended.
        """
        named = headers.get("x-ms-lease-id", "")
        if not named:
            if self.is_active:
                raise BlobRefused(412, "LeaseIdMissing")
            return
        if not self.id:
            raise BlobRefused(412, "LeaseNotPresentWithBlobOperation")
        if named.casefold() != self.id.casefold():
            raise BlobRefused(412, "LeaseIdMismatchWithBlobOperation")
        if not self.is_active:
            raise BlobRefused(412, "LeaseLost")

    def _acquire(self, headers: Message) -> str:
        proposed = headers.get("x-ms-proposed-lease-id", "") or str(uuid4())
        seconds = int(headers.get("x-ms-lease-duration", "0"))
        if not SHORTEST_SECONDS <= seconds <= LONGEST_SECONDS:
            raise BlobRefused(400, "InvalidHeaderValue")
        if self.is_active and proposed.casefold() != self.id.casefold():
            raise BlobRefused(409, "LeaseAlreadyPresent")
        self.id, self.ends = proposed, time.monotonic() + seconds
        return proposed

    def _demand_mine(self, headers: Message) -> None:
        if not self.id or headers.get("x-ms-lease-id", "").casefold() != self.id.casefold():
            raise BlobRefused(409, "LeaseIdMismatchWithLeaseOperation")


ACCOUNT, CONTAINER = "stapexevidence", "evidence"
PAGE_SIZE = 5000
_XML = "application/xml"
_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>'
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")
_MODIFIED = "Sun, 01 Mar 2026 10:00:00 GMT"


@dataclass
class Blob:
    """A blob.

    Attributes:
        kind: `AppendBlob` or `BlockBlob`.
        content: Its bytes.
        etag: Its ETag, another one after each write.
        lease: Who may write.
    """

    kind: str
    content: bytes
    etag: str
    lease: Lease


class BlobService(HttpStandIn):
    """Keeps the blobs of one container for whom holds the token.

    Attributes:
        blobs: The blobs, by their names.
        token: The only bearer token it accepts.
        may_write: Whether the token's identity has a role that writes.
        is_immutable: Whether a retention policy stands that allows protected append writes.
        before_each: What happens just before a request is answered, such as another writer's turn.
    """

    def __init__(self, token: str, context: ssl.SSLContext) -> None:
        super().__init__()
        self.token = token
        self.blobs: dict[str, Blob] = {}
        self.may_write = True
        self.is_immutable = False
        self.before_each: Callable[[Request], None] = _nothing
        self._etags = count(1)
        self._lock = threading.RLock()
        self._server = HttpsServer(self.respond, context, name="sandbox-blob-service")

    @property
    def url(self) -> str:
        """Where its container is reached, as an emulator's is: `https://127.0.0.1:PORT/ACCOUNT/CONTAINER`."""
        return f"{self._server.url}/{ACCOUNT}/{CONTAINER}"

    def __enter__(self) -> BlobService:
        self._server.open()
        return self

    def __exit__(self, *ended: object) -> None:
        self._server.stop()

    def answer(self, request: Request) -> Answer:
        """The true answer to one request."""
        self.before_each(request)
        with self._lock:
            try:
                self._admit(request)
                answer = self._of_container(request) if "restype" in request.query else self._of_blob(request)
            except BlobRefused as refused:
                code = refused.code
                body = f"{_DECLARATION}<Error><Code>{code}</Code><Message>{code}</Message></Error>"
                headers = {"x-ms-error-code": code, **refused.headers}
                answer = Answer(refused.status, body.encode(), headers, content_type=_XML)
        headers = {**answer.headers, "x-ms-request-id": str(uuid4()), "x-ms-version": "2025-01-05"}
        return Answer(answer.status, answer.body, headers, answer.content_type)

    def _admit(self, request: Request) -> None:
        if "x-ms-version" not in request.headers:
            raise BlobRefused(400, "MissingRequiredHeader")
        given = request.headers.get("Authorization", "")
        if given != f"Bearer {self.token}":
            challenge = "Bearer authorization_uri=https://login.microsoftonline.com/common/oauth2/authorize"
            challenge_header = {"WWW-Authenticate": f"{challenge} resource_id=https://storage.azure.com"}
            raise BlobRefused(
                401, "InvalidAuthenticationInfo" if given else "NoAuthenticationInformation", challenge_header
            )
        if request.method == "PUT" and not self.may_write:
            raise BlobRefused(403, "AuthorizationPermissionMismatch")
        if request.path.split("/")[1:3] != [ACCOUNT, CONTAINER]:
            raise BlobRefused(404, "ContainerNotFound")

    def _of_container(self, request: Request) -> Answer:
        if request.method != "GET" or request.query.get("comp") != "list":
            raise BlobRefused(405, "UnsupportedHttpVerb")
        prefix, delimiter = request.query.get("prefix", ""), request.query.get("delimiter", "")
        entries: dict[str, str] = {}
        for name in sorted(name for name in self.blobs if name.startswith(prefix)):
            head, cut, _ = name[len(prefix) :].partition(delimiter) if delimiter else (name, "", "")
            if cut:
                folder = escape(f"{prefix}{head}{cut}")
                entries[folder] = f"<BlobPrefix><Name>{folder}</Name></BlobPrefix>"
            else:
                entries[name] = self._entry(name)
        start = request.query.get("marker", "")
        names = [name for name in entries if name >= start]
        size = int(request.query.get("maxresults", PAGE_SIZE))
        more = escape(names[size]) if len(names) > size else ""
        listed = "".join(entries[name] for name in names[:size])
        body = (
            f'{_DECLARATION}<EnumerationResults ContainerName="{CONTAINER}">'
            f"<Prefix>{escape(prefix)}</Prefix><Blobs>{listed}</Blobs><NextMarker>{more}</NextMarker></EnumerationResults>"
        )
        return Answer(200, body.encode(), content_type=_XML)

    def _entry(self, name: str) -> str:
        blob = self.blobs[name]
        properties = (
            f"<Last-Modified>{_MODIFIED}</Last-Modified><Etag>{escape(blob.etag)}</Etag>"
            f"<Content-Length>{len(blob.content)}</Content-Length><BlobType>{blob.kind}</BlobType>"
        )
        return f"<Blob><Name>{escape(name)}</Name><Properties>{properties}</Properties></Blob>"

    def _of_blob(self, request: Request) -> Answer:
        name = "/".join(request.path.split("/")[3:])
        if request.method == "PUT" and "comp" not in request.query:
            return self._put(name, request)
        blob = self.blobs.get(name)
        if blob is None:
            raise BlobRefused(404, "BlobNotFound")
        match request.method, request.query.get("comp", ""):
            case "GET" | "HEAD", "":
                return _content(blob, request)
            case "PUT", "lease":
                status, headers = blob.lease.act(request.headers)
                return Answer(status, b"", {**headers, **_told(blob)})
            case "PUT", "appendblock":
                return self._append(blob, request)
        raise BlobRefused(405, "UnsupportedHttpVerb")

    def _put(self, name: str, request: Request) -> Answer:
        blob = self.blobs.get(name)
        if blob is not None:
            if request.headers.get("If-None-Match") == "*":
                raise BlobRefused(409, "BlobAlreadyExists")
            blob.lease.admit_write(request.headers)
            if self.is_immutable:
                raise BlobRefused(409, "BlobImmutableDueToPolicy")
        kind = request.headers.get("x-ms-blob-type", "")
        if kind not in {"AppendBlob", "BlockBlob"}:
            raise BlobRefused(400, "InvalidHeaderValue")
        made = Blob(kind, request.body, self._next_etag(), blob.lease if blob is not None else Lease())
        self.blobs[name] = made
        return Answer(201, b"", _told(made))

    def _append(self, blob: Blob, request: Request) -> Answer:
        if blob.kind != "AppendBlob":
            raise BlobRefused(409, "InvalidBlobType")
        blob.lease.admit_write(request.headers)
        if request.headers.get("If-Match", blob.etag) not in {blob.etag, "*"}:
            raise BlobRefused(412, "ConditionNotMet")
        offset = len(blob.content)
        if int(request.headers.get("x-ms-blob-condition-appendpos", offset)) != offset:
            raise BlobRefused(412, "AppendPositionConditionNotMet")
        blob.content += request.body
        blob.etag = self._next_etag()
        return Answer(201, b"", {**_told(blob), "x-ms-blob-append-offset": str(offset)})

    def _next_etag(self) -> str:
        return f'"0x8DE{next(self._etags):012X}"'


def _nothing(_request: Request) -> None:
    """Do nothing."""


def _content(blob: Blob, request: Request) -> Answer:
    asked = _RANGE.fullmatch(request.headers.get("x-ms-range", "") or request.headers.get("Range", ""))
    headers = {**_told(blob), "x-ms-blob-type": blob.kind, "Accept-Ranges": "bytes"}
    if request.headers.get("If-Match", blob.etag) != blob.etag:
        raise BlobRefused(412, "ConditionNotMet")
    if asked is None:
        return Answer(200, blob.content, headers, content_type="application/octet-stream")
    start, end = int(asked[1]), int(asked[2]) if asked[2] else len(blob.content) - 1
    if start >= len(blob.content):
        raise BlobRefused(416, "InvalidRange", {"Content-Range": f"bytes */{len(blob.content)}"})
    part = blob.content[start : end + 1]
    headers["Content-Range"] = f"bytes {start}-{start + len(part) - 1}/{len(blob.content)}"
    return Answer(206, part, headers, content_type="application/octet-stream")


def _told(blob: Blob) -> dict[str, str]:
    return {"ETag": blob.etag, "Last-Modified": _MODIFIED}
