"""The one seam to Azure: an azure-core transport that answers from the tape, and asks Azure once for what it lacks."""

from __future__ import annotations

import email.utils
import json
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit

from azure.core.exceptions import AzureError, ServiceRequestError
from azure.core.pipeline.transport import HttpTransport
from azure.core.rest import HttpRequest, HttpResponse

from assurance.environment.model import Limits
from assurance.errors import NotEvaluated
from assurance.tape import Call, Reading, Tape, key_of, sha256, utc_now
from assurance.tape.redaction import Redactor
from assurance.world.azure.response import TapeResponse
from assurance.world.origins import origin_of, same_origin

TRANSIENT = frozenset({408, 429, 500, 502, 503, 504})
KEPT_HEADERS = re.compile(
    r"x-ms-(request|correlation-request|routing-request|arm-service-request)-id|x-ms-ratelimit-.*"
    r"|content-type|date|retry-after|www-authenticate|x-ms-error-code"
)
FIRST_PAUSE_SECONDS = 0.4
SIGNED_IN = 200
_JSON = {"content-type": "application/json"}
CAUSES = (
    r"\[Errno -?\d+\] [^'\")]+",
    r"certificate verify failed: [^(]+",
    r"timed out",
    r"Connection aborted|reset by peer",
)


class NoAnswerError(ServiceRequestError):
    """Nothing answered.

    Attributes:
        reading: The key of the reading that says so.
    """

    def __init__(self, reason: str, reading: str) -> None:
        super().__init__(reason)
        self.reading = reading


@dataclass(frozen=True, slots=True)
class _Attempt:
    """What one attempt brought: an answer, or why there is none."""

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    failure: str = ""


class Upstream(Protocol):
    """What really sends: azure-core's own transport, or a stand-in of a test."""

    def send(self, request: HttpRequest, **kwargs: Any) -> Any:  # noqa: ANN401  (azure-core types it no further)
        """Send one request."""

    def close(self) -> None:
        """Let go of connections."""


class TapeTransport(HttpTransport[HttpRequest, HttpResponse]):
    """Answers from the tape, and from `upstream` what is not on it.

    Retries are made here and not in the clients' pipelines, so that one question leaves one reading, with the number of
    attempts, and a replay does not wait. After a host could not be reached within the bounds, it is not tried again; a
    host that has answered before, and leaves one question unanswered, is.

    Args:
        endpoint: The name of the API, which stands for its host in keys: a replay needs no host.
        host: The only host to which requests, with their token, may go.
        sign_in: Paths at which the host hands out tokens. What is said there is never kept: a replay signs in nowhere.
    """

    def __init__(
        self,
        tape: Tape,
        redactor: Redactor,
        limits: Limits,
        upstream: Upstream | None,
        *,
        endpoint: str,
        host: str,
        sign_in: frozenset[str] = frozenset(),
    ) -> None:
        self._tape = tape
        self._redactor = redactor
        self._limits = limits
        self._upstream = upstream
        self._endpoint = endpoint
        self._host = host.lower()
        self._sign_in = sign_in
        self._unreachable = ""
        self._has_answered = False
        self._slots = threading.BoundedSemaphore(limits.concurrency)

    def send(self, request: HttpRequest, **kwargs: Any) -> TapeResponse:  # noqa: ANN401  (azure-core's signature)
        """Return the answer.

        Raises:
            NoAnswerError: Nothing answered.
            NotEvaluated: The request would leave the API's own host.
            MissingReading: The replayed tape does not hold it.
        """
        pages = kwargs.pop("page", None)
        kwargs.pop("stream", None)
        url = urlsplit(request.url)
        if not self._tape.replaying and not same_origin(request.url, f"https://{self._host}"):
            elsewhere = origin_of(request.url) or "no address that a request may go to"
            raise NotEvaluated(
                f"An answer of {self._host} pointed elsewhere, to {elsewhere}; it was not followed.",
                "Find out why; the token must not be sent there.",
            )
        if url.path in self._sign_in:
            return self._signed_in(request, kwargs)
        # Every page counts, also one that is on the tape already; the unsigned question before a challenge is none.
        page = next(pages) if pages is not None and "Authorization" in request.headers else None
        key = self._key(request)
        reading = self._tape.obtain(key, lambda: self._ask(key, request, page, kwargs))
        if reading.failure:
            raise NoAnswerError(reading.failure, reading.key)
        return TapeResponse(request, reading)

    def _signed_in(self, request: HttpRequest, kwargs: Mapping[str, Any]) -> TapeResponse:
        """Return the tokens that the host hands out, from memory to memory; in a replay, tokens that open nothing."""
        asked = f"{request.method} {self._redactor.text(request.url)}"
        if self._tape.replaying:
            body = json.dumps({"refresh_token": "replayed", "access_token": "replayed"}).encode()
            answer = Reading("", "http", asked, utc_now(), 0, status=200, headers=dict(_JSON), body=body)
            return TapeResponse(request, answer)
        with self._slots:
            last, attempts = self._attempts(request, time.monotonic(), kwargs)
        if last.status is None:
            raise ServiceRequestError(self._redactor.text(last.failure))
        content = last.content if last.status == SIGNED_IN else self._redactor.body(last.content)
        answer = Reading("", "http", asked, utc_now(), 0, status=last.status, attempts=attempts, body=content)
        return TapeResponse(request, replace(answer, headers=dict(_JSON)))

    def _key(self, request: HttpRequest) -> str:
        url = urlsplit(request.url)
        query = urlencode(sorted(parse_qsl(url.query, keep_blank_values=True)))
        signed = "signed" if "Authorization" in request.headers else "unsigned"
        body = _body_of(request).decode("utf-8", "replace")
        return key_of(request.method, self._endpoint, url.path, query, signed, body)

    def _ask(self, key: str, request: HttpRequest, page: int | None, kwargs: Mapping[str, Any]) -> Reading:
        started, clock = utc_now(), time.monotonic()
        with self._slots:
            last, attempts = self._attempts(request, clock, kwargs)
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
            call=self._sent(request),
            body=body,
        )

    def _sent(self, request: HttpRequest) -> Call | None:
        """Return what was sent in a body, such as a query: it is a part of the question."""
        body = _body_of(request)
        if not body:
            return None
        return Call("", "", "", 0, sha256(body), self._redactor.body(body).decode("utf-8", "replace"))

    def _attempts(self, request: HttpRequest, clock: float, kwargs: Mapping[str, Any]) -> tuple[_Attempt, int]:
        """Send until an answer is final, or the attempts or the time for them are used up; and say how often."""
        sent = 0
        last = _Attempt(failure=self._unreachable)
        while not self._unreachable:
            last = self._once(request, kwargs)
            sent += 1
            if last.status is not None and last.status not in TRANSIENT:
                break
            pause = _pause_seconds(last.headers, sent)
            spent = time.monotonic() - clock
            if sent >= self._limits.attempts or spent + pause > self._limits.retry_budget_seconds:
                self._unreachable = "" if self._has_answered else last.failure
                break
            time.sleep(pause)
        return last, sent

    def _once(self, request: HttpRequest, kwargs: Mapping[str, Any]) -> _Attempt:
        if self._upstream is None:
            raise RuntimeError("a transport without an upstream was asked to send")
        bounds = {"connection_timeout": self._limits.timeout_seconds / 2, "read_timeout": self._limits.timeout_seconds}
        try:
            response = self._upstream.send(request, stream=False, **{**kwargs, **bounds})
            headers = {str(name).lower(): str(value) for name, value in response.headers.items()}
            # The older clients' requests get responses that have no `read`.
            content = response.read() if hasattr(response, "read") else response.body()
        except (AzureError, OSError, ValueError) as error:
            return _Attempt(failure=f"No answer from {self._host}: {_brief(error)}")
        self._has_answered = True
        return _Attempt(response.status_code, headers, content)

    def open(self) -> None:
        """Nothing to open ahead of the first request."""

    def close(self) -> None:
        """Leave the upstream open: the clients share it."""

    def __enter__(self) -> TapeTransport:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _body_of(request: HttpRequest) -> bytes:
    # The older clients' requests hold the body under another name.
    content = getattr(request, "content", None) or getattr(request, "body", None)
    content = content if isinstance(content, (bytes, str)) else ""
    return content.encode() if isinstance(content, str) else content


def _pause_seconds(headers: Mapping[str, str], attempt: int) -> float:
    """Return how long the service asks to wait (Retry-After, seconds or a date), else twice as long each time."""
    asked = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", asked):
        return float(asked)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(asked).timestamp() - time.time())
    except (ValueError, TypeError, IndexError, OverflowError):
        return FIRST_PAUSE_SECONDS * float(2 ** (attempt - 1))


def _brief(error: Exception) -> str:
    """Return the innermost cause of a connection error, without object addresses."""
    text = str(error)
    for pattern in CAUSES:
        match = re.search(pattern, text, re.I)
        if match:
            return match.group(0).strip()
    return re.sub(r"<[^>]*>:? ?", "", text)
