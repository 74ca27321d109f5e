"""Percentiles of a sample, by rank."""

from __future__ import annotations

import math
from collections.abc import Sequence


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the least value that so many percent of the sample do not exceed (the nearest rank).

    Args:
        values: The sample, in any order, in any unit.
        percent: From 0 to 100.

    Raises:
        ValueError: The sample is empty, or the percentile is none.
    """
    if not values or not 0 <= percent <= 100:
        raise ValueError(f"no percentile {percent} of {len(values)} values")
    rank = max(1, math.ceil(percent / 100 * len(values)))
    return sorted(values)[rank - 1]
