"""The base cost of a transmission line by work breakdown structure (WBS), in US dollars.

The rates are plausible orders of magnitude and no more; what matters is that every amount follows from quantity and
rate, every parent is the sum of its children, and the base cost is the sum of the top items, to the cent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid4

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
