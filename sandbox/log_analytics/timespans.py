"""The spans of time in which requests ask: two moments, a moment and a duration, or a duration until now (ISO 8601)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")


def span_of(text: str, now: datetime) -> tuple[datetime, datetime]:
    """Return the first and the last moment of a span.

    Raises:
        ValueError: It is none.
    """
    first, separator, second = text.partition("/")
    if not separator:
        return now - duration_of(first), now
    begin = moment_of(first)
    return begin, begin + duration_of(second) if second.startswith("P") else moment_of(second)


def moment_of(text: str) -> datetime:
    """Return a moment; one without a zone is in UTC.

    Raises:
        ValueError: It is none.
    """
    found = datetime.fromisoformat(text.replace(" ", "+"))
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def duration_of(text: str) -> timedelta:
    """Return a duration such as `PT5M`.

    Raises:
        ValueError: It is none.
    """
    match = _DURATION.fullmatch(text)
    if match is None or text in ("P", "PT"):
        raise ValueError(f"{text!r} is no ISO 8601 duration")
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def written(moment: datetime) -> str:
    """Return a moment as Azure writes it."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
