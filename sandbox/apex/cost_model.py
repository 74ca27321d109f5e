"""The cost of a transmission line.

Its base by work breakdown structure, the simulation of its risk, and the AACE class of the estimate.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache, partial
from itertools import repeat
from random import Random
from typing import Any
from uuid import uuid4

from sandbox.apex.switches import Switch

CENT = Decimal("0.01")

TERRAIN_FACTORS: Mapping[str, Decimal] = {
    "flat": Decimal("1.00"),
    "rolling": Decimal("1.15"),
    "mountainous": Decimal("1.60"),
    "urban": Decimal("1.45"),
    "wetland": Decimal("1.35"),
}
# Dollars a mile, for each kilovolt of the line's voltage.
_MATERIAL_PER_MILE_AND_KV: Mapping[str, str] = {"Structures": "1400", "Conductor": "900", "Hardware": "350"}
_LABOUR_PER_MILE_AND_KV: Mapping[str, str] = {"Foundations": "600", "Erection": "500", "Stringing": "400"}
_CLEARING_PER_MILE = "85000"
_TERMINAL_PER_KV = "9000"
_DESIGN_SHARE, _MANAGEMENT_SHARE = Decimal("0.06"), Decimal("0.04")


@dataclass(frozen=True, slots=True)
class Leaf:
    """Work with a quantity and a rate.

    Attributes:
        description: What is built.
        quantity: How much of it.
        unit: The unit of the quantity.
        rate: Dollars for one unit.
    """

    description: str
    quantity: Decimal
    unit: str
    rate: Decimal

    @property
    def cost(self) -> Decimal:
        """Quantity times rate, to the cent."""
        return (self.quantity * self.rate).quantize(CENT)


def line_items(project: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The line items of a project, parents before their children, with money as decimal strings."""
    return [item for code, parent in enumerate(_groups(project), 1) for item in _items(str(code), *parent)]


def base_cost(items: list[dict[str, Any]]) -> Decimal:
    """The sum of the top items."""
    return sum((Decimal(item["total_cost"]) for item in items if item["parent_line_item_id"] is None), Decimal(0))


def _groups(project: Mapping[str, Any]) -> list[tuple[str, list[Leaf]]]:
    voltage = Decimal(str(project["voltage_level"] or 0))
    miles = Decimal(str(project["line_miles"] or 0))
    terrain = TERRAIN_FACTORS.get(project["terrain_type"], Decimal(1))
    materials = [Leaf(name, miles, "mile", Decimal(rate) * voltage) for name, rate in _MATERIAL_PER_MILE_AND_KV.items()]
    labour = [Leaf("Clearing and access", miles, "mile", Decimal(_CLEARING_PER_MILE) * terrain)]
    labour += [
        Leaf(name, miles, "mile", Decimal(rate) * voltage * terrain) for name, rate in _LABOUR_PER_MILE_AND_KV.items()
    ]
    terminals = [Leaf("Line terminals", Decimal(2), "each", Decimal(_TERMINAL_PER_KV) * voltage)]
    built = sum((leaf.cost for leaf in (*materials, *labour, *terminals)), Decimal(0))
    services = [
        Leaf("Engineering and design", Decimal(1), "lump sum", built * _DESIGN_SHARE),
        Leaf("Project management", Decimal(1), "lump sum", built * _MANAGEMENT_SHARE),
    ]
    return [("Materials", materials), ("Construction", labour), ("Substations", terminals), ("Services", services)]


def _items(code: str, description: str, leaves: list[Leaf]) -> Iterator[dict[str, Any]]:
    parent_id = str(uuid4())
    total = sum((leaf.cost for leaf in leaves), Decimal(0)).quantize(CENT)
    whole = Leaf(description, Decimal(1), "lump sum", total)
    yield _item(parent_id, None, code, whole)
    for number, leaf in enumerate(leaves, 1):
        yield _item(str(uuid4()), parent_id, f"{code}.{number}", leaf)


def _item(item_id: str, parent_id: str | None, code: str, leaf: Leaf) -> dict[str, Any]:
    return {
        "id": item_id,
        "parent_line_item_id": parent_id,
        "wbs_code": code,
        "description": leaf.description,
        "quantity": float(leaf.quantity),
        "unit_of_measure": leaf.unit,
        "unit_cost": str(leaf.rate.quantize(CENT)),
        "total_cost": str(leaf.cost),
    }


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
    risk_factors = tuple(tuple(sorted(factor.items())) for factor in factors)
    shares = _shares(risk_factors, iterations, seed, multiplied=multiplied)
    levels = (MEDIAN, USUAL, CAUTIOUS, min(max(confidence_level, 0.0), 1.0))
    return Simulation(*(base_cost * _quantile(shares, level) for level in levels))


# A stand-in that begins anew simulates the same again.
@lru_cache(maxsize=64)
def _shares(factors: tuple[Factor, ...], iterations: int, seed: str, *, multiplied: bool) -> Sequence[float]:
    """Return, in order, what the cost came to in each run, as a share of the base cost."""
    generator = Random(seed)  # noqa: S311  (no secret)
    samples = [[draw() for _ in range(iterations)] for draw in (_draw(dict(factor), generator) for factor in factors)]
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


DOCUMENT_TYPES = ("scope", "engineering", "schedule", "bid")

# As which class the documents of a type are validated; a bid is held to class 2.
_VALIDATED_AS: Mapping[str, str] = {
    "scope": "class_3",
    "engineering": "class_3",
    "schedule": "class_4",
    "bid": "class_2",
}


def estimate_class(documents: Sequence[Mapping[str, Any]], switches: Set[Switch]) -> str:
    """The class of an estimate made from these documents; only what has passed validation counts."""
    counting = {"passed", "pending"} if Switch.CLASS_COUNTS_PENDING in switches else {"passed"}
    types = {document["document_type"] for document in documents if document["validation_status"] in counting}
    if Switch.CLASS_IGNORES_ENGINEERING in switches:
        types.discard("engineering")
    if Switch.CLASS_ALWAYS_5 in switches:
        return "class_5"
    if Switch.CLASS_ALWAYS_3 in switches:
        return "class_3"
    if {"scope", "engineering"} <= types:
        return "class_2"
    if "scope" in types:
        return "class_3"
    return "class_4" if types else "class_5"


def validation_class(document_type: str, switches: Set[Switch]) -> str | None:
    """The class as which a document is validated."""
    if document_type == "bid" and Switch.BID_VALIDATED_AS_CLASS_5 in switches:
        return "class_5"
    if document_type == "bid" and Switch.BID_CLASS_MISSING in switches:
        return None
    return _VALIDATED_AS.get(document_type)
