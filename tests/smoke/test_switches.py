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

# Over real sockets a few are enough: falsification/apex tries all of them, in process.
BROKEN = [Switch.READY_DEGRADED, Switch.REDIRECT_TO_OTHER_ORIGIN, Switch.UPLOAD_LOST, Switch.SQL_NOT_CALLED]
QUIRKS = [Quirk.SLASH_CANONICAL, Quirk.FIRST_READ_DROPPED]
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


@pytest.mark.parametrize("quirk", QUIRKS, ids=str)
def test_a_harmless_difference_is_no_finding(sandbox: Sandbox, tmp_path: Path, quirk: Quirk) -> None:
    """What builds of APEX do differently without being wrong changes no verdict."""
    judge = judge_of(sandbox, tmp_path)
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
