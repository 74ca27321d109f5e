"""The smoke tests against an APEX that is as it should be, that differs harmlessly, and that is broken in one thing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from assurance.environment import load
from assurance.verdicts import Verdict
from sandbox import Sandbox
from sandbox.apex import Quirk, Switch
from tests.smoke.judging import ROOT, SmokeJudge

# Where nothing arrives there is nothing to judge by: these are "not evaluated", as the guide's telemetry would be late.
NOTHING_ARRIVES = {Switch.TELEMETRY_ABSENT, Switch.TELEMETRY_UNCORRELATED}
BROKEN = [switch for switch in Switch if switch.family == "SMK" and switch not in NOTHING_ARRIVES]
LIMITS = {"settle_seconds": 1.0, "poll_seconds": 0.02, "job_seconds": 20.0}
TELEMETRY = {"arrival_seconds": 1.0, "poll_seconds": 0.2}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox, and the tokens that it gives out."""
    with Sandbox() as running:
        variables = running.environment_variables()
        os.environ.update(variables)
        yield running
        for name in variables:
            os.environ.pop(name, None)


@pytest.fixture
def judge(sandbox: Sandbox, tmp_path: Path) -> SmokeJudge:
    """A judge of the sandbox's application, in which nothing is broken yet."""
    return judge_of(sandbox, tmp_path)


def judge_of(sandbox: Sandbox, directory: Path, **application: object) -> SmokeJudge:
    """Return the judge of the sandbox's application, declared otherwise."""
    sandbox.apex.reset()
    overlay = sandbox.overlay()
    overlay["application"] = {**overlay["application"], "limits": LIMITS, **application}
    overlay["telemetry"] = {**overlay.get("telemetry", {}), **TELEMETRY}
    return SmokeJudge(load(ROOT / "environments" / "sandbox.toml", overlay), directory)


def test_a_compliant_application_passes(judge: SmokeJudge) -> None:
    """Every case passes, and rests on readings."""
    verdicts = judge.verdicts()

    assert {name: outcome for name, outcome in verdicts.items() if outcome.verdict is not Verdict.PASS} == {}
    assert len(verdicts) >= 30
    assert all(outcome.readings for outcome in verdicts.values())


@pytest.mark.parametrize("quirk", list(Quirk), ids=str)
def test_a_harmless_difference_is_no_finding(sandbox: Sandbox, tmp_path: Path, quirk: Quirk) -> None:
    """What builds of APEX do differently without being wrong changes no verdict, where it is declared."""
    moved = {"live_path": "/api/v1/health/live", "ready_path": "/api/v1/health/ready"}
    judge = judge_of(sandbox, tmp_path, **(moved if quirk is Quirk.HEALTH_UNDER_PREFIX else {}))
    sandbox.apex.quirks.add(quirk)

    assert {name: one for name, one in judge.verdicts().items() if one.verdict is not Verdict.PASS} == {}


@pytest.mark.parametrize("switch", BROKEN, ids=str)
def test_what_is_broken_is_found(sandbox: Sandbox, judge: SmokeJudge, switch: Switch) -> None:
    """Each way in which the smoke tests' subject can be wrong fails a case, which says so; no case breaks down."""
    sandbox.apex.switches.add(switch)
    verdicts = judge.verdicts()

    failed = [outcome for outcome in verdicts.values() if outcome.verdict is Verdict.FAIL]
    assert failed, switch.wrong
    assert all(outcome.expected and outcome.observed and outcome.readings for outcome in failed)
    assert not [outcome.reason for outcome in verdicts.values() if "broke down" in outcome.reason]


@pytest.mark.parametrize("switch", sorted(NOTHING_ARRIVES), ids=str)
def test_telemetry_that_does_not_arrive_is_not_evaluated(sandbox: Sandbox, judge: SmokeJudge, switch: Switch) -> None:
    """Without telemetry of our own requests nobody can say that a service was not called."""
    sandbox.apex.switches.add(switch)
    verdicts = judge.verdicts("test_service_is_called")

    assert {outcome.verdict for outcome in verdicts.values()} == {Verdict.NOT_EVALUATED}
    assert all("No telemetry" in outcome.reason and outcome.readings for outcome in verdicts.values())


def test_the_path_that_answers_is_told(sandbox: Sandbox, judge: SmokeJudge) -> None:
    """Where health is served under the API's prefix and declared at the root, the finding names the path to declare."""
    sandbox.apex.quirks.add(Quirk.HEALTH_UNDER_PREFIX)
    outcome = judge.verdicts("test_application_is_alive")["test_application_is_alive"]

    assert outcome.verdict is Verdict.FAIL
    assert "/api/v1/health/live answers instead" in outcome.observed
