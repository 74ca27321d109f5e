"""The Monte Carlo simulation of a cost under its risk factors."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import repeat
from random import Random
from typing import Any

Draw = Callable[[], float]
Factor = tuple[tuple[str, Any], ...]  # Any: names, numbers and None

MEDIAN, USUAL, CAUTIOUS = 0.50, 0.80, 0.95


@dataclass(frozen=True, slots=True)
class Simulation:
    """Percentiles of the simulated cost, in the unit of the base cost.

    Attributes:
        p50: The cost that is not exceeded in half of the runs.
        p80: The cost that is not exceeded in 80 % of them.
        p95: The cost that is not exceeded in 95 % of them.
        at_confidence: The cost that is not exceeded at the level of confidence asked for.
    """

    p50: float
    p80: float
    p95: float
    at_confidence: float


def simulate(
    base_cost: float,
    factors: Sequence[Mapping[str, Any]],
    *,
    confidence_level: float,
    iterations: int,
    seed: str,
    multiplied: bool = False,
) -> Simulation:
    """Simulate a cost; each risk factor adds a fraction of it (0.10 adds 10 %), and the factors are independent.

    Args:
        base_cost: The cost without any risk.
        factors: The risk factors.
        confidence_level: Which percentile is asked for beside the usual ones, a fraction of 1.
        iterations: How often the factors are drawn.
        seed: What they follow from.
        multiplied: Whether they multiply the cost instead, as they would be wrong to.

    Raises:
        ValueError: A factor's distribution is not known, or its parameters are missing.
    """
    told = tuple(tuple(sorted(factor.items())) for factor in factors)
    shares = _shares(told, iterations, seed, multiplied=multiplied)
    levels = (MEDIAN, USUAL, CAUTIOUS, min(max(confidence_level, 0.0), 1.0))
    return Simulation(*(base_cost * _quantile(shares, level) for level in levels))


# A stand-in that begins anew simulates the same again.
@lru_cache(maxsize=64)
def _shares(factors: tuple[Factor, ...], iterations: int, seed: str, *, multiplied: bool) -> Sequence[float]:
    """Return, in order, what the cost came to in each run, as a share of the base cost."""
    generator = Random(seed)  # noqa: S311  (no secret)
    samples = [[draw() for _ in range(iterations)] for draw in (_draw(dict(one), generator) for one in factors)]
    runs = zip(*samples, strict=True) if samples else repeat((), iterations)
    shares = map(math.prod, runs) if multiplied else (1.0 + sum(run) for run in runs)
    # A cost does not sink below zero, however wide a normal distribution is.
    return array("d", sorted(max(share, 0.0) for share in shares))


def _quantile(ordered: Sequence[float], level: float) -> float:
    """Return what is not exceeded at a level, between two values in proportion."""
    place = level * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def _draw(factor: Mapping[str, Any], generator: Random) -> Draw:
    """Return what draws a factor."""
    match factor["distribution"]:
        case "uniform":
            return partial(generator.uniform, factor["min_value"], factor["max_value"])
        case "triangular":
            # The mode comes last here.
            return partial(generator.triangular, factor["min_value"], factor["max_value"], factor["most_likely"])
        case "pert":
            return _pert(factor["min_value"], factor["most_likely"], factor["max_value"], generator)
        case "normal":
            return partial(generator.gauss, factor["mean"], factor["std_dev"])
        case "lognormal":
            return _lognormal(factor["mean"], factor["std_dev"], generator)
        case unknown:
            raise ValueError(f"the distribution {unknown!r} is not known")


def _pert(low: float, likely: float, high: float, generator: Random) -> Draw:
    width = high - low
    alpha, beta = 1 + 4 * (likely - low) / width, 1 + 4 * (high - likely) / width
    return lambda: low + width * generator.betavariate(alpha, beta)


def _lognormal(mean: float, deviation: float, generator: Random) -> Draw:
    """A lognormal whose own mean and standard deviation these are, not its logarithm's."""
    variance = math.log1p((deviation / mean) ** 2)
    of_logarithm = partial(generator.gauss, math.log(mean) - variance / 2, math.sqrt(variance))

    def draw() -> float:
        try:
            return math.exp(of_logarithm())
        except OverflowError:
            return math.inf

    return draw
