"""The smoke tests against an APEX that is as it should be, that differs harmlessly, and that is broken in one thing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import fixtures  # noqa: F401  (importing them registers the nouns)
from assurance.apex.client import Application, Flows
from assurance.environment import Environment, load
from assurance.judging.checking import Outcome
from assurance.judging.harness import collect
from assurance.runs.basis import new_run_id
from assurance.tape import Tape, TapeHeader, utc_now
from assurance.tape.redaction import Redactor
from assurance.telemetry import Telemetry
from assurance.verdicts import Verdict
from assurance.world.azure.clients import AzureClients
from assurance.world.azure.credential import SignInOnce
from sandbox import Sandbox
from sandbox.apex import Quirk, Switch

ROOT = Path(__file__).parents[2]
CHECKS = ROOT / "checks" / "smoke"


@dataclass(frozen=True, slots=True)
class SmokeJudge:
    """Judges the application of one environment, again and again: each time is a run of its own.

    Attributes:
        environment: What is declared.
        directory: Where the tapes go.
    """

    environment: Environment
    directory: Path

    def verdicts(self, only: str = "") -> dict[str, Outcome]:
        """Return what every case came to, by its id; or those cases whose id holds `only`."""
        run_id = new_run_id()
        tape = Tape.create(self.directory / run_id, self._header(run_id))
        redactor = Redactor(salt=self.environment.name)
        assert self.environment.application is not None
        assert self.environment.telemetry is not None
        application = Application(self.environment, self.environment.application, tape, redactor)
        clients = AzureClients(self.environment, tape, redactor, SignInOnce(self.environment))
        given = {
            "environment": self.environment,
            "application": application,
            "flows": Flows(application),
            "telemetry": Telemetry(self.environment, self.environment.telemetry, clients, tape),
        }
        try:
            cases = collect((CHECKS,), self.environment, frozenset(given))
            return {case.id.partition(" ")[2]: case.outcome(given) for case in cases if only in case.id}
        finally:
            application.close()

    def _header(self, run_id: str) -> TapeHeader:
        one = self.environment
        return TapeHeader(
            one.name,
            one.subscription_id,
            one.resource_group,
            "SANDBOX",
            "a test",
            one.vantage,
            utc_now(),
            run_id=run_id,
        )


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
