"""When a request is sent again, and after how long."""

from __future__ import annotations

import email.utils
import random
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass

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
