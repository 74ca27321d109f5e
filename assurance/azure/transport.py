"""The one seam to Azure: an azure-core transport that answers from the tape, and asks Azure only once for what is not on it."""

from __future__ import annotations

import email.utils
import re
import threading
import time
from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit

from azure.core.exceptions import (
    DecodeError,
    HttpResponseError,
    IncompleteReadError,
    ServiceRequestError,
    ServiceResponseError,
)
from azure.core.pipeline.transport import HttpTransport
from azure.core.rest import HttpRequest, HttpResponse

from assurance.environment.model import Limits
from assurance.errors import NotEvaluated
from assurance.redaction import Redactor
from assurance.tape import Reading, Tape, key_of, sha256, utc_now

TRANSIENT = frozenset({408, 429, 500, 502, 503, 504})
KEPT_HEADERS = re.compile(r"^(x-ms-(request|correlation-request|routing-request|arm-service-request)-id|x-ms-ratelimit-.*|"
                          r"content-type|date|retry-after|www-authenticate|x-ms-error-code)$")  # fmt: skip
FIRST_PAUSE_SECONDS = 0.4


class Upstream(Protocol):
    """What really sends: azure-core's own transport, or a stand-in of a test."""

    def send(self, request: HttpRequest, **kwargs: Any) -> Any:  # Any: azure-core's transports are typed no further
        """Send one request."""

    def close(self) -> None:
        """Let go of connections."""


class TapeResponse(HttpResponse):
    """A response as azure-core's pipeline wants it, made from a reading."""

    def __init__(self, request: HttpRequest, reading: Reading) -> None:
        self._request = request
        self.reading = reading
        self._encoding: str | None = None

    @property
    def request(self) -> HttpRequest:
        """The request."""
        return self._request

    @property
    def status_code(self) -> int:
        """The HTTP status."""
        return self.reading.status or 0

    @property
    def headers(self) -> MutableMapping[str, str]:
        """The headers that were kept, by lower-case name."""
        from azure.core.utils import case_insensitive_dict

        return case_insensitive_dict(self.reading.headers)

    @property
    def reason(self) -> str:
        """The reason phrase; not kept."""
        return ""

    @property
    def content_type(self) -> str | None:
        """The media type."""
        return self.reading.headers.get("content-type")

    @property
    def is_closed(self) -> bool:
        """Always: the body is in memory."""
        return True

    @property
    def is_stream_consumed(self) -> bool:
        """Always: the body is in memory."""
        return True

    @property
    def encoding(self) -> str | None:
        """The text's encoding, if the client has set one."""
        return self._encoding

    @encoding.setter
    def encoding(self, value: str | None) -> None:
        self._encoding = value

    @property
    def url(self) -> str:
        """Where the request went."""
        return self._request.url

    @property
    def content(self) -> bytes:
        """The redacted body."""
        return self.reading.body

    def text(self, encoding: str | None = None) -> str:
        """Return the body as text."""
        return self.reading.body.decode(encoding or self._encoding or "utf-8-sig", "replace")

    def json(self) -> Any:
        """Return the body as JSON values."""
        import json

        return json.loads(self.text())

    def raise_for_status(self) -> None:
        """Raise for a status of 400 or more."""
        if self.status_code >= 400:
            raise HttpResponseError(response=self)

    def read(self) -> bytes:
        """Return the body."""
        return self.content

    def body(self) -> bytes:
        """Return the body, for clients of the older generation."""
        return self.content

    def iter_raw(self, **_: Any) -> Iterator[bytes]:
        """Give the body in one piece."""
        yield self.content

    def iter_bytes(self, **_: Any) -> Iterator[bytes]:
        """Give the body in one piece."""
        yield self.content

    def close(self) -> None:
        """Nothing is open."""

    def __enter__(self) -> TapeResponse:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<{self.status_code} {self.reading.question}>"


class TapeTransport(HttpTransport[HttpRequest, HttpResponse]):
    """Answers from the tape, and from `upstream` what is not on it.

    Retries are made here and not in the clients' pipelines, so that one question leaves one reading, with the number of
    attempts, and a replay does not wait. After a host could not be reached within the bounds, it is not tried again.

    Args:
        endpoint: The name of the API, which stands for its host in keys: a replay needs no host.
        host: The only host to which requests, with their token, may go.
    """

    def __init__(
        self, tape: Tape, redactor: Redactor, limits: Limits, upstream: Upstream | None, *, endpoint: str, host: str
    ) -> None:
        self._tape = tape
        self._redactor = redactor
        self._limits = limits
        self._upstream = upstream
        self._endpoint = endpoint
        self._host = host.lower()
        self._unreachable = ""
        self._slots = threading.BoundedSemaphore(limits.concurrency)

    def send(self, request: HttpRequest, **kwargs: Any) -> TapeResponse:
        """Return the answer.

        Raises:
            ServiceRequestError: Nothing answered.
            NotEvaluated: The request would leave the API's own host.
            MissingReading: The replayed tape does not hold it.
        """
        page = kwargs.pop("page", None)
        kwargs.pop("stream", None)
        url = urlsplit(request.url)
        if not self._tape.replaying and url.netloc.lower() != self._host:
            raise NotEvaluated(
                f"An answer of {self._host} pointed to another host, {url.netloc}; it was not followed.",
                "Find out why; the token must not be sent there.",
            )
        key = self._key(request)
        reading = self._tape.obtain(key, lambda: self._ask(key, request, next(page) if page else None, kwargs))
        if reading.failure:
            raise ServiceRequestError(f"{reading.failure} (reading {reading.key})")
        return TapeResponse(request, reading)

    def _key(self, request: HttpRequest) -> str:
        url = urlsplit(request.url)
        query = urlencode(sorted(parse_qsl(url.query, keep_blank_values=True)))
        signed = "signed" if "Authorization" in request.headers else "unsigned"
        # The older clients' requests hold the body under another name.
        content = getattr(request, "content", None) or getattr(request, "body", None)
        content = content if isinstance(content, (bytes, str)) else ""
        body = content.encode() if isinstance(content, str) else content
        return key_of(request.method, self._endpoint, url.path, query, signed, sha256(body) if body else "")

    def _ask(self, key: str, request: HttpRequest, page: int | None, kwargs: Mapping[str, Any]) -> Reading:
        started, clock = utc_now(), time.monotonic()
        with self._slots:
            status, headers, content, failure, attempts = self._attempts(request, clock, kwargs)
        body = self._redactor.body(content)
        query = dict(parse_qsl(urlsplit(request.url).query))
        return Reading(
            key=key,
            kind="http",
            question=f"{request.method} {self._redactor.text(request.url)}",
            api_version=query.get("api-version", ""),
            started=started,
            elapsed_milliseconds=round((time.monotonic() - clock) * 1000),
            status=status,
            failure=self._redactor.text(failure),
            headers={name: value for name, value in headers.items() if KEPT_HEADERS.match(name)},
            sha256=sha256(body) if status else "",
            attempts=attempts,
            page=page,
            body=body,
        )

    def _attempts(
        self, request: HttpRequest, clock: float, kwargs: Mapping[str, Any]
    ) -> tuple[int | None, dict[str, str], bytes, str, int]:
        """Send until an answer is final, or the attempts or the time for them are used up."""
        attempt = 0
        while True:
            attempt += 1
            status, headers, content, failure = self._once(request, kwargs)
            if status is not None and status not in TRANSIENT:
                return status, headers, content, failure, attempt
            pause = _pause_seconds(headers, attempt)
            spent = time.monotonic() - clock
            if attempt >= self._limits.attempts or spent + pause > self._limits.retry_budget_seconds or self._unreachable:
                if status is None:
                    self._unreachable = failure
                return status, headers, content, failure, attempt
            time.sleep(pause)

    def _once(self, request: HttpRequest, kwargs: Mapping[str, Any]) -> tuple[int | None, dict[str, str], bytes, str]:
        if self._unreachable:
            return None, {}, b"", self._unreachable
        if self._upstream is None:
            raise RuntimeError("a transport without an upstream was asked to send")
        bounds = {"connection_timeout": self._limits.timeout_seconds / 2, "read_timeout": self._limits.timeout_seconds}
        try:
            response = self._upstream.send(request, stream=False, **{**kwargs, **bounds})
            headers = {str(name).lower(): str(value) for name, value in response.headers.items()}
            # The older clients' requests get responses that have no `read`.
            content = response.read() if hasattr(response, "read") else response.body()
            return response.status_code, headers, content, ""
        except (ServiceRequestError, ServiceResponseError, IncompleteReadError, DecodeError) as error:
            return None, {}, b"", f"No answer from {self._host}: {_brief(error)}"

    def open(self) -> None:
        """Nothing to open ahead of the first request."""

    def close(self) -> None:
        """Leave the upstream open: the clients share it."""

    def __enter__(self) -> TapeTransport:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _pause_seconds(headers: Mapping[str, str], attempt: int) -> float:
    """Return how long the service asks to wait (Retry-After, seconds or a date), else twice as long each time."""
    asked = headers.get("retry-after", "")
    if asked.isdigit():
        return float(asked)
    if asked:
        parsed = email.utils.parsedate_tz(asked)
        if parsed is not None:
            return max(0.0, float(email.utils.mktime_tz(parsed)) - time.time())
    return FIRST_PAUSE_SECONDS * float(2 ** (attempt - 1))


def _brief(error: Exception) -> str:
    """Return the innermost cause of a connection error, without object addresses."""
    text = str(error)
    for pattern in (r"\[Errno -?\d+\] [^'\")]+", r"certificate verify failed: [^(]+", r"timed out", r"Connection aborted|reset by peer"):
        match = re.search(pattern, text, re.I)
        if match:
            return match.group(0).strip()
    return re.sub(r"<[^>]*>:? ?", "", text)[:200]
