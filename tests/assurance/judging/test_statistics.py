"""The sequential judgement of a percentile: its bounds followed exactly, its errors counted over simulated runs."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable

import pytest

from assurance.judging.statistics import judge, percentile, plan

LOOKS = plan(95.0, 10, 500, 0.05)
RUNS = 1000
Draw = Callable[[random.Random], float]


def lognormal(spread: float) -> tuple[Draw, float]:
    """A lognormal distribution, and its 95th percentile."""
    return lambda chance: math.exp(chance.gauss(0.0, spread)), math.exp(1.6448536269514722 * spread)


def exponential() -> tuple[Draw, float]:
    """An exponential distribution, and its 95th percentile."""
    return lambda chance: chance.expovariate(1.0), math.log(20.0)


def bimodal() -> tuple[Draw, float]:
    """Nine in ten around 100, one in ten uniform from 300 to 700: the 95th percentile is the middle of the latter."""

    def draw(chance: random.Random) -> float:
        return chance.uniform(300.0, 700.0) if chance.random() < 0.1 else chance.uniform(80.0, 120.0)

    return draw, 500.0


DISTRIBUTIONS = {
    "lognormal-narrow": lognormal(0.3),
    "lognormal-wide": lognormal(1.0),
    "exponential": exponential(),
    "bimodal": bimodal(),
}


def conclusions(draw: Draw, threshold: float, seed: str, runs: int = RUNS) -> Counter[str]:
    """Judge so many samples of 500."""
    found: Counter[str] = Counter()
    for run in range(runs):
        chance = random.Random(f"{seed}/{run}")  # noqa: S311  (no secret)
        found[judge([draw(chance) for _ in range(500)], threshold, LOOKS).conclusion] += 1
    return found


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_false_verdicts_are_rare(name: str) -> None:
    """With the true P95 at 110 % of the threshold at most 5 % pass, and at 90 % at most 5 % fail."""
    draw, true = DISTRIBUTIONS[name]

    above = conclusions(draw, true / 1.1, f"{name}/above")
    below = conclusions(draw, true / 0.9, f"{name}/below")

    assert above["below"] <= 0.05 * RUNS, above
    assert below["not below"] <= 0.05 * RUNS, below
    assert above["not below"] > above["below"]
    assert below["below"] > below["not below"]


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_what_is_clear_is_told(name: str) -> None:
    """With the true P95 at a third of the threshold nearly all pass, and at three times of it nearly all fail."""
    draw, true = DISTRIBUTIONS[name]

    assert conclusions(draw, true * 3, f"{name}/clear", 200)["below"] >= 190
    assert conclusions(draw, true / 3, f"{name}/clear", 200)["not below"] >= 190


def test_bounds_spend_no_more_than_is_allowed() -> None:
    """Followed exactly, at the threshold itself, each side is wrong in at most 5 % of runs; and not much less."""
    passed = failed = 0.0
    passing, failing = {0: 1.0}, {0: 1.0}
    drawn = 0
    for look in LOOKS:
        while drawn < look.size:
            passing, failing = _grown(passing), _grown(failing)
            drawn += 1
        passed += sum(passing.pop(slow) for slow in list(passing) if slow <= look.most_slow_to_pass)
        failed += sum(failing.pop(slow) for slow in list(failing) if slow >= look.fewest_slow_to_fail)

    assert 0.03 < passed <= 0.05
    assert 0.03 < failed <= 0.05


def _grown(chances: dict[int, float]) -> dict[int, float]:
    grown: dict[int, float] = {}
    for slow, chance in chances.items():
        grown[slow] = grown.get(slow, 0.0) + 0.95 * chance
        grown[slow + 1] = grown.get(slow + 1, 0.0) + 0.05 * chance
    return grown


def test_ten_requests_never_pass() -> None:
    """The guide's ten requests can fail, and cannot pass: none slow of ten happens with 60 % where one in twenty is."""
    assert judge([1.0] * 10, 500.0, LOOKS).conclusion == "undecided"
    assert judge([600.0] * 4 + [1.0] * 6, 500.0, LOOKS).conclusion == "not below"


def test_all_quick_pass_as_soon_as_that_is_rare() -> None:
    """Without a slow one the sample passes at the first look at which 0.95 to the power of its size is affordable."""
    found = judge([1.0] * 500, 500.0, LOOKS)

    assert (found.conclusion, found.size, found.slow) == ("below", 87, 0)
    sizes = [look.size for look in LOOKS]
    affordable = [0.95**size <= 0.05 * number / len(sizes) for number, size in enumerate(sizes, start=1)]
    assert sizes[affordable.index(True)] == 87


def test_a_value_at_the_threshold_is_slow() -> None:
    """The guide demands less than the threshold: what takes just as long does not hold it."""
    assert judge([500.0] * 10, 500.0, LOOKS).conclusion == "not below"
    assert judge([math.nan] * 10, 500.0, LOOKS).conclusion == "not below"


def test_the_first_look_that_decides_decides() -> None:
    """What comes after a decision does not change it."""
    assert judge([1.0] * 87 + [900.0] * 300, 500.0, LOOKS).conclusion == "below"


def test_interval_lies_on_the_side_of_the_conclusion() -> None:
    """The interval from order statistics is clear of the threshold just where the sample decides."""
    chance = random.Random(7)  # noqa: S311  (no secret)
    for threshold in (2.0, 3.0, 4.5):
        found = judge([chance.expovariate(1.0) for _ in range(500)], threshold, LOOKS)
        if found.conclusion == "below":
            assert found.upper is not None
            assert found.upper < threshold
        if found.conclusion == "not below":
            assert found.lower is not None
            assert found.lower >= threshold


@pytest.mark.parametrize(("percent", "value"), [(0, 1), (50, 2), (51, 3), (95, 4), (100, 4)])
def test_nearest_rank(percent: float, value: float) -> None:
    """A percentile is the least value that so many percent do not exceed."""
    assert percentile([4, 1, 3, 2], percent) == value


def test_nothing_is_no_sample() -> None:
    """No values have no percentile, and fewer than at the first look are no sample."""
    with pytest.raises(ValueError, match="0 values"):
        percentile([], 95)
    with pytest.raises(ValueError, match="fewer than at the first look"):
        judge([1.0] * 9, 500.0, LOOKS)
    with pytest.raises(ValueError, match="no plan"):
        plan(95.0, 10, 5, 0.05)
