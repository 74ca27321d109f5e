"""The five classes of estimate of AACE International (recommended practice 18R-97), as APEX spells them."""

from __future__ import annotations

CLASSES = ("class_1", "class_2", "class_3", "class_4", "class_5")


def canonical(told: str | None) -> str:
    """Return a class as the API spells it: the guide writes CLASS_5 where the API says class_5."""
    return (told or "").strip().casefold()
