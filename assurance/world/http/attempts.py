"""Sends one question until an answer is final or the bounds are used up.

When a request is sent again, and after how long.
"""

from __future__ import annotations

import email.utils
import random
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

import httpx

from assurance.environment.suite_tables import AnswerBounds
from assurance.world.http.upstream import ACCEPT_ENCODING, BeyondBoundError, read_body

SUCCESSES = range(HTTPStatus.OK, HTTPStatus.MULTIPLE_CHOICES)
CLIENT_ERRORS = range(HTTPStatus.BAD_REQUEST, HTTPStatus.INTERNAL_SERVER_ERROR)
SERVER_ERRORS = range(HTTPStatus.INTERNAL_SERVER_ERROR, 600)


FIRST_PAUSE_SECONDS = 0.4
# A pause of our own is spread by this share, so that many askers do not return at one moment.
JITTER = 0.2
_MILLISECONDS = ("retry-after-ms", "x-ms-retry-after-ms")
_NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Bounds on the repetition of one question.

    Attributes:
        attempts: How often a request is sent at most.
        budget_seconds: How long after the first attempt another may still begin.
    """

    attempts: int
    budget_seconds: float

    def pause_seconds(self, headers: Mapping[str, str], sent: int, spent_seconds: float) -> float | None:
        """Return how long to wait before the next attempt; None where the bounds allow none.

        Args:
            headers: Those of the last answer, by lower-case name.
            sent: How often the request was sent.
            spent_seconds: How long ago the first attempt began.
        """
        pause = pause_before_next(headers, sent)
        return pause if sent < self.attempts and spent_seconds + pause <= self.budget_seconds else None


def pause_before_next(headers: Mapping[str, str], sent: int) -> float:
    """Return how long the service asks to wait, else twice as long after each attempt, in seconds."""
    asked = asked_pause_seconds(headers)
    if asked is not None:
        return asked
    spread = 1 + random.uniform(-JITTER, JITTER)  # noqa: S311  (it spreads requests, and keeps no secret)
    return FIRST_PAUSE_SECONDS * float(2 ** (sent - 1)) * spread


def asked_pause_seconds(headers: Mapping[str, str]) -> float | None:
    """Return how long a service asks to wait; None where it does not say so.

    It says so in milliseconds (`retry-after-ms`, `x-ms-retry-after-ms`), in seconds or as a date (`Retry-After`, RFC
    9110, section 10.2.3).
    """
    for name in _MILLISECONDS:
        value = headers.get(name, "").strip()
        if _NUMBER.fullmatch(value):
            return float(value) / 1000
    value = headers.get("retry-after", "").strip()
    if _NUMBER.fullmatch(value):
        return float(value)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
# RFC 9110, section 9.2.2: to send these twice asks for no more than to send them once.
IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
MAX_REASON_CHARACTERS = 200
MAX_LOST_SECONDS = 30.0
_CAUSES = re.compile(r"\[Errno -?\d+\] [^'\")]+|certificate verify failed: [^(]+")


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one attempt brought: an answer, or why there is none.

    Attributes:
        status: The status; None where nothing answered.
        headers: The headers, by lower-case name.
        content: The body.
        failure: Why there is no answer; empty if there is one.
        sent: Whether the request may have left this machine.
        final: Whether another attempt would bring the same.
    """

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    failure: str = ""
    sent: bool = True
    final: bool = False


@dataclass(frozen=True, slots=True)
class Clock:
    """By what time is told, and waited for.

    Attributes:
        now: The time in seconds, from any beginning.
        wait: Waits for so many seconds.
    """

    now: Callable[[], float] = time.monotonic
    wait: Callable[[float], None] = time.sleep


# How long to wait before the next attempt: after what the last one brought, how many were sent, and the seconds since
# the first began; None where the last one stands.
Pausing = Callable[[Attempt, int, float], "float | None"]


class Sender:
    """Sends requests to one service.

    After a host could not be reached within the bounds, it is not tried again; a host that has answered before, and
    leaves one question unanswered, is: until so many seconds in a row were lost to it without an answer in between.

    Args:
        upstream: What sends; None where nothing may be sent.
        bounds: How much of one answer is read.
        timeout_seconds: For one answer; half of it for a connection.
        only_reads: Whether nothing that is sent changes anything: then what was not answered is not in doubt, and a
            host that takes connections but has never answered counts as out of reach.
        lost_seconds: How long a host that has answered may be out of reach, waiting and trying again, all questions
            together.
        clock: By what it tells the time, and waits.
    """

    def __init__(
        self,
        upstream: httpx.BaseTransport | None,
        bounds: AnswerBounds,
        timeout_seconds: float,
        *,
        only_reads: bool = False,
        lost_seconds: float = MAX_LOST_SECONDS,
        clock: Clock | None = None,
    ) -> None:
        self._clock = clock or Clock()
        self._upstream = upstream
        self._most_lost_seconds = lost_seconds
        self._lost_seconds = 0.0
        self._only_reads = only_reads
        self._bounds = bounds
        self._timeout_seconds = timeout_seconds
        self._timeout = httpx.Timeout(timeout_seconds, connect=timeout_seconds / 2).as_dict()
        self._unreachable = ""
        self._has_answered = False
        self._guard = threading.Lock()

    def send(
        self, request: httpx.Request, pausing: Pausing, before_each: Callable[[], None] = lambda: None
    ) -> tuple[Attempt, int]:
        """Send until an answer is final, or `pausing` gives no further attempt; and say how often."""
        began = self._clock.now()
        request.headers["Accept-Encoding"] = ACCEPT_ENCODING
        request.extensions = {**request.extensions, "timeout": self._timeout}
        sent = 0
        last = Attempt(failure=self._unreachable, sent=False)
        while not self._unreachable:
            before_each()
            last = self._once(request)
            sent += 1
            spent = self._clock.now() - began
            pause = pausing(last, sent, spent)
            if pause is None or (not last.sent and self._lost_seconds + spent + pause > self._most_lost_seconds):
                break
            self._clock.wait(pause)
        with self._guard:
            if not last.failure:
                self._lost_seconds = 0.0
            elif not last.sent and not self._unreachable:
                self._lost_seconds += self._clock.now() - began
            never_answered = not self._has_answered and (self._only_reads or not last.sent)
            if last.failure and (never_answered or self._is_lost):
                self._unreachable = last.failure
        return last, sent

    @property
    def _is_lost(self) -> bool:
        """Whether another question would lose more time than may be lost; short of a pause nothing is left to try."""
        return self._lost_seconds + FIRST_PAUSE_SECONDS > self._most_lost_seconds

    def close(self) -> None:
        """Let go of connections."""
        if self._upstream is not None:
            self._upstream.close()

    def _once(self, request: httpx.Request) -> Attempt:
        if self._upstream is None:
            raise RuntimeError("a transport without an upstream was asked to send")
        host = request.url.netloc.decode("ascii")
        try:
            response = self._upstream.handle_request(request)
            self._has_answered = True
            try:
                content = read_body(response, self._bounds, self._timeout_seconds)
            finally:
                response.close()
        except UNSENT as error:
            reason = _brief(error)
            return Attempt(failure=f"No answer from {host}: {reason}", sent=False, final="certificate" in reason)
        except BeyondBoundError as error:
            return Attempt(failure=f"No whole answer from {host}: {error}", final=True)
        except OSError as error:
            # What befalls a connection is an error of httpx: this is a file of our own, such as that of certificates.
            return Attempt(failure=f"No answer from {host}: {_brief(error)}", sent=False, final=True)
        except httpx.HTTPError as error:
            harmless = self._only_reads or request.method in IDEMPOTENT
            unknown = "" if harmless else "; whether the request was carried out is unknown"
            return Attempt(failure=f"No whole answer from {host}: {_brief(error)}{unknown}")
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Attempt(response.status_code, headers, content)


def _brief(error: Exception) -> str:
    """Return the cause of a connection error in one line."""
    text = " ".join(str(error).split()) or type(error).__name__
    match = _CAUSES.search(text)
    return (match.group(0) if match else text)[:MAX_REASON_CHARACTERS].strip()
