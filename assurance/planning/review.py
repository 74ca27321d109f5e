"""The plan reviewed (guide, Step 11): each change by how much it matters and whether somebody announced it.

What Azure said of the template (Step 6).
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from assurance.drift.classify import (
    SECURITY_GROUP,
    Change,
    Weight,
    classified,
    concerns_rules,
    effect,
    heaviest,
    presence,
)
from assurance.drift.compare import Difference, differences
from assurance.drift.normalise import matches, normalised
from assurance.environment.deployment import AnnouncedChange
from assurance.errors import BrokenReading, NotEvaluated
from assurance.planning.changes import ChangeKind, Plan, PlannedChange, is_unknown
from assurance.planning.loading import ROLE_ASSIGNMENTS, grant_of
from assurance.verdicts import Fact
from assurance.world.files import Artefact

AGAIN = "az deployment group validate --resource-group GROUP --template-file FILE --output json"
SUCCEEDED = "succeeded"
LEVELS = ("error", "warning", "info")
DIGEST = "sha-256"
"""The header of a file's reading that holds the digest of what was on disk."""


@dataclass(frozen=True, slots=True)
class TemplateValidation:
    """The result of the validation, and the template that it is about.

    Attributes:
        result: What the validation printed.
        template: The template.
        template_sha256: The digest of the template as it is, in hexadecimal digits.
    """

    result: Artefact
    template: Artefact
    template_sha256: str

    @property
    def succeeded(self) -> Fact:
        """Whether Azure found the template valid; warnings are told.

        Raises:
            BrokenReading: The file holds no result of a validation.
        """
        document = self._document()
        properties = document.get("properties") or {}
        state = str(properties.get("provisioningState", ""))
        error = document.get("error") or properties.get("error")
        if not state and not error:
            raise self._broken("it tells no provisioningState and no error")
        errors = [f"error {error.get('code')}: {error.get('message')}"] if isinstance(error, Mapping) else []
        diagnostics = [
            diagnostic for diagnostic in properties.get("diagnostics") or [] if isinstance(diagnostic, Mapping)
        ]
        errors += [
            f"{diagnostic.get('level')} {diagnostic.get('code')}: {diagnostic.get('message')}"
            for diagnostic in diagnostics
        ]
        failed = bool(error) or any(str(diagnostic.get("level")).casefold() == "error" for diagnostic in diagnostics)
        holds = state.casefold() == SUCCEEDED and not failed
        observed = f"{state or 'no state'}{'; ' if errors else ''}{'; '.join(errors[:6])}"
        return self._fact(holds, "Azure finds the template valid", observed, f"Mend the template, then: {AGAIN}")

    def is_of(self, digest: str) -> Fact:
        """Whether the template is the one that was reviewed, by its digest.

        Args:
            digest: `sha256:` and the digest that the release names.
        """
        actual = f"sha256:{self.template_sha256}"
        remedy = "Make plan and validation of this template anew, and name its digest in the release file."
        return self._fact(actual == digest, f"the template has the digest {digest}", f"it has {actual}", remedy)

    def _document(self) -> Mapping[str, Any]:
        try:
            document = json.loads(self.result.content)
        except (ValueError, RecursionError) as error:
            raise self._broken("it is not JSON") from error
        if not isinstance(document, Mapping):
            raise self._broken("it holds no JSON object")
        return document

    def _broken(self, what: str) -> BrokenReading:
        reason = f"The artefact {self.result.name} ({self.result.file}) cannot be judged: {what}."
        return BrokenReading(reason, f"Let the pipeline write it again: {AGAIN}", self.result.readings)

    def _fact(self, holds: bool, expected: str, observed: str, remedy: str) -> Fact:
        cited = (*self.result.readings, *self.template.readings)
        return Fact(holds, expected, observed, self.template.file, cited, "" if holds else remedy)


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
        return "; ".join(f"{change.path + ' ' if change.path else ''}{change.told}" for change in self.changes[:3])

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
        silent = [change for change in self.changes if change.weight is Weight.SECURITY and not change.announced]
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
        counts = {weight: sum(change.weight is weight for change in self.changes) for weight in Weight}
        counted = ", ".join(f"{count} {weight.word}" for weight, count in counts.items() if count)
        return (
            f"{counted or 'no'} changes, each security-relevant one announced"
            if counted
            else "the plan changes nothing"
        )


@cache
def _noise() -> tuple[tuple[str, str, str], ...]:
    document = tomllib.loads(files(__package__).joinpath("noise.toml").read_text("utf-8"))
    return tuple((rule.get("type", "*"), rule["path"], rule.get("change", "")) for rule in document["property"])


@cache
def _brought_about() -> tuple[tuple[str, str], ...]:
    document = tomllib.loads(files(__package__).joinpath("noise.toml").read_text("utf-8"))
    return tuple((rule["type"], rule["path"]) for rule in document["brought_about"])


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
    reviewed = []
    for change in plan.changes:
        if not change.kind.changes_something:
            continue
        changes = heaviest(_meaning(change, now, address_space))
        if changes:
            reviewed.append(ReviewedChange(change.id, change.kind, changes, _announcement(change, changes, declared)))
    order = list(Weight)
    return PlanReview(plan, tuple(sorted(reviewed, key=lambda change: (order.index(change.weight), change.id))), place)


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
        if grant is not None and any(
            grant_of(key, values) == grant for key, values in now.items() if values is not None
        ):
            return ()  # it is there under another name, which only Azure computes
        return (presence(change.type, "added", NEW),)
    return changes_of(before, change.after, change.type, address_space)


def changes_of(
    before: Mapping[str, Any], after: Mapping[str, Any], resource_type: str, address_space: tuple[str, ...]
) -> tuple[Change, ...]:
    """Return what differs between a resource as it is and as it would be, classified, without known noise."""
    was, planned = normalised(before, resource_type), normalised(after, resource_type)
    changes = [
        leave
        for whole in differences(was, planned)
        for leave in whole.leaves()
        if not is_noise(leave, resource_type) and not is_unknown(leave.after)
    ]
    classed = [classified(difference, resource_type) for difference in changes]
    if resource_type != SECURITY_GROUP or not any(concerns_rules(change.path) for change in classed):
        return tuple(classed)
    defaults = was.get("properties", {}).get("defaultSecurityRules")
    if defaults is not None:
        planned.setdefault("properties", {}).setdefault("defaultSecurityRules", defaults)
    meant = effect(was, planned, address_space)
    return (*meant.changes(), *(meant.weighed(change) if concerns_rules(change.path) else change for change in classed))


def _announcement(change: PlannedChange, changes: tuple[Change, ...], declared: tuple[AnnouncedChange, ...]) -> str:
    """Return why all of a resource's security-relevant differences are announced; empty if one is not."""
    name = change.id.rstrip("/").rsplit("/", 1)[-1]
    reasons: list[str] = []
    for announced_change in changes:
        if announced_change.weight is not Weight.SECURITY:
            continue
        fitting = next(
            (item for item in declared if matches(item.resource, name) and matches(item.path, announced_change.path)),
            None,
        )
        if fitting is None:
            return ""
        reasons.append(fitting.reason)
    return "; ".join(dict.fromkeys(reasons))
