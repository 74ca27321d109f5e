"""The last steps of the workflow.

An estimate is viewed, exported and held against its view, and made again at other levels of confidence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus

from assurance.apex.client import Exchange
from assurance.apex.estimation.answers import first_failure, lists, shows
from assurance.apex.estimation.estimate import CONTINGENCY, MAX_TOLD, Estimate
from assurance.apex.estimation.line_items import Amount, number
from assurance.apex.estimation.steps import GenerationStep
from assurance.errors import NotEvaluated
from assurance.tape.moments import from_text
from assurance.verdicts import Fact
from assurance.world.azure.document import Document


@dataclass(frozen=True, slots=True)
class ConfidenceLevels:
    """One estimate for each level that was asked for.

    Attributes:
        estimates: By level, a fraction of 1.
    """

    estimates: Mapping[float, Estimate]

    @property
    def cost_more_the_surer(self) -> Fact:
        """Whether a higher level of confidence never asks for less contingency than a lower one."""
        amounts = [Amount.of(estimate.document, CONTINGENCY) for _, estimate in sorted(self.estimates.items())]
        values: list[Decimal] = [amount.value for amount in amounts if amount.value is not None]
        holds = len(values) == len(amounts) > 0 and values == sorted(values)
        pairs = zip(sorted(self.estimates), amounts, strict=True)
        return Fact(
            holds,
            "the higher the level of confidence, the higher the contingency",
            ", ".join(f"{level:.0%}: {amount.told} %" for level, amount in pairs),
            ", ".join(estimate.subject for _, estimate in sorted(self.estimates.items())),
            tuple(dict.fromkeys(key for estimate in self.estimates.values() for key in estimate.readings)),
            "" if holds else "Compare the estimates of each level; the simulation may ignore confidence_level.",
        )


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
        differences = [*self._differences_of_the_estimate(view), *self._differences_of_lists(view)]
        more = f"; and {len(differences) - MAX_TOLD} more" if len(differences) > MAX_TOLD else ""
        observed = "; ".join(differences[:MAX_TOLD]) + more if differences else "the same"
        expected = f"the export says what the view of {view.subject} says"
        return self._fact(not differences, expected, observed, self.readings + view.readings)

    def _differences_of_the_estimate(self, view: Estimate) -> list[str]:
        exported = self.document.value("estimate")
        if not isinstance(exported, Mapping):
            return ["the export has no estimate"]
        shown = {key: value for key, value in view.document.values.items() if key not in LISTS}
        shared = sorted(set(shown) & set(exported))
        unshared = sorted(key for key in REQUIRED if key not in shared)
        sentences = [f"{key} is not in both" for key in unshared]
        return sentences + [
            difference for key in shared for difference in differences(f"estimate.{key}", shown[key], exported[key])
        ]

    def _differences_of_lists(self, view: Estimate) -> list[str]:
        return [
            difference
            for name in LISTS
            for difference in differences(name, view.document.value(name), self.document.value(name))
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
        return [difference for key in shared for difference in differences(f"{name}.{key}", shown[key], exported[key])]
    if isinstance(shown, list) and isinstance(exported, list):
        if len(shown) != len(exported):
            return [f"{name} has {len(shown)} entries shown, {len(exported)} exported"]
        pairs = zip(in_order(shown), in_order(exported), strict=True)
        return [
            difference for index, (a, b) in enumerate(pairs) for difference in differences(f"{name}[{index}]", a, b)
        ]
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


@dataclass(frozen=True, slots=True)
class ViewStep:
    """An estimate was viewed.

    Attributes:
        project_id: The project that it must be of.
        generated: How it came about.
        shown: The answer.
        listing: The project's list of estimates.
    """

    project_id: str
    generated: GenerationStep
    shown: Exchange
    listing: Exchange

    @property
    def level(self) -> float:
        """The level of confidence that was asked for, a fraction of 1."""
        return self.generated.level

    @property
    def is_shown(self) -> Fact:
        """Whether APEX shows the estimate that the job named, as one of the project."""
        wanted = {"id": self.generated.estimate_id, "project_id": self.project_id}
        return shows(self.shown, wanted, self.generated.work.asked)

    @property
    def is_listed(self) -> Fact:
        """Whether the project's list of estimates has it."""
        return lists(self.listing, self.generated.estimate_id, self.shown)

    @property
    def estimate(self) -> Estimate:
        """The estimate that is shown.

        Raises:
            NotEvaluated: None is shown.
        """
        must_be_there(self.shown, "viewing the estimate")
        return Estimate(self.shown.document, self.shown.readings)

    @property
    def agrees_with_its_job(self) -> Fact:
        """Whether it has the amounts and the class that the job's result told."""
        return self.estimate.figures.agree_with(self.generated.figures)

    @property
    def has_contingency_for_its_level(self) -> Fact:
        """Whether its contingency is that of the level of confidence that was asked for."""
        return self.estimate.has_contingency_for(self.level)

    @property
    def failure(self) -> Fact | None:
        """What keeps the next step from being made."""
        return first_failure(self.shown.answers(HTTPStatus.OK))


@dataclass(frozen=True, slots=True)
class ExportStep:
    """An estimate was exported.

    Attributes:
        exported: The answer.
        view: The view of the same estimate.
    """

    exported: Exchange
    view: ViewStep

    @property
    def is_exported(self) -> Fact:
        """Whether APEX answers with the export."""
        return self.exported.answers(HTTPStatus.OK)

    @property
    def export(self) -> Export:
        """The export.

        Raises:
            NotEvaluated: There is none.
        """
        must_be_there(self.exported, "exporting the estimate")
        return Export(self.exported.document, self.exported.readings)

    @property
    def equals_the_view(self) -> Fact:
        """Whether it says what the view says."""
        return self.export.equals(self.view.estimate)

    @property
    def failure(self) -> Fact | None:
        """What keeps a next step from being made."""
        return first_failure(self.is_exported)


def must_be_there(exchange: Exchange, what: str) -> None:
    """Go on only if there is something to judge.

    Raises:
        NotEvaluated: There is not.
    """
    if exchange.status != HTTPStatus.OK:
        raise NotEvaluated(
            f"There is nothing to judge: {what} {exchange.outcome}.", "Mend that first.", exchange.readings
        )
