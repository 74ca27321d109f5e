"""Times as APEX writes them."""

from __future__ import annotations

from datetime import UTC, datetime


def now_text() -> str:
    """The time, UTC, to the microsecond, in ISO 8601 with Z."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
