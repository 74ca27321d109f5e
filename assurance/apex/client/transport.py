"""The one seam to APEX: an httpx transport that answers from the tape, and asks the application what it lacks."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import httpx

from assurance.apex.client.question import IDEMPOTENT, Question
from assurance.environment.application import ApplicationLimits
from assurance.errors import NotEvaluated
from assurance.tape import Call, Reading, Tape, sha256, utc_now
from assurance.tape.redaction import Redactor
from assurance.world.origins import same_origin, without_origin

QUESTION = "apex_question"
READING = "apex_reading"
# What a gateway says in place of the application, or says will pass. Any other answer is the application's own.
TRANSIENT = frozenset({408, 429, 502, 504})
UNAVAILABLE = 503
NOT_FOUND = 404
LOWEST_SERVER_ERROR = 500
KEPT_HEADERS = re.compile(
    r"x-request-id|x-ms-.*-id|content-type|date|retry-after|www-authenticate|location|server-timing"
)
FIRST_PAUSE_SECONDS = 0.4
UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
REACH_REMEDY = "Check application.base_url, the network, the proxy and cloud.ca_bundle, and that the application runs."

Authorize = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class _Attempt:
    """What one attempt brought: an answer, or why there is none, and whether the request had been sent by then."""

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    failure: str = ""
    sent: bool = True
    final: bool = False


class TapedTransport(httpx.BaseTransport):
    """Answers from the tape, and from `upstream` what is not on it.

    A token goes to the application's own origin only, whatever an answer points to, and is fetched only when a request
    is really sent: a replay needs none. Requests are repeated here, so that one question leaves one reading with its
    number of attempts: those that may be sent twice, and any other only where it cannot have left this machine.

    Args:
        origin: The application's origin, as `https://host`.
        authorize: Gives the bearer token of a caller; None for a caller without one.
        upstream: What sends.
    """

    def __init__(
        self,
        tape: Tape,
        redactor: Redactor,
        limits: ApplicationLimits,
        origin: str,
        authorize: Authorize,
        upstream: httpx.BaseTransport | None,
    ) -> None:
        self._tape = tape
        self._redactor = redactor
        self._limits = limits
        self._origin = origin.lower()
        self._authorize = authorize
        self._upstream = upstream
        self._unreachable = ""
        self._has_answered = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the answer, with its reading in `extensions`.

        Raises:
            NotEvaluated: Nothing answered.
            MissingReading: The replayed tape does not hold it.
        """
        question = request.extensions[QUESTION]
        key = question.key(str(request.url), self._origin)
        reading = self._tape.obtain(key, lambda: self._ask(key, question, request))
        if reading.failure:
            raise NotEvaluated(reading.failure, REACH_REMEDY, (reading.key,))
        return httpx.Response(
            reading.status or 0,
            headers=_with_own_location(reading),
            content=reading.body,
            extensions={READING: reading},
        )

    def close(self) -> None:
        """Let go of connections."""
        if self._upstream is not None:
            self._upstream.close()

    def _ask(self, key: str, question: Question, request: httpx.Request) -> Reading:
        time.sleep(question.pause_seconds)
        trace_id = secrets.token_hex(16)
        self._sign(request, question.caller)
        started, clock = utc_now(), time.monotonic()
        last, attempts = self._attempts(question, request, trace_id, clock)
        body = self._redactor.body(last.content)
        return Reading(
            key=key,
            kind="http",
            question=f"{request.method} {self._redactor.text(str(request.url))}",
            started=started,
            elapsed_milliseconds=round((time.monotonic() - clock) * 1000),
            status=last.status,
            failure=self._redactor.text(last.failure),
            headers={name: self._redactor.text(value) for name, value in last.headers.items()},
            sha256=sha256(body) if last.status else "",
            attempts=attempts,
            call=Call(
                caller=question.caller,
                trace_id=trace_id,
                flow=question.flow,
                ordinal=question.ordinal,
                request_sha256=question.sha256,
                request=question.summary,
            ),
            body=body,
        )

    def _sign(self, request: httpx.Request, caller: str) -> None:
        request.headers.pop("Authorization", None)
        if same_origin(str(request.url), self._origin):
            token = self._authorize(caller)
            if token is not None:
                request.headers["Authorization"] = f"Bearer {token}"

    def _attempts(
        self, question: Question, request: httpx.Request, trace_id: str, clock: float
    ) -> tuple[_Attempt, int]:
        """Send until an answer is final, or the attempts or the time for them are used up; and say how often."""
        sent = 0
        last = _Attempt(failure=self._unreachable)
        while not self._unreachable:
            # W3C Trace Context: one trace for the question, one span for each attempt.
            request.headers["traceparent"] = f"00-{trace_id}-{secrets.token_hex(8)}-01"
            last = self._once(request)
            sent += 1
            pause = self._pause_seconds(question, last, sent, time.monotonic() - clock)
            if pause is None:
                break
            time.sleep(pause)
        if last.failure and not last.sent and not self._has_answered:
            self._unreachable = last.failure
        return last, sent

    def _pause_seconds(self, question: Question, last: _Attempt, sent: int, spent: float) -> float | None:
        """Return how long to wait before the next attempt; None where this was the last."""
        pause = _asked_pause(last.headers) or FIRST_PAUSE_SECONDS * float(2 ** (sent - 1))
        if question.settle_seconds and last.status in {NOT_FOUND, LOWEST_SERVER_ERROR}:
            pause = min(pause, 1.0)
            return pause if spent + pause <= question.settle_seconds else None
        if not _may_repeat(question.method, last) or sent >= self._limits.attempts:
            return None
        return pause if spent + pause <= self._limits.retry_budget_seconds else None

    def _once(self, request: httpx.Request) -> _Attempt:
        if self._upstream is None:
            raise RuntimeError("a transport without an upstream was asked to send")
        host = request.url.host
        try:
            response = self._upstream.handle_request(request)
            try:
                content = self._read(response)
            finally:
                response.close()
        except UNSENT as error:
            reason = _brief(error)
            return _Attempt(failure=f"No answer from {host}: {reason}", sent=False, final="certificate" in reason)
        except _TooLong as error:
            return _Attempt(failure=f"No whole answer from {host}: {error}", final=True)
        except (httpx.HTTPError, OSError) as error:
            unknown = "" if request.method in IDEMPOTENT else "; whether the request was carried out is unknown"
            return _Attempt(failure=f"No whole answer from {host}: {_brief(error)}{unknown}")
        self._has_answered = True
        headers = {name.lower(): value for name, value in response.headers.items()}
        return _Attempt(
            response.status_code,
            {name: value for name, value in headers.items() if KEPT_HEADERS.fullmatch(name)},
            content,
        )

    def _read(self, response: httpx.Response) -> bytes:
        """Read the body within the bounds: a peer that sends a byte now and then would hold the run for ever."""
        deadline = time.monotonic() + self._limits.timeout_seconds
        content = bytearray()
        for piece in response.iter_bytes():
            content += piece
            if len(content) > self._limits.body_bytes:
                raise _TooLong(f"its body is longer than {self._limits.body_bytes} bytes")
            if time.monotonic() > deadline:
                raise _TooLong(f"its body took longer than {self._limits.timeout_seconds:g} seconds")
        return bytes(content)


class _TooLong(Exception):  # noqa: N818  (it says what happened, and does not leave this module)
    """An answer is beyond a bound, of length or of time."""


def _with_own_location(reading: Reading) -> Mapping[str, str]:
    """Return the headers; a redirect within the application names no host, for a replay may have another."""
    if "location" not in reading.headers:
        return reading.headers
    asked = reading.question.partition(" ")[2]
    return {**reading.headers, "location": without_origin(reading.headers["location"], asked)}


def _may_repeat(method: str, last: _Attempt) -> bool:
    """Tell whether a request may be sent again after what one attempt brought."""
    if last.final:
        return False
    if last.failure:
        return method in IDEMPOTENT or not last.sent
    passing = last.status in TRANSIENT or (last.status == UNAVAILABLE and "retry-after" in last.headers)
    return passing and method in IDEMPOTENT


def _asked_pause(headers: Mapping[str, str]) -> float:
    """Return how many seconds the application asks to wait; 0 where it does not say so in seconds."""
    asked = headers.get("retry-after", "").strip()
    return float(asked) if re.fullmatch(r"[0-9]{1,4}(\.[0-9]+)?", asked) else 0.0


def _brief(error: Exception) -> str:
    """Return the cause of a connection error in one line."""
    text = " ".join(str(error).split()) or type(error).__name__
    match = re.search(r"\[Errno -?\d+\] [^'\")]+|certificate verify failed: [^(]+", text)
    return (match.group(0) if match else text)[:200].strip()
