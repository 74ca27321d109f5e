"""Amounts of money in APEX's answers: decimal texts in a view, JSON numbers in an export."""

from __future__ import annotations

from collections.abc import Iterable
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
        name, found = ".".join(path), document.value(*path)
        return cls(name, number(found), "absent" if found is None else str(found)[:40])

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
