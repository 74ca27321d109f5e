"""The azure-core side of the HTTP seam: the SDK's requests are answered from the tape, which asks Azure once."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
from azure.core.exceptions import ServiceRequestError
from azure.core.pipeline.transport import HttpTransport
from azure.core.rest import HttpRequest, HttpResponse

from assurance.environment.suite_tables import Limits
from assurance.errors import NotEvaluated
from assurance.tape import Call, Reading, Tape, sha256, utc_now
from assurance.tape.redaction import Redactor
from assurance.world.azure.response import TapeResponse
from assurance.world.http.attempts import Attempt, RetryPolicy, Sender
from assurance.world.http.throttling import PacedQuestion, Throttling
from assurance.world.origins import origin_of, same_origin

# All that is asked of Azure reads, queries sent by POST too: each of these may be asked again.
TRANSIENT = frozenset(
    {
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)
KEPT_HEADERS = re.compile(
    r"x-ms-(request|correlation-request|routing-request|arm-service-request)-id|x-ms-ratelimit-.*"
    r"|content-type|date|retry-after|retry-after-ms|x-ms-retry-after-ms|www-authenticate|x-ms-error-code"
    r"|x-ms-keyvault-network-info"
)
_JSON = {"content-type": "application/json"}


class NoAnswerError(ServiceRequestError):
    """Nothing answered.

    Attributes:
        reading: The key of the reading that says so.
    """

    def __init__(self, reason: str, reading: str) -> None:
        super().__init__(reason)
        self.reading = reading


class Lens(Protocol):
    """Makes another answer of one that was read; the tape keeps what was read."""

    def reading(self, url: str, obtain: Callable[[], Reading]) -> Reading:
        """Return the answer to a GET that is to be judged, made of the one that `obtain` returns."""


class TapeTransport(HttpTransport[HttpRequest, HttpResponse]):
    """Answers from the tape, and from `upstream` what is not on it.

    Retries are made here and not in the clients' pipelines, so that one question leaves one reading, with the number of
    attempts, and a replay does not wait.

    Args:
        endpoint: The name of the API, which stands for its host in keys: a replay needs no host.
        host: The only host to which requests, with their token, may go.
        sign_in: Paths at which the host hands out tokens. What is said there is never kept: a replay signs in nowhere.
        lens: What makes of each answer the one that is to be judged; None to judge the answer itself.
    """

    def __init__(
        self,
        tape: Tape,
        redactor: Redactor,
        limits: Limits,
        upstream: httpx.BaseTransport | None,
        *,
        endpoint: str,
        host: str,
        sign_in: frozenset[str] = frozenset(),
        lens: Lens | None = None,
    ) -> None:
        self._tape = tape
        self._redactor = redactor
        self._limits = limits
        self._policy = RetryPolicy(limits.attempts, limits.retry_budget_seconds)
        self._throttling = Throttling(tape.directory / "locks", limits.throttled_seconds, self._tell_throttled)
        self._sender = Sender(upstream, limits.answer_bounds, limits.timeout_seconds, only_reads=True)
        self._endpoint = endpoint
        self._host = host.lower()
        self._sign_in = sign_in
        self._lens = lens
        self._slots = threading.BoundedSemaphore(limits.concurrency)

    def send(self, request: HttpRequest, **kwargs: Any) -> TapeResponse:  # noqa: ANN401  (azure-core's signature)
        """Return the answer.

        Raises:
            NoAnswerError: Nothing answered.
            NotEvaluated: The request would leave the API's own host.
            MissingReading: The replayed tape does not hold it.
        """
        pages = kwargs.pop("page", None)
        url = urlsplit(request.url)
        if not self._tape.replaying and not same_origin(request.url, f"https://{self._host}"):
            elsewhere = origin_of(request.url) or "no address that a request may go to"
            raise NotEvaluated(
                f"An answer of {self._host} pointed elsewhere, to {elsewhere}; it was not followed.",
                "Find out why; the token must not be sent there.",
            )
        if url.path in self._sign_in:
            return self._signed_in(request)
        # Every page counts, also one that is on the tape already; the unsigned question before a challenge is none.
        page = next(pages) if pages is not None and "Authorization" in request.headers else None
        key = self._key(request)

        def obtain() -> Reading:
            return self._tape.obtain(key, lambda: self._ask(key, request, page))

        reading = obtain() if self._lens is None else self._lens.reading(request.url, obtain)
        if reading.failure:
            raise NoAnswerError(reading.failure, reading.key)
        return TapeResponse(request, reading, self._limits)

    def _signed_in(self, request: HttpRequest) -> TapeResponse:
        """Return the tokens that the host hands out, from memory to memory; in a replay, tokens that open nothing."""
        asked = f"{request.method} {self._redactor.text(request.url)}"
        if self._tape.replaying:
            body = json.dumps({"refresh_token": "replayed", "access_token": "replayed"}).encode()
            answer = Reading("", "http", asked, utc_now(), 0, status=HTTPStatus.OK, headers=dict(_JSON), body=body)
            return TapeResponse(request, answer, self._limits)
        last, attempts = self._sent(request)
        if last.status is None:
            raise ServiceRequestError(self._redactor.text(last.failure))
        content = last.content if last.status == HTTPStatus.OK else self._redactor.body(last.content)
        answer = Reading("", "http", asked, utc_now(), 0, status=last.status, attempts=attempts, body=content)
        return TapeResponse(request, replace(answer, headers=dict(_JSON)), self._limits)

    def _key(self, request: HttpRequest) -> str:
        url = urlsplit(request.url)
        query = urlencode(sorted(parse_qsl(url.query, keep_blank_values=True)))
        signed = "signed" if "Authorization" in request.headers else "unsigned"
        body = _body_of(request).decode("utf-8", "replace")
        return self._tape.key(request.method, self._endpoint, url.path, query, signed, body)

    def _ask(self, key: str, request: HttpRequest, page: int | None) -> Reading:
        started, clock = utc_now(), time.monotonic()
        last, attempts = self._sent(request)
        body = self._redactor.body(last.content)
        query = dict(parse_qsl(urlsplit(request.url).query))
        kept = {name: value for name, value in last.headers.items() if KEPT_HEADERS.fullmatch(name)}
        return Reading(
            key=key,
            kind="http",
            question=f"{request.method} {self._redactor.text(request.url)}",
            api_version=query.get("api-version", ""),
            started=started,
            elapsed_milliseconds=round((time.monotonic() - clock) * 1000),
            status=last.status,
            failure=self._redactor.text(last.failure),
            headers={name: self._redactor.text(value) for name, value in kept.items()},
            sha256=sha256(body) if last.status else "",
            attempts=attempts,
            page=page,
            call=self._carried(request),
            body=body,
        )

    def _carried(self, request: HttpRequest) -> Call | None:
        """Return what was sent in a body, such as a query: it is a part of the question."""
        body = _body_of(request)
        if not body:
            return None
        return Call("", "", "", 0, sha256(body), self._redactor.body(body).decode("utf-8", "replace"))

    def _sent(self, request: HttpRequest) -> tuple[Attempt, int]:
        try:
            sent = _as_httpx(request)
        except httpx.InvalidURL as error:
            return Attempt(failure=f"No answer from {self._host}: a link of its is no address: {error}", final=True), 0
        paced = self._throttling.question(self._host, urlsplit(request.url).path)

        def pause_seconds(last: Attempt, attempts: int, spent_seconds: float) -> float | None:
            paced.end(last.status, last.headers)
            return self._pause_seconds(paced, last, attempts, spent_seconds)

        with self._slots:
            return self._sender.send(sent, pause_seconds, paced.begin)

    def _tell_throttled(self, seconds: float) -> None:
        self._tape.on_throttled(seconds)

    def _pause_seconds(self, paced: PacedQuestion, last: Attempt, attempts: int, spent_seconds: float) -> float | None:
        """Return how long to wait before the next attempt; to be throttled counts against the bound of the run only."""
        if last.final or (last.status is not None and last.status not in TRANSIENT):
            return None
        if last.status == HTTPStatus.TOO_MANY_REQUESTS:
            return paced.pause_seconds(last.headers)
        own_seconds = max(0.0, spent_seconds - paced.waited_seconds)
        return self._policy.pause_seconds(last.headers, attempts - paced.refusals, own_seconds)

    def open(self) -> None:
        """Nothing to open ahead of the first request."""

    def close(self) -> None:
        """Leave the upstream open: the clients share it."""

    def __enter__(self) -> TapeTransport:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _as_httpx(request: HttpRequest) -> httpx.Request:
    form = getattr(request, "_data", None)
    if isinstance(form, Mapping):
        # The SDK leaves a form for the transport to write; a member of an enumeration of texts stands for its text.
        content = urlencode({key: str.__str__(value) for key, value in form.items() if isinstance(value, str)}).encode()
    else:
        content = _body_of(request)
    return httpx.Request(request.method, request.url, headers=dict(request.headers), content=content or None)


def _body_of(request: HttpRequest) -> bytes:
    # The older clients' requests hold the body under another name.
    content = getattr(request, "content", None) or getattr(request, "body", None)
    content = content if isinstance(content, (bytes, str)) else ""
    return content.encode() if isinstance(content, str) else content
