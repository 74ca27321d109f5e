"""Violations as plans: what makes the compliant Azure wrong, told as a deployment that would do it.

A plan tells resources and nothing else: what lies in names, connections, files or sign-in, and what Azure itself makes
(states, alerts, scores, interfaces, revisions, connections), no deployment declares.
"""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from dataclasses import dataclass

from assurance.estate.resources.resource import type_of
from assurance.judging.checking import Outcome
from assurance.judging.harness import BoundCheck
from assurance.planning import Overlay, Plan
from assurance.planning.changes import ChangeKind, PlannedChange
from assurance.planning.loading import redacted
from assurance.tape.redaction import Redactor
from assurance.verdicts import Verdict
from falsification.azure.stage import AzureStage
from falsification.azure.world import Change, World, compliant_world

DECLARED = frozenset({"microsoft.security/pricings", "microsoft.security/alertssuppressionrules"})
"""Types of Defender that people declare; all others Azure makes."""
MADE_BY_AZURE = (
    "microsoft.security/", "microsoft.network/networkinterfaces", "microsoft.app/containerapps/revisions",
    "microsoft.authorization/denyassignments", "microsoft.authorization/permissions",
    "microsoft.alertsmanagement/alerts", "microsoft.resources/resourcegroups", "microsoft.resources/subscriptions",
)  # fmt: skip
"""Types, or how they begin, that no template declares as the suite reads them."""
STATES = frozenset({"provisioningState", "privateEndpointConnections", "state", "status"})


@dataclass(frozen=True, slots=True)
class Untold:
    """Why a violation cannot be told as a plan."""

    reason: str


def plan_for(change: Change) -> Plan | Untold:
    """Return the plan that would make a change, or why no plan can tell it."""
    after = compliant_world()
    before = deepcopy(after)  # answers of two worlds differ in their request ids
    change(after)
    other = _beside_resources(before, after)
    if other:
        return Untold(f"it lies in {other}")
    was, now = before.azure.resources, after.azure.resources
    changes: list[PlannedChange] = []
    for key in dict.fromkeys((*was, *now)):
        if was.get(key) == now.get(key):
            continue
        kind = type_of(key)
        if (kind.startswith(MADE_BY_AZURE) and kind not in DECLARED) or not kind:
            return Untold(f"Azure makes {kind or 'it'}")
        if key in was and key in now and _differs_in_states_only(was[key], now[key]):
            return Untold("it is a state that Azure tells")
        shown = (now.get(key) or was[key])["id"]
        if key not in now:
            changes.append(PlannedChange(shown, ChangeKind.DELETE, was[key]))
        else:
            found = ChangeKind.MODIFY if key in was else ChangeKind.CREATE
            changes.append(PlannedChange(shown, found, deepcopy(was.get(key)), deepcopy(now[key])))
    if not changes:
        return Untold("it only lies in the order or casing of answers")
    return redacted(Plan("what-if", tuple(changes)), Redactor(salt="falsification"))


def judged(stage: AzureStage, plan: Plan, controls: frozenset[str]) -> list[tuple[BoundCheck, Outcome]]:
    """Return what the cases of controls come to on the compliant world with a plan laid over it."""
    estate = stage.compliant_estate(Overlay(plan))
    return [(case, case.outcome({"estate": estate})) for case in stage.cases if case.control in controls]


def _beside_resources(before: World, after: World) -> str:
    """Return what differs that is no resource; empty if nothing does."""
    parts = {
        "names or connections": (before.inside, before.outside, before.services)
        != (after.inside, after.outside, after.services),
        "what answers": bool(after.faults) or not after.signs_in,
        "files": before.files != after.files,
        "a data plane": (before.azure.secrets, before.azure.images) != (after.azure.secrets, after.azure.images),
        "the directory": (before.azure.groups, before.azure.caller) != (after.azure.groups, after.azure.caller),
        "the activity log": before.azure.activity != after.azure.activity,
    }
    return next((name for name, differs in parts.items() if differs), "")


def _differs_in_states_only(was: dict[str, object], now: dict[str, object]) -> bool:
    def bare(one: dict[str, object]) -> dict[str, object]:
        properties = one.get("properties")
        kept = (
            {key: value for key, value in properties.items() if key not in STATES}
            if isinstance(properties, dict)
            else {}
        )
        return {**one, "properties": kept}

    return bare(was) == bare(now)


def main() -> int:
    """Try every violation of the ten security controls as a plan, and print what was found, missed and untold."""
    stage, counted, reasons, missed = AzureStage(), Counter[str](), Counter[str](), list[str]()
    for violation in stage.violations.values():
        if violation.family != "SEC":
            continue
        plan = plan_for(violation.change)
        if isinstance(plan, Untold):
            counted["untold"] += 1
            reasons[plan.reason] += 1
            continue
        outcomes = judged(stage, plan, frozenset({violation.controls[0]}))
        found = any(one.verdict is Verdict.FAIL for _, one in outcomes)
        counted["found" if found else "missed"] += 1
        missed += [] if found else [violation.name]
    told = counted["found"] + counted["missed"]
    print(f"{counted['found']} of {told} planned violations found; missed: {', '.join(missed) or 'none'}")
    print(f"{counted['untold']} cannot be told as a plan:")
    for reason, count in reasons.most_common():
        print(f"  {count:4d}  {reason}")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
