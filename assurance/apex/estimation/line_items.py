"""The line items of an estimate, a flat list whose items name their parent and their place in it.

Amounts of money as APEX spells them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from assurance.world.azure.document import Document

CENT = Decimal("0.01")
"""The smallest unit of money that APEX tells."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A number that APEX tells, or what stands in its place.

    Attributes:
        name: The key under which it stands.
        value: The number; None where nothing usable stands there.
        told: What stands there, for a person.
    """

    name: str
    value: Decimal | None
    told: str

    @classmethod
    def of(cls, document: Document, *path: str) -> Amount:
        """Return the amount at `path`, which may be a decimal text or a JSON number."""
        name, value = ".".join(path), document.value(*path)
        return cls(name, number(value), "absent" if value is None else str(value)[:40])

    def __str__(self) -> str:
        return f"{self.name} {self.told}"


def number(found: object) -> Decimal | None:
    """Return a finite number exactly as it is told; None for whatever is none."""
    if isinstance(found, bool) or not isinstance(found, (str, int, float)):
        return None
    try:
        # The shortest text of a float is what the JSON said: 0.1 stays 0.1.
        value = Decimal(str(found))
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def total(amounts: Iterable[Amount]) -> Decimal | None:
    """Return the sum; None if one of the amounts is unusable."""
    values = [amount.value for amount in amounts]
    return None if None in values else sum((value for value in values if value is not None), Decimal(0))


def rounding(summands: int) -> Decimal:
    """Return how far a sum may be off: each summand and the sum itself are rounded to the cent, by half a cent each."""
    return CENT / 2 * (summands + 1)


COST = "total_cost"


@dataclass(frozen=True, slots=True)
class LineItem:
    """One line item.

    Attributes:
        id: Its id; empty if APEX tells none.
        parent: The id of the item that it is part of; empty for one of the highest level.
        code: Its code in the work breakdown structure, such as `2.1`; empty if APEX tells none.
        cost: What it costs.
        quantity: How much of it there is; without a value if APEX tells none.
        unit_cost: What one unit costs; likewise.
    """

    id: str
    parent: str
    code: str
    cost: Amount
    quantity: Amount
    unit_cost: Amount

    @classmethod
    def of(cls, document: Document) -> LineItem:
        """Return the line item that a document tells of."""
        return cls(
            id=document.text("id") or "",
            parent=document.text("parent_line_item_id") or "",
            code=(document.text("wbs_code") or "").strip(),
            cost=Amount.of(document, COST),
            quantity=Amount.of(document, "quantity"),
            unit_cost=Amount.of(document, "unit_cost"),
        )

    def __str__(self) -> str:
        return f"item {self.code or self.id or 'without id'}"


@dataclass(frozen=True, slots=True)
class Breakdown:
    """All line items of one estimate."""

    items: tuple[LineItem, ...]

    @classmethod
    def of(cls, documents: Iterable[Document]) -> Breakdown:
        """Return the breakdown that documents tell of."""
        return cls(tuple(LineItem.of(document) for document in documents))

    @property
    def top(self) -> tuple[LineItem, ...]:
        """The items of the highest level."""
        return tuple(item for item in self.items if not item.parent)

    def children(self, parent: LineItem) -> tuple[LineItem, ...]:
        """Return the items that are directly part of `parent`."""
        return tuple(item for item in self.items if item.parent and item.parent == parent.id)

    def structural_faults(self) -> list[str]:
        """Return what is wrong with the hierarchy, in words: ids, parents, circles, codes."""
        by_id = {item.id: item for item in self.items if item.id}
        return [*self._repetitions(), *self._orphans(by_id), *self._circles(by_id), *self._misplaced(by_id)]

    def faulty_costs(self) -> list[str]:
        """Return the items that tell no usable cost, or a negative one."""
        return [
            f"{item} has {item.cost}" for item in self.items if item.cost.value is None or item.cost.value < Decimal(0)
        ]

    def faulty_products(self) -> list[str]:
        """Return the items whose quantity times unit cost is not their cost, as far as rounding explains."""
        return [fault for item in self.items if (fault := _product_differs(item))]

    def faulty_sums(self) -> list[str]:
        """Return the items whose parts do not sum to them, within the rounding of each to the cent."""
        return [sentence for item in self.items if (sentence := difference(str(item), item.cost, self.children(item)))]

    def difference_to(self, base: Amount) -> str:
        """Return how the items of the highest level differ from the base cost; empty if they do not."""
        return difference(base.name, base, self.top, even_without_parts=True)

    def _repetitions(self) -> Iterator[str]:
        for what, values in (
            ("id", [item.id for item in self.items]),
            ("wbs_code", [item.code for item in self.items]),
        ):
            for value, count in sorted(Counter(values).items()):
                if not value:
                    yield f"{count} without {what}"
                elif count > 1:
                    yield f"{what} {value} occurs {count} times"

    def _orphans(self, by_id: dict[str, LineItem]) -> Iterator[str]:
        for item in self.items:
            if item.parent and item.parent not in by_id:
                yield f"{item} is part of {item.parent}, which is not listed"

    def _circles(self, by_id: dict[str, LineItem]) -> Iterator[str]:
        for item in self.items:
            seen: set[str] = set()
            above = item
            while above.parent in by_id and above.id not in seen:
                seen.add(above.id)
                above = by_id[above.parent]
            if above.id in seen and above.id == item.id:
                yield f"{item} is part of itself"

    def _misplaced(self, by_id: dict[str, LineItem]) -> Iterator[str]:
        for item in self.items:
            parent = by_id.get(item.parent)
            if parent is not None and parent.code and item.code and not nests(parent.code, item.code):
                yield f"{item} is part of {parent}, whose code is not the beginning of its own"


def nests(above: str, below: str) -> bool:
    """Tell whether a code lies below another: `1.2` does below `1`, `12` does not."""
    return below.startswith(above) and len(below) > len(above) + 1 and not below[len(above)].isalnum()


def _product_differs(item: LineItem) -> str:
    """Return in words how a product differs from the cost; empty if it does not, or if there is none."""
    quantity, unit_cost, cost = item.quantity.value, item.unit_cost.value, item.cost.value
    if quantity is None or unit_cost is None or cost is None:
        return ""
    # The unit cost is rounded to the cent, and multiplied; the quantity may be told to a few digits less than it has.
    slack = CENT + abs(quantity) * CENT / 2 + abs(unit_cost) * _last_digit(quantity) / 2
    if abs(quantity * unit_cost - cost) <= slack:
        return ""
    return f"{item}: {quantity:f} times {unit_cost:f} is {quantity * unit_cost:.2f}, and it costs {cost:f}"


def _last_digit(value: Decimal) -> Decimal:
    """Return the unit of a number's last decimal digit; 0 for an integer, which is taken to be exact."""
    exponent = value.normalize().as_tuple().exponent
    return Decimal(1).scaleb(exponent) if isinstance(exponent, int) and exponent < 0 else Decimal(0)


def difference(name: str, whole: Amount, parts: tuple[LineItem, ...], *, even_without_parts: bool = False) -> str:
    """Return in words how parts differ from their whole by more than rounding explains; empty if they do not."""
    if not parts and not even_without_parts:
        return ""
    summed = total(part.cost for part in parts)
    if whole.value is None or summed is None or not parts:
        return f"{name} is {whole.told} and its {len(parts)} parts sum to {summed}"
    if abs(summed - whole.value) <= rounding(len(parts)):
        return ""
    return f"{name} is {whole.told} and its {len(parts)} parts sum to {summed}"
