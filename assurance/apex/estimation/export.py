"""An exported estimate, held field by field against the view of the same estimate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assurance.apex.estimation.amounts import number
from assurance.apex.estimation.estimate import MAX_TOLD, Estimate
from assurance.tape.moments import from_text
from assurance.verdicts import Fact
from assurance.world.azure.document import Document

LISTS = ("line_items", "assumptions", "exclusions", "risk_factors")
REMEDY = "Do not hand out exports of this build: they are not what the application shows."


@dataclass(frozen=True, slots=True)
class Export:
    """One estimate, as `GET /estimates/{id}/export?format=json` gives it.

    Attributes:
        document: The answer: `estimate` and the four lists beside it.
        readings: Keys of the readings that it stands in.
    """

    document: Document
    readings: tuple[str, ...]

    @property
    def is_complete(self) -> Fact:
        """Whether it has the estimate, and its four lists."""
        wanted = ("estimate", *LISTS)
        there = [name for name in wanted if isinstance(self.document.value(name), list if name in LISTS else Mapping)]
        missing = [name for name in wanted if name not in there]
        observed = f"lacks {', '.join(missing)}" if missing else "all five"
        return self._fact(not missing, f"{', '.join(wanted)}", observed, self.readings)

    def equals(self, view: Estimate) -> Fact:
        """Whether it says what the view says: each field that both have, and each entry of each list.

        A field is compared as a number where the view has an amount, which it tells as a decimal text while the export
        tells a JSON number; otherwise as it is. A list has the same entries, in any order where they have ids.
        """
        told = [*self._differences_of_the_estimate(view), *self._differences_of_lists(view)]
        more = f"; and {len(told) - MAX_TOLD} more" if len(told) > MAX_TOLD else ""
        observed = "; ".join(told[:MAX_TOLD]) + more if told else "the same"
        expected = f"the export says what the view of {view.subject} says"
        return self._fact(not told, expected, observed, self.readings + view.readings)

    def _differences_of_the_estimate(self, view: Estimate) -> list[str]:
        exported = self.document.value("estimate")
        if not isinstance(exported, Mapping):
            return ["the export has no estimate"]
        shown = {key: value for key, value in view.document.values.items() if key not in LISTS}
        shared = sorted(set(shown) & set(exported))
        unshared = sorted(key for key in REQUIRED if key not in shared)
        told = [f"{key} is not in both" for key in unshared]
        return told + [one for key in shared for one in differences(f"estimate.{key}", shown[key], exported[key])]

    def _differences_of_lists(self, view: Estimate) -> list[str]:
        return [
            one for name in LISTS for one in differences(name, view.document.value(name), self.document.value(name))
        ]

    def _fact(self, holds: bool, expected: str, observed: str, readings: tuple[str, ...]) -> Fact:
        return Fact(holds, expected, observed, "the exported estimate", readings, "" if holds else REMEDY)


REQUIRED = (
    "id", "project_id", "aace_class", "base_cost", "p50_cost", "p80_cost", "p95_cost", "contingency_percentage",
    "narrative",
)  # fmt: skip
"""What the estimate must have in view and export alike."""


def differences(name: str, shown: object, exported: object) -> list[str]:
    """Return in words how an exported value differs from the one shown; nothing if they say the same."""
    if isinstance(shown, Mapping) and isinstance(exported, Mapping):
        shared = sorted(set(shown) & set(exported))
        if not shared and (shown or exported):
            return [f"{name} has other fields"]
        return [one for key in shared for one in differences(f"{name}.{key}", shown[key], exported[key])]
    if isinstance(shown, list) and isinstance(exported, list):
        if len(shown) != len(exported):
            return [f"{name} has {len(shown)} entries shown, {len(exported)} exported"]
        pairs = zip(in_order(shown), in_order(exported), strict=True)
        return [one for index, (a, b) in enumerate(pairs) for one in differences(f"{name}[{index}]", a, b)]
    return [] if same(shown, exported) else [f"{name} is {told(shown)} shown, {told(exported)} exported"]


def same(shown: object, exported: object) -> bool:
    """Tell whether two values say the same: equal, the same number as a text and as a number, or the same moment."""
    if isinstance(shown, (bool, type(None))) or isinstance(exported, (bool, type(None))):
        return shown is exported
    both_texts = isinstance(shown, str) and isinstance(exported, str)
    numbers = (number(shown), number(exported))
    if not both_texts and None not in numbers:
        return numbers[0] == numbers[1]
    return shown == exported or _same_moment(shown, exported)


def _same_moment(shown: object, exported: object) -> bool:
    """Tell whether two texts tell the same time, which may end in Z or in +00:00."""
    if not (isinstance(shown, str) and isinstance(exported, str) and "T" in shown):
        return False
    time = from_text(shown)
    return time is not None and time == from_text(exported)


def in_order(entries: list[object]) -> list[object]:
    """Return entries in an order that does not depend on how they were listed, where they have something to go by."""
    for key in ("id", "wbs_code", "name"):
        if entries and all(isinstance(entry, Mapping) and isinstance(entry.get(key), str) for entry in entries):
            return sorted(entries, key=lambda entry: str(entry[key]))  # type: ignore[index]  # each is a Mapping
    return entries


def told(value: object) -> str:
    """Return a value for a person, shortened."""
    return repr(value)[:40]
