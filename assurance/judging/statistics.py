"""Percentiles of a sample, and whether one lies below a threshold, told from a sample that grows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal


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


Conclusion = Literal["below", "not below", "undecided"]
# Each look is at a sample a quarter larger than the one before.
GROWTH = 1.25


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the sample.

    Attributes:
        size: The number of draws by then.
        most_slow_to_pass: With no more slow ones than this, the percentile lies below; -1 if no sample can show it yet.
        fewest_slow_to_fail: With no fewer slow ones than this, it does not; size + 1 if no sample can show it yet.
    """

    size: int
    most_slow_to_pass: int
    fewest_slow_to_fail: int


@dataclass(frozen=True, slots=True)
class Finding:
    """What a sample tells.

    Attributes:
        conclusion: Where the percentile lies; `undecided` if the sample does not tell, or not yet.
        size: How many draws it rests on.
        slow: How many of these were not below the threshold.
        lower: The percentile is at least this, at the probability of error of the looks so far; None if unbounded.
        upper: The percentile is at most this, likewise.
    """

    conclusion: Conclusion
    size: int
    slow: int
    lower: float | None
    upper: float | None


@lru_cache(maxsize=64)
def plan(percent: float, fewest: int, most: int, error_probability: float) -> tuple[Look, ...]:
    """Return the looks at a sample that grows from `fewest` to `most`.

    Args:
        percent: The percentile, above 0 and below 100.
        fewest: The size of the sample at the first look.
        most: Its size at the last.
        error_probability: How often, over all looks, a percentile that is not below may at most be taken to be; and,
            as a bound of its own, how often one that is below may be taken not to be.
    """
    if not 0 < percent < 100 or not 0 < fewest <= most or not 0 < error_probability < 1:
        raise ValueError(f"no plan for percentile {percent}, {fewest} to {most} draws, error {error_probability}")
    sizes = _sizes(fewest, most)
    share_slow = 1 - percent / 100
    passing = _bounds(sizes, share_slow, error_probability, few=True)
    failing = _bounds(sizes, share_slow, error_probability, few=False)
    return tuple(Look(size, most, fewest) for size, most, fewest in zip(sizes, passing, failing, strict=True))


def judge(values: Sequence[float], threshold: float, looks: Sequence[Look]) -> Finding:
    """Return what a sample tells, look by look: the first look that decides, decides.

    Args:
        values: The draws, in the order in which they were made.
        threshold: In the unit of the values.
        looks: From `plan`; those beyond the sample's size are not taken.

    Raises:
        ValueError: The sample is smaller than at the first look.
    """
    taken = [look for look in looks if look.size <= len(values)]
    if not taken:
        raise ValueError(f"{len(values)} values are fewer than at the first look")
    for look in taken:
        seen = values[: look.size]
        slow = sum(not value < threshold for value in seen)
        if slow <= look.most_slow_to_pass:
            return _finding("below", seen, slow, look)
        if slow >= look.fewest_slow_to_fail:
            return _finding("not below", seen, slow, look)
    return _finding("undecided", seen, slow, look)


def _finding(conclusion: Conclusion, seen: Sequence[float], slow: int, look: Look) -> Finding:
    ordered = sorted(seen)
    lower = ordered[look.size - look.fewest_slow_to_fail] if look.fewest_slow_to_fail <= look.size else None
    upper = ordered[look.size - look.most_slow_to_pass - 1] if look.most_slow_to_pass >= 0 else None
    return Finding(conclusion, look.size, slow, lower, upper)


def _sizes(fewest: int, most: int) -> list[int]:
    sizes = [fewest]
    while sizes[-1] < most:
        sizes.append(min(most, math.ceil(sizes[-1] * GROWTH)))
    return sizes


def _bounds(sizes: Sequence[int], share_slow: float, error: float, *, few: bool) -> list[int]:
    """Return the bound of each look, on the side of few slow ones or of many.

    Args:
        sizes: The sizes of the sample.
        share_slow: The share of slow values at which an error is likeliest.
        error: What may be spent over all looks, the same at each; what one leaves, the next may spend.
        few: Whether the bound is the largest number that is few enough, or the smallest that is many enough.
    """
    # Probability of each number of slow ones, and that no look before has ended the drawing.
    going_on = [1.0]
    spent, drawn = 0.0, 0
    bounds: list[int] = []
    for number, size in enumerate(sizes, start=1):
        while drawn < size:
            going_on = _one_more(going_on, share_slow)
            drawn += 1
        allowed = error * number / len(sizes)
        order = range(size + 1) if few else range(size, -1, -1)
        bound = -1 if few else size + 1
        for slow in order:
            if spent + going_on[slow] > allowed:
                break
            spent += going_on[slow]
            going_on[slow] = 0.0
            bound = slow
        bounds.append(bound)
    return bounds


def _one_more(chances: list[float], share_slow: float) -> list[float]:
    """Return the probabilities of each number of slow ones after one more draw."""
    stays, rises = 1 - share_slow, share_slow
    grown = [*(chance * stays for chance in chances), 0.0]
    for slow, chance in enumerate(chances):
        grown[slow + 1] += chance * rises
    return grown
