"""The httpx side of the HTTP seam: calls of APEX are answered from the tape, which asks the application once."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus

import httpx

from assurance.apex.client.question import Question
from assurance.environment.application import ApplicationLimits
from assurance.environment.suite_tables import AnswerBounds
from assurance.errors import NotEvaluated
from assurance.tape import Call, Reading, Tape, sha256, utc_now
from assurance.tape.redaction import Redactor
from assurance.world.http.attempts import IDEMPOTENT, Attempt, RetryPolicy, Sender, pause_before_next
from assurance.world.origins import same_origin, without_origin

QUESTION = "apex_question"
READING = "apex_reading"
# What a gateway says in place of the application, or says will pass. Any other answer is the application's own.
TRANSIENT = frozenset(
    {
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)
# What a read of something just created may be answered while it settles.
UNSETTLED = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.INTERNAL_SERVER_ERROR})
MAX_SETTLING_PAUSE_SECONDS = 1.0
KEPT_HEADERS = re.compile(
    r"x-request-id|x-ms-.*-id|content-type|date|retry-after|www-authenticate|location|server-timing"
)
REACH_REMEDY = "Check application.base_url, the network, the proxy and cloud.ca_bundle, and that the application runs."

Authorize = Callable[[str], str | None]


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
        self._policy = RetryPolicy(limits.attempts, limits.retry_budget_seconds)
        self._sender = Sender(upstream, AnswerBounds(limits.body_bytes), limits.timeout_seconds)
        self._origin = origin.lower()
        self._authorize = authorize

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the answer, with its reading in `extensions`.

        Raises:
            NotEvaluated: Nothing answered.
            MissingReading: The replayed tape does not hold it.
        """
        question = request.extensions[QUESTION]
        key = self._tape.key(*question.parts(str(request.url), self._origin))
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
        self._sender.close()

    def _ask(self, key: str, question: Question, request: httpx.Request) -> Reading:
        time.sleep(question.pause_seconds)
        trace_id = secrets.token_hex(16)
        self._sign(request, question.caller)
        started, clock = utc_now(), time.monotonic()
        last, attempts = self._sent(question, request, trace_id)
        body = self._redactor.body(last.content)
        kept = {name: value for name, value in last.headers.items() if KEPT_HEADERS.fullmatch(name)}
        return Reading(
            key=key,
            kind="http",
            question=f"{request.method} {self._redactor.text(str(request.url))}",
            started=started,
            elapsed_milliseconds=round((time.monotonic() - clock) * 1000),
            status=last.status,
            failure=self._redactor.text(last.failure),
            headers={name: self._redactor.text(value) for name, value in kept.items()},
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

    def _sent(self, question: Question, request: httpx.Request, trace_id: str) -> tuple[Attempt, int]:
        def begin_span() -> None:
            # W3C Trace Context: one trace for the question, one span for each attempt.
            request.headers["traceparent"] = f"00-{trace_id}-{secrets.token_hex(8)}-01"

        def pause_seconds(last: Attempt, sent: int, spent_seconds: float) -> float | None:
            return self._pause_seconds(question, last, sent, spent_seconds)

        return self._sender.send(request, pause_seconds, begin_span)

    def _pause_seconds(self, question: Question, last: Attempt, sent: int, spent_seconds: float) -> float | None:
        """Return how long to wait before the next attempt; None where this was the last."""
        if question.settle_seconds and last.status in UNSETTLED:
            pause = min(pause_before_next(last.headers, sent), MAX_SETTLING_PAUSE_SECONDS)
            return pause if spent_seconds + pause <= question.settle_seconds else None
        if not _may_repeat(question.method, last):
            return None
        return self._policy.pause_seconds(last.headers, sent, spent_seconds)


def _with_own_location(reading: Reading) -> Mapping[str, str]:
    """Return the headers; a redirect within the application names no host, for a replay may have another."""
    if "location" not in reading.headers:
        return reading.headers
    asked = reading.question.partition(" ")[2]
    return {**reading.headers, "location": without_origin(reading.headers["location"], asked)}


def _may_repeat(method: str, last: Attempt) -> bool:
    """Tell whether a request may be sent again after what one attempt brought."""
    if last.final:
        return False
    if last.failure:
        return method in IDEMPOTENT or not last.sent
    asked_to_wait = last.status == HTTPStatus.SERVICE_UNAVAILABLE and "retry-after" in last.headers
    return (last.status in TRANSIENT or asked_to_wait) and method in IDEMPOTENT
