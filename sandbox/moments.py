"""Points in time for data that must be recent, such as a backup's: told once, as of when this process began."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache


@lru_cache(maxsize=1)
def moments() -> Mapping[str, str]:
    """The placeholders that stand for times: `today` as `20260203`, `ago_3_hours` in ISO 8601, and so on."""
    begun = datetime.now(UTC)
    return {
        "today": f"{begun:%Y%m%d}",
        "ago_3_hours": _written(begun - timedelta(hours=3)),
        "ago_4_days": _written(begun - timedelta(days=4)),
    }


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
