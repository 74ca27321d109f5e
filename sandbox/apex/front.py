"""What every request passes on its way in and every answer on its way out."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import urlsplit, urlunsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.apex.bodies import SWITCHES
from sandbox.apex.errors import of_code, of_detail
from sandbox.apex.quirks import Observed, Quirk
from sandbox.apex.service import NotFoundError, Service
from sandbox.apex.store import TRANSACTION, Transaction
from sandbox.apex.switches import Switch
from sandbox.apex.telemetry import CURRENT, Span


class DroppedError(Exception):
    """The answer is a 500, and the connection ends."""


def settled(service: Service, row_id: str) -> None:
    """Ask whether a row can be read.

    Raises:
        NotFoundError: It is not visible yet.
        DroppedError: Reading it fails, this once.
    """
    if not service.first_read(row_id):
        return
    if service.has_quirk(Quirk.CREATED_ROW_LATE):
        raise NotFoundError(f"There is no row {row_id} yet")
    if service.has_quirk(Quirk.FIRST_READ_DROPPED):
        raise DroppedError


# How often a paused request looks whether it may go on, in seconds.
PAUSE_SECONDS = 0.02
REQUEST_ID = "X-Request-ID"
OTHER_ORIGIN = "apex-mirror.invalid"
_EVERY_TENTH, _EVERY_FOURTH = 10, 4


class Front:
    """Gives each request its span, its faults, and its line in telemetry."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        span = Span.of_traceparent(Headers(scope=scope).get("traceparent"))
        span.name = f"{scope['method']} {scope['path']}"
        CURRENT.set(span)
        SWITCHES.set(frozenset(self._service.switches) | frozenset(self._service.observed))
        began, started = datetime.now(UTC), time.perf_counter()
        exit_ = _Exit(self._service, scope, span, send)
        transaction = Transaction() if self._service.commit_delay_seconds else None
        TRANSACTION.set(transaction)
        try:
            await self._serve(scope, receive, exit_)
        finally:
            # As frameworks do that end a request's transaction after its response.
            if transaction is not None and exit_.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                self._service.store.commit(transaction, self._service.commit_delay_seconds)
            duration_ms = (time.perf_counter() - started) * 1000
            self._service.telemetry.request(
                span, url=_url(scope), status=exit_.status, began=began, duration_ms=duration_ms
            )

    async def _serve(self, scope: Scope, receive: Receive, exit_: _Exit) -> None:
        if scope["path"].startswith(self._service.settings.api_prefix):
            self._service.requests += 1
            await self._hold(scope)
            if (fault := self._fault()) is not None:
                await fault(scope, receive, exit_)
                return
        _rewrite(scope, self._service)
        try:
            await self._app(scope, receive, exit_)
        except Exception:  # noqa: BLE001 - whatever breaks, the client gets APEX's own 500
            await of_code(HTTPStatus.INTERNAL_SERVER_ERROR, "INTERNAL_ERROR", "An unexpected error occurred", {})(
                scope, receive, exit_
            )

    async def _hold(self, scope: Scope) -> None:
        service = self._service
        while service.is_broken(Switch.PAUSED):
            await asyncio.sleep(PAUSE_SECONDS)
        is_list = scope["method"] == "GET" and scope["path"].rstrip("/") == f"{service.settings.api_prefix}/projects"
        slow = (
            service.is_broken(Switch.SLOW_ANSWERS)
            or (service.is_broken(Switch.SLOW_LIST) and is_list)
            or (service.is_broken(Switch.SLOW_TAIL) and service.requests % _EVERY_TENTH == 0)
        )
        if slow:
            await asyncio.sleep(service.settings.slow_seconds)

    def _fault(self) -> JSONResponse | None:
        if self._service.is_broken(Switch.UNAVAILABLE):
            return of_code(HTTPStatus.SERVICE_UNAVAILABLE, "UNAVAILABLE", "The service is not available", {})
        if self._service.is_broken(Switch.THROTTLED):
            return of_detail(HTTPStatus.TOO_MANY_REQUESTS, "Too many requests", {"Retry-After": "1"})
        if self._service.is_broken(Switch.ERRORS_AT_TIMES) and self._service.requests % _EVERY_FOURTH == 0:
            return of_code(HTTPStatus.INTERNAL_SERVER_ERROR, "INTERNAL_ERROR", "An unexpected error occurred", {})
        return None


class _Exit:
    """Sends an answer, with the headers that every answer has.

    Attributes:
        status: The status sent; 500 until one is.
    """

    def __init__(self, service: Service, scope: Scope, span: Span, send: Send) -> None:
        self.status: int = HTTPStatus.INTERNAL_SERVER_ERROR
        self._service = service
        self._scope = scope
        self._span = span
        self._send = send
        self._head: Message | None = None

    async def __call__(self, message: Message) -> None:
        beginning = message["type"] == "http.response.start"
        if beginning:
            self.status = message["status"]
            self._dress(MutableHeaders(scope=message))
        if self.status >= HTTPStatus.BAD_REQUEST and self._service.has_quirk(Quirk.ERRORS_AS_DETAIL):
            if beginning:
                self._head = message
            else:
                await self._send_as_detail(message)
            return
        await self._send(message)

    def _dress(self, headers: MutableHeaders) -> None:
        # A redirect is made before the part of APEX that numbers its requests.
        if self.status == HTTPStatus.TEMPORARY_REDIRECT:
            headers["location"] = self._location(headers["location"])
        elif not self._service.is_broken(Switch.REQUEST_ID_MISSING):
            headers[REQUEST_ID] = self._span.request_id

    async def _send_as_detail(self, message: Message) -> None:
        assert self._head is not None
        body = _as_detail(message["body"])
        MutableHeaders(scope=self._head)["content-length"] = str(len(body))
        await self._send(self._head)
        await self._send({**message, "body": body})

    def _location(self, location: str) -> str:
        parts = urlsplit(location)
        collection = f"{self._service.settings.api_prefix}/projects"
        if self._service.has_quirk(Quirk.SLASH_CANONICAL) and parts.path == collection:
            parts = parts._replace(path=f"{parts.path}/")
        if self._service.is_broken(Switch.REDIRECT_TO_OTHER_ORIGIN):
            parts = parts._replace(netloc=OTHER_ORIGIN)
        if self._service.is_broken(Switch.REDIRECT_TO_PLAIN_HTTP) or self._service.does(Observed.REDIRECTS_IN_HTTP):
            parts = parts._replace(scheme="http")
        return urlunsplit(parts)


def _as_detail(body: bytes) -> bytes:
    document: Mapping[str, object] = json.loads(body)
    detail = document["detail"] if "detail" in document else document["message"]
    return json.dumps({"detail": detail if isinstance(detail, str) else "Invalid input"}).encode()


def _rewrite(scope: Scope, service: Service) -> None:
    """Bend the path to where the routes are, for builds in which it ends otherwise."""
    path = scope["path"]
    prefix = service.settings.api_prefix
    if service.has_quirk(Quirk.HEALTH_UNDER_PREFIX):
        if path.startswith("/health/"):
            path = f"/moved{path}"
        elif path.startswith(f"{prefix}/health/"):
            path = path.removeprefix(prefix)
    if service.has_quirk(Quirk.SLASH_TOLERATED) and path.startswith(prefix):
        path = path.rstrip("/")
    if service.has_quirk(Quirk.SLASH_CANONICAL) and path.rstrip("/") == f"{prefix}/projects":
        # The router redirects from the one to the other, whichever it knows; here they change places.
        path = path.rstrip("/") if path.endswith("/") else f"{path}/"
    scope["path"] = path
    scope["raw_path"] = path.encode()


def _url(scope: Scope) -> str:
    host = Headers(scope=scope).get("host", "apex")
    query = scope["query_string"].decode("latin-1")
    return f"{scope['scheme']}://{host}{scope['path']}" + (f"?{query}" if query else "")
