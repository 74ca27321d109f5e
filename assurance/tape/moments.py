"""Points in time and durations, as Azure writes them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from assurance.world.azure.document import Document

# Azure writes up to seven digits of a second, of which Python keeps six; and at times no zone, which is then UTC.
_INSTANT = re.compile(
    r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(\.\d{1,6})?\d*(Z|[+-]\d\d:?\d\d)?",
)
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")


def parsed_instant(text: str) -> datetime | None:
    """Return the point in time, in UTC, that a text in ISO 8601 tells; None if it tells none."""
    match = _INSTANT.fullmatch(text.strip())
    if match is None:
        return None
    whole, fraction, zone = match.groups()
    try:
        found = datetime.fromisoformat(f"{whole}{fraction or ''}{'+00:00' if zone in (None, 'Z') else zone}")
    except ValueError:
        return None
    return found.astimezone(UTC)


def instant(document: Document, *path: str) -> datetime | None:
    """Return the point in time at a path of an answer; None if there is none.

    Raises:
        BrokenReading: What stands there is no point in time.
    """
    text = document.text(*path)
    if text is None:
        return None
    found = parsed_instant(text)
    if found is None:
        raise document.broken(path, "a time in ISO 8601", text)
    return found


def duration(document: Document, *path: str) -> timedelta | None:
    """Return the duration at a path of an answer, such as `PT5M`; None if there is none.

    Raises:
        BrokenReading: What stands there is no duration of days, hours, minutes and seconds.
    """
    text = document.text(*path)
    if text is None:
        return None
    match = _DURATION.fullmatch(text)
    if match is None or not any(match.groups()):
        raise document.broken(path, "a duration such as PT5M", text)
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def told(moment: datetime | None) -> str:
    """Return a point in time as text, to the second, or `no time`."""
    return "no time" if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
