"""What makes Azure wrong is found before it is done, where a plan can tell it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from assurance.planning import Plan, read_plan
from assurance.planning.template import Target
from assurance.tape.redaction import Redactor
from assurance.verdicts import Verdict
from benchmarks.plan_of_many import plan_of_many
from falsification.azure import harmless, violations
from falsification.azure.plans import Untold, judged, plan_for
from falsification.azure.stage import AzureStage
from falsification.score import stage

SECURITY = tuple(one for one in violations.CATALOGUE if one.family == "SEC")
TEN_CONTROLS = frozenset(f"SEC-{number:02d}" for number in range(1, 11))
# A part of the catalogue, spread over it; all of it takes minutes: `python -m falsification.azure.plans`.
SAMPLE = SECURITY[::9]
MIN_FOUND = 0.9
MANY, MAX_SECONDS = 500, 2.0


def _stage() -> AzureStage:
    found = stage("azure")
    assert isinstance(found, AzureStage)
    return found


def test_planned_violations_are_found() -> None:
    """At least nine of ten that a plan can tell fail the control that they are meant for."""
    counted: Counter[str] = Counter()
    missed = []
    for violation in SAMPLE:
        plan = plan_for(violation.change)
        if isinstance(plan, Untold):
            counted["untold"] += 1
            continue
        outcomes = judged(_stage(), plan, frozenset({violation.controls[0]}))
        found = any(one.verdict is Verdict.FAIL for _, one in outcomes)
        counted["found" if found else "missed"] += 1
        missed += [] if found else [violation.name]
    told = counted["found"] + counted["missed"]
    assert told > len(SAMPLE) / 2, counted
    assert counted["found"] / told >= MIN_FOUND, missed


@pytest.mark.parametrize("part", range(4))
def test_harmless_plans_stay_silent(part: int) -> None:
    """A planned change that does not matter fails none of the ten controls."""
    tried = 0
    for one in harmless.CATALOGUE[part::16]:
        plan = plan_for(one.change)
        if isinstance(plan, Untold):
            continue
        tried += 1
        outcomes = judged(_stage(), plan, TEN_CONTROLS)
        failing = [f"{case.id}: {outcome.observed}" for case, outcome in outcomes if outcome.verdict is Verdict.FAIL]
        assert failing == [], one.name
    assert tried


def test_five_hundred_resources_cost_two_seconds() -> None:
    """Reading such a plan and judging the ten controls on it, in seconds of this process alone."""
    recorded = Path(__file__).parents[2] / "fixtures" / "recordings" / "prod"
    content, one = plan_of_many(recorded, MANY), _stage()
    target = Target(one.environment.subscription_id, one.environment.resource_group)
    without = _seconds(lambda: judged(one, Plan("what-if", ()), TEN_CONTROLS))

    def with_it() -> None:
        plan = read_plan(content, b"", target, "plan", Redactor(salt="a test"))
        assert len(plan.changes) == MANY
        judged(one, plan, TEN_CONTROLS)

    assert _seconds(with_it) - without < MAX_SECONDS


def _seconds(do: Callable[[], object]) -> float:
    """Return the least processor time of two runs."""
    took = []
    for _ in range(2):
        started = time.process_time()
        do()
        took.append(time.process_time() - started)
    return min(took)


def test_an_alert_is_no_plan() -> None:
    """What Azure itself makes is said to be untold, and not passed over."""
    alert = next(one for one in SECURITY if "alert" in one.name and one.controls[0] == "SEC-10")
    found = plan_for(alert.change)
    assert isinstance(found, Untold)
    assert found.reason
