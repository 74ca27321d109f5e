"""Judges every case of the smoke tests in this process, against a sandbox that a test has made wrong."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import fixtures  # noqa: F401  (importing them registers the nouns)
from assurance.apex.client import Application, Flows
from assurance.environment import Environment
from assurance.judging.checking import Outcome
from assurance.judging.harness import collect
from assurance.runs.options import new_run_id
from assurance.tape import Tape, TapeHeader, utc_now
from assurance.tape.redaction import Redactor
from assurance.telemetry import Telemetry
from assurance.world.azure.clients import AzureClients
from assurance.world.azure.credential import SignInOnce

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
