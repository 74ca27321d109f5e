"""The beginning of a period, as `--since` gives it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from assurance.errors import UsageError

EXPECTED = "days such as 90d, or a date (UTC) such as 2026-08-01, were expected"
LONGEST_DAYS = 36_500


class PeriodError(UsageError):
    """`--since` gives no beginning of a period."""


def beginning(text: str, now: datetime) -> datetime:
    """Return the first moment of a period: midnight UTC of a date, or of the day so many days before today.

    Raises:
        PeriodError: It is neither days nor a date, or lies in the future.
    """
    days = re.fullmatch(r"(\d{1,6})d", text)
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if days is not None:
        if int(days.group(1)) > LONGEST_DAYS:
            raise PeriodError(f"--since {text}: {EXPECTED}, at most {LONGEST_DAYS} days")
        return midnight - timedelta(days=int(days.group(1)))
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) is None:
        raise PeriodError(f"--since {text}: {EXPECTED}")
    try:
        first = datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError as error:
        raise PeriodError(f"--since {text}: there is no such day; {EXPECTED}") from error
    if first > now:
        raise PeriodError(f"--since {text}: lies in the future; {EXPECTED}")
    return first
