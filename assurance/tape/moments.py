"""Moments in time, as texts: the one place that reads and writes them; each is in UTC, in ISO 8601."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal

# A service's first answer is dated no earlier than the run that asked, and comes soon after it has begun.
MOST_AHEAD, MOST_BEHIND = timedelta(minutes=5), timedelta(minutes=15)

# Azure writes up to seven digits of a second, of which Python keeps six; and at times no zone, which is then UTC.
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(\.\d{1,6})?\d*(Z|[+-]\d\d:?\d\d)?")


def utc_now() -> str:
    """Return the time now, to the millisecond."""
    return to_text(datetime.now(UTC), "milliseconds")


def to_text(moment: datetime, precision: Literal["seconds", "milliseconds"] = "seconds") -> str:
    """Return a moment as text, such as `2026-02-03T09:31:07Z`."""
    return moment.astimezone(UTC).isoformat(timespec=precision).replace("+00:00", "Z")


def from_text(text: str) -> datetime | None:
    """Return the moment that a text tells; None if it tells none. One without a zone is in UTC."""
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        return None
    whole, fraction, zone = match.groups()
    try:
        moment = datetime.fromisoformat(f"{whole}{fraction or ''}{'+00:00' if zone in (None, 'Z') else zone}")
    except ValueError:
        return None
    return moment.astimezone(UTC)


def recorded(text: str) -> datetime:
    """Return the moment that the suite itself has written.

    Raises:
        ValueError: The text tells no moment.
    """
    moment = from_text(text)
    if moment is None:
        raise ValueError(f"no moment in time: {text!r}")
    return moment


def from_seconds(seconds: float) -> datetime:
    """Return the moment so many seconds after 1970 began."""
    return datetime.fromtimestamp(seconds, UTC)


def told(moment: datetime | None) -> str:
    """Return a moment as text, to the second, or `no time`."""
    return "no time" if moment is None else to_text(moment)


def clock_error(begun: str, dates: Iterable[str]) -> str:
    """Return how wrong the clock is by which a run was begun, in words; empty if it is right, or nobody can tell.

    Args:
        begun: When the run was begun, by its machine's clock.
        dates: The `Date` headers of what was answered since (RFC 9110, section 6.6.1); the earliest counts.
    """
    answered = [at for date in dates if (at := _http_date(date)) is not None]
    started = from_text(begun)
    if not answered or started is None:
        return ""
    behind = min(answered) - started
    if -MOST_AHEAD <= behind <= MOST_BEHIND:
        return ""
    minutes = abs(behind) // timedelta(minutes=1)
    size = f"{minutes:,} minutes" if minutes < 2 * 24 * 60 else f"{minutes // (24 * 60):,} days"
    return f"{size} {'behind' if behind > timedelta() else 'ahead of'} that of the service that was asked"


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
