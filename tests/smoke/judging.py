"""Judges every case of the smoke tests in this process, against a sandbox that a test has made wrong."""

from __future__ import annotations

import importlib.util
import inspect
import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import fixtures  # noqa: F401  (importing them registers the nouns)
from assurance.apex.client import Application, Flows
from assurance.environment import Environment
from assurance.judging.checking import Outcome, judge
from assurance.judging.nouns import needs, resolve, subjects
from assurance.runs.run import new_run_id
from assurance.tape import Tape, TapeHeader, utc_now
from assurance.tape.redaction import Redactor
from assurance.telemetry import Telemetry
from assurance.verdicts import recording_facts
from assurance.world.azure.clients import AzureClients
from assurance.world.azure.credential import SignInOnce

ROOT = Path(__file__).parents[2]
CHECKS = ROOT / "checks" / "smoke"


@dataclass(frozen=True, slots=True)
class Case:
    """One parametrized case of a check, as pytest would collect it."""

    id: str
    function: Callable[..., None]
    subjects: Mapping[str, object]


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
            return {case.id: _outcome(case, given) for case in _cases(self.environment) if only in case.id}
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


def _cases(environment: Environment) -> Iterator[Case]:
    for file in sorted(CHECKS.glob("test_*.py")):
        spec = importlib.util.spec_from_file_location(f"judged_{file.stem}", file)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        for name, function in vars(module).items():
            if name.startswith("test_"):
                yield from _cases_of(name, function, environment)


def _cases_of(name: str, function: Callable[..., None], environment: Environment) -> Iterator[Case]:
    parameters = inspect.signature(function).parameters
    nouns = sorted(frozenset().union(*(needs(parameter) for parameter in parameters)))
    for chosen in itertools.product(*(subjects(noun, environment).items() for noun in nouns)):
        subject = f"[{'-'.join(label for label, _ in chosen)}]" if chosen else ""
        yield Case(f"{name}{subject}", function, dict(zip(nouns, (value for _, value in chosen), strict=True)))


def _outcome(case: Case, given: dict[str, object]) -> Outcome:
    error: Exception | None = None
    with recording_facts() as facts:
        try:
            all_given = {**case.subjects, **given}
            case.function(**{name: resolve(name, all_given) for name in inspect.signature(case.function).parameters})
        except Exception as raised:  # noqa: BLE001  (whatever ends a case is judged)
            error = raised
    return judge(facts, error)
