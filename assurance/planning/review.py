"""The plan reviewed (guide, Step 11): each change by how much it matters, and by whether somebody announced it.

The classes are drift's: what is security-relevant when it is found after a night is so before it is done.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from assurance.drift.classify import Change, Weight, classified, heaviest, presence
from assurance.drift.compare import Difference, differences
from assurance.drift.normalise import normalised
from assurance.drift.paths import matches
from assurance.drift.traffic import SECURITY_GROUP, concerns_rules, effect
from assurance.environment.deployment import AnnouncedChange
from assurance.errors import NotEvaluated
from assurance.planning.changes import ChangeKind, Plan, PlannedChange
from assurance.planning.grants import ROLE_ASSIGNMENTS, grant_of
from assurance.planning.unknown import is_unknown
from assurance.verdicts import Fact

NEW, GONE = "would be created", "would be deleted"
UNTOLD = "The plan does not tell what becomes of it, and what is not known to be harmless is not taken as such."
MAX_TOLD = 12


@dataclass(frozen=True, slots=True)
class ReviewedChange:
    """A planned change with what it means.

    Attributes:
        id: The resource's id.
        kind: What would be done.
        changes: Its differences, the heaviest first.
        announced: Who announced it and why; empty if nobody did.
    """

    id: str
    kind: ChangeKind
    changes: tuple[Change, ...]
    announced: str = ""

    @property
    def weight(self) -> Weight:
        """How much the heaviest of its differences matters."""
        return self.changes[0].weight if self.changes else Weight.COSMETIC

    @property
    def told(self) -> str:
        """Its heaviest differences, in words."""
        return "; ".join(f"{one.path + ' ' if one.path else ''}{one.told}" for one in self.changes[:3])

    def __str__(self) -> str:
        return f"{self.weight.word}: {self.id.rstrip('/').rsplit('/', 1)[-1]} {self.told}"


@dataclass(frozen=True, slots=True)
class PlanReview:
    """All changes of a plan, reviewed.

    Attributes:
        plan: The plan.
        changes: Its changes that matter at all, the heaviest first.
        place: What the review is about: the resource group's id.
    """

    plan: Plan
    changes: tuple[ReviewedChange, ...]
    place: str

    @property
    def announces_what_matters(self) -> Fact:
        """Whether somebody announced each change that is security-relevant.

        Raises:
            NotEvaluated: The plan names resources that could not be found in it by an id.
        """
        silent = [one for one in self.changes if one.weight is Weight.SECURITY and not one.announced]
        if not silent and self.plan.unplaced:
            raise NotEvaluated(
                f"Part of the plan cannot be reviewed: {'; '.join(self.plan.unplaced[:3])}.",
                "Make a what-if of it: az deployment group what-if --no-pretty-print.",
                self.plan.readings,
            )
        expected = "each security-relevant change of the plan is announced"
        observed = "; ".join(map(str, silent[:MAX_TOLD])) or self._counted()
        remedy = (
            "Announce it in the release file ([[announced]]: resource, path, reason), or take it out of the template."
        )
        return Fact(not silent, expected, observed, self.place, self.plan.readings, "" if not silent else remedy)

    def _counted(self) -> str:
        counts = {weight: sum(one.weight is weight for one in self.changes) for weight in Weight}
        told = ", ".join(f"{count} {weight.word}" for weight, count in counts.items() if count)
        return f"{told or 'no'} changes, each security-relevant one announced" if told else "the plan changes nothing"


@cache
def _noise() -> tuple[tuple[str, str, str], ...]:
    document = tomllib.loads(files(__package__).joinpath("noise.toml").read_text("utf-8"))
    return tuple((one.get("type", "*"), one["path"], one.get("change", "")) for one in document["property"])


@cache
def _brought_about() -> tuple[tuple[str, str], ...]:
    document = tomllib.loads(files(__package__).joinpath("noise.toml").read_text("utf-8"))
    return tuple((one["type"], one["path"]) for one in document["brought_about"])


def is_brought_about(path: str, resource_type: str) -> bool:
    """Tell whether a deployment brings such a change about although no plan says so."""
    return any(matches(kind, resource_type) and matches(pattern, path) for kind, pattern in _brought_about())


def is_noise(difference: Difference, resource_type: str) -> bool:
    """Tell whether what-if is known to report such a difference although nothing would change."""
    change = "removed" if difference.after is None else "added" if difference.before is None else ""
    return any(
        matches(kind, resource_type) and matches(path, difference.path) and narrowed in {"", change}
        for kind, path, narrowed in _noise()
    )


def review(
    plan: Plan,
    now: Mapping[str, Mapping[str, Any] | None],
    announced: Iterable[AnnouncedChange],
    place: str,
    address_space: tuple[str, ...],
) -> PlanReview:
    """Return a plan's changes, classified.

    Args:
        plan: The plan.
        now: The resources as they are by folded id, for changes whose plan does not tell; None for what is not there.
        announced: The changes that somebody announced.
        place: What the review is about.
        address_space: The prefixes that the tag VirtualNetwork stands for.
    """
    declared = tuple(announced)
    found = []
    for change in plan.changes:
        if not change.kind.changes_something:
            continue
        changes = heaviest(_meaning(change, now, address_space))
        if changes:
            found.append(ReviewedChange(change.id, change.kind, changes, _announcement(change, changes, declared)))
    order = list(Weight)
    return PlanReview(plan, tuple(sorted(found, key=lambda one: (order.index(one.weight), one.id))), place)


def _meaning(
    change: PlannedChange, now: Mapping[str, Mapping[str, Any] | None], address_space: tuple[str, ...]
) -> tuple[Change, ...]:
    before = change.before if change.before is not None else now.get(change.id.casefold().rstrip("/"))
    if change.kind is ChangeKind.DELETE:
        return (presence(change.type, "removed", GONE),)
    if change.after is None:
        return (Change("", f"{change.kind}: {change.reason or 'untold'}", Weight.SECURITY, UNTOLD),)
    if before is None:
        grant = grant_of(change.id, change.after) if change.type == ROLE_ASSIGNMENTS else None
        if grant is not None and any(grant_of(key, one) == grant for key, one in now.items() if one is not None):
            return ()  # it is there under another name, which only Azure computes
        return (presence(change.type, "added", NEW),)
    return changes_of(before, change.after, change.type, address_space)


def changes_of(
    before: Mapping[str, Any], after: Mapping[str, Any], resource_type: str, address_space: tuple[str, ...]
) -> tuple[Change, ...]:
    """Return what differs between a resource as it is and as it would be, classified, without known noise."""
    was, planned = normalised(before, resource_type), normalised(after, resource_type)
    found = [
        one
        for whole in differences(was, planned)
        for one in whole.leaves()
        if not is_noise(one, resource_type) and not is_unknown(one.after)
    ]
    classed = [classified(one, resource_type) for one in found]
    if resource_type != SECURITY_GROUP or not any(concerns_rules(one.path) for one in classed):
        return tuple(classed)
    defaults = was.get("properties", {}).get("defaultSecurityRules")
    if defaults is not None:
        planned.setdefault("properties", {}).setdefault("defaultSecurityRules", defaults)
    meant = effect(was, planned, address_space)
    return (*meant.changes(), *(meant.weighed(one) if concerns_rules(one.path) else one for one in classed))


def _announcement(change: PlannedChange, changes: tuple[Change, ...], declared: tuple[AnnouncedChange, ...]) -> str:
    """Return why all of a resource's security-relevant differences are announced; empty if one is not."""
    name = change.id.rstrip("/").rsplit("/", 1)[-1]
    reasons: list[str] = []
    for one in changes:
        if one.weight is not Weight.SECURITY:
            continue
        fitting = next(
            (item for item in declared if matches(item.resource, name) and matches(item.path, one.path)), None
        )
        if fitting is None:
            return ""
        reasons.append(fitting.reason)
    return "; ".join(dict.fromkeys(reasons))
