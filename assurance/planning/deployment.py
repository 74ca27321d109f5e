"""The planned deployment as checks take it: the plan, and what was read of what it would change."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from assurance.environment import Environment
from assurance.estate.resources.resource import folded, type_of
from assurance.planning.changes import ChangeKind, Plan
from assurance.planning.review import PlanReview, changes_of, is_brought_about, review
from assurance.tape import Reading
from assurance.verdicts import Fact

MAX_TOLD = 12
DEPTH_OF_RESOURCE = 2  # provider, type and name: what stands in a group itself, and not under another resource


@dataclass(frozen=True, slots=True)
class PlannedDeployment:
    """A plan beside what was read of the deployment.

    Attributes:
        plan: The plan.
        environment: What is declared.
        read: The resources as they were read, by folded id.
        readings: The keys of the readings that tell of what the plan is about, and of the plan itself.
    """

    plan: Plan
    environment: Environment
    read: Mapping[str, Mapping[str, Any]] = field(repr=False)
    readings: tuple[str, ...]

    @property
    def place(self) -> str:
        """The resource group's id."""
        environment = self.environment
        return f"/subscriptions/{environment.subscription_id}/resourceGroups/{environment.resource_group}"

    @property
    def review(self) -> PlanReview:
        """The plan's changes, classified."""
        space = self.environment.address_space
        cited = Plan(self.plan.form, self.plan.changes, self.plan.unplaced, self.plan.made, self.readings)
        return review(cited, self.read, self.environment.deployment.announced, self.place, space)

    @property
    def was_carried_out(self) -> Fact:
        """Whether each resource is now as the plan said: nothing planned is missing, and nothing else was done."""
        wrong: list[str] = []
        space = self.environment.address_space
        for change in self.plan.changes:
            now = self.read.get(folded(change.id))
            name = change.id.rstrip("/").rsplit("/", 1)[-1]
            if change.kind is ChangeKind.DELETE:
                wrong += [f"planned, not done: {name} is still there"] if now is not None else []
                continue
            if change.after is None:
                continue
            if now is None:
                wrong += [f"planned, not done: {name} is not there"] if change.kind is ChangeKind.CREATE else []
                continue
            left = {
                difference.path: difference
                for difference in changes_of(now, change.after, change.type, space)
                if difference.path
            }
            meant = set()
            if change.before is not None:
                meant = {difference.path for difference in changes_of(change.before, change.after, change.type, space)}
            for path, one in left.items():
                is_planned = path in meant or (change.before is None and one.difference is not None
                                               and one.difference.after is not None)  # fmt: skip
                if is_planned:
                    wrong.append(f"planned, not done: {name} {path}: {_told(one.difference)}")
                elif change.before is not None and not is_brought_about(path, change.type):
                    wrong.append(f"done, not planned: {name} {path}: {_told(one.difference)}")
        wrong += [f"done, not planned: {key.rpartition('/')[2]} was made" for key in self._strangers()]
        more = [f"and {len(wrong) - MAX_TOLD} more"] if len(wrong) > MAX_TOLD else []
        observed = "; ".join([*wrong[:MAX_TOLD], *more]) or f"all of {len(self.plan.changes)} resources are as planned"
        remedy = "Finish the deployment, or find out who changed what was not planned: az monitor activity-log list."
        expected = "what is there is what was planned, and nothing more"
        return Fact(not wrong, expected, observed, self.place, self.readings, remedy if wrong else "")

    def _strangers(self) -> list[str]:
        """Return what stands in the resource group and the plan did not know, where it tells of all that was there.

        What-if on a resource group tells of each of its resources, also of those that it ignores or does not change,
        unless it was asked to leave out a kind of change. Children, what is attached to a resource, and what Azure
        makes there by itself, nobody plans.
        """
        if not {ChangeKind.IGNORE, ChangeKind.NO_CHANGE} <= {change.kind for change in self.plan.changes}:
            return []
        known = {folded(change.id) for change in self.plan.changes}
        place = f"{folded(self.place)}/providers/"
        return sorted(
            key
            for key in self.read
            if key.startswith(place)
            and key not in known
            and key.removeprefix(place).count("/") == DEPTH_OF_RESOURCE
            and not is_brought_about("", type_of(key))
        )


def _told(difference: Any) -> str:  # noqa: ANN401  (a difference, or none)
    if difference is None:
        return "differs"
    return f"planned {json.dumps(difference.after)[:80]}, found {json.dumps(difference.before)[:80]}"


def beside(plan: Plan, environment: Environment, readings: Iterable[Reading]) -> PlannedDeployment:
    """Return a plan beside the resources that readings hold."""
    resources, keys = resources_in(readings)
    about = [keys[folded(change.id)] for change in plan.changes if folded(change.id) in keys]
    # A plan of nothing but new resources rests on what was read all the same: that they are not there.
    cited = dict.fromkeys((*plan.readings, *(about or list(keys.values())[:1])))
    return PlannedDeployment(plan, environment, resources, tuple(cited))


def resources_in(readings: Iterable[Reading]) -> tuple[dict[str, Mapping[str, Any]], dict[str, str]]:
    """Return the resources that readings of Azure Resource Manager hold, and the key of the reading, by folded id.

    Of several answers about one resource the fullest counts: one that was asked for by its id before one of a list, and
    the plain inventory of a group, which tells little of each, last.
    """
    resources: dict[str, tuple[int, Mapping[str, Any], str]] = {}
    for reading in readings:
        if reading.kind != "http" or reading.status != HTTPStatus.OK or not reading.question.startswith("GET "):
            continue
        try:
            body = json.loads(reading.body)
        except ValueError:
            continue
        items = body.get("value") if isinstance(body, Mapping) else None
        listed = isinstance(items, list)
        for resource in items if isinstance(items, list) else [body]:
            if not isinstance(resource, Mapping) or not str(resource.get("id", "")).startswith("/subscriptions/"):
                continue
            rank = len(json.dumps(resource)) + (0 if listed else 1_000_000)
            key = folded(str(resource["id"]))
            if key not in resources or resources[key][0] < rank:
                resources[key] = (rank, resource, reading.key)
    return {key: values for key, (_, values, _) in resources.items()}, {
        key: where for key, (_, _, where) in resources.items()
    }
