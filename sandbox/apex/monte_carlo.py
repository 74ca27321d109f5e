"""The Monte Carlo simulation of a cost under its risk factors."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Sample = NDArray[numpy.float64]

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
    generator: numpy.random.Generator,
    multiplied: bool = False,
) -> Simulation:
    """Simulate a cost; each risk factor adds a fraction of it (0.10 adds 10 %), and the factors are independent.

    Args:
        base_cost: The cost without any risk.
        factors: The risk factors.
        confidence_level: Which percentile is asked for beside the usual ones, a fraction of 1.
        iterations: How often the factors are drawn.
        generator: Draws them.
        multiplied: Whether they multiply the cost instead, as they would be wrong to.

    Raises:
        ValueError: A factor's distribution is not known, or its parameters are missing.
    """
    samples = [_sample(factor, iterations, generator) for factor in factors]
    shares = numpy.ones(iterations, dtype=numpy.float64)
    for sample in samples:
        shares = shares * sample if multiplied else shares + sample
    # A cost does not sink below zero, however wide a normal distribution is.
    costs = base_cost * numpy.maximum(shares, 0.0)
    levels = (MEDIAN, USUAL, CAUTIOUS, min(max(confidence_level, 0.0), 1.0))
    p50, p80, p95, at_confidence = (float(cost) for cost in numpy.quantile(costs, levels))
    return Simulation(p50, p80, p95, at_confidence)


def _sample(factor: Mapping[str, Any], size: int, generator: numpy.random.Generator) -> Sample:
    match factor["distribution"]:
        case "uniform":
            return generator.uniform(factor["min_value"], factor["max_value"], size)
        case "triangular":
            return generator.triangular(factor["min_value"], factor["most_likely"], factor["max_value"], size)
        case "pert":
            return _pert(factor["min_value"], factor["most_likely"], factor["max_value"], size, generator)
        case "normal":
            return generator.normal(factor["mean"], factor["std_dev"], size)
        case "lognormal":
            return _lognormal(factor["mean"], factor["std_dev"], size, generator)
        case unknown:
            raise ValueError(f"the distribution {unknown!r} is not known")


def _pert(low: float, likely: float, high: float, size: int, generator: numpy.random.Generator) -> Sample:
    width = high - low
    alpha, beta = 1 + 4 * (likely - low) / width, 1 + 4 * (high - likely) / width
    return low + width * generator.beta(alpha, beta, size)


def _lognormal(mean: float, deviation: float, size: int, generator: numpy.random.Generator) -> Sample:
    """A lognormal whose own mean and standard deviation these are, not its logarithm's."""
    variance = math.log1p((deviation / mean) ** 2)
    return generator.lognormal(math.log(mean) - variance / 2, math.sqrt(variance), size)
