"""Judges a broken APEX: the checks of one family of controls, in this process, against the stand-in on loopback."""

from __future__ import annotations

import inspect
import os
import tempfile
from collections.abc import Collection, Mapping, Set
from contextlib import ExitStack
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Literal
from uuid import uuid4

import fixtures  # noqa: F401  (importing them registers the nouns)
from assurance.application import Application, Flows
from assurance.checking import Outcome, judge
from assurance.environment import Environment, load
from assurance.nouns import resolve
from assurance.redaction import Redactor
from assurance.tape import TapeHeader, utc_now
from assurance.verdicts import recording_facts
from falsification.judging import ENVIRONMENT, Case, cases
from falsification.seams import MemoryTape
from sandbox.apex.quirks import Quirk
from sandbox.apex.service import Settings
from sandbox.apex.stand_in import ApexStandIn
from sandbox.apex.switches import Switch
from sandbox.certificates import CertificateAuthority
from sandbox.loopback import LOOPBACK

Family = Literal["E2E", "RBAC", "AACE", "BAD"]
FOLDERS: Mapping[Family, str] = MappingProxyType(
    {"E2E": "e2e", "RBAC": "roles", "AACE": "aace", "BAD": "bad_input"},
)
CHECKS = ENVIRONMENT.parents[1] / "checks"
UNDER_PREFIX = {"live_path": "/api/v1/health/live", "ready_path": "/api/v1/health/ready"}
GIVEN = frozenset({"flows", "application"})
JOB_STEP_SECONDS = 0.002
# Patience for what never comes: the stand-in answers within milliseconds, and a job takes a fraction of a second.
LIMITS = {
    "timeout_seconds": 20.0,
    "attempts": 2,
    "retry_budget_seconds": 1.0,
    "settle_seconds": 1.0,
    "job_seconds": 3.0,
    "poll_seconds": 0.01,
}


class ApexJudge:
    """Has the checks of a family judge the stand-in, as it is or with something broken.

    Attributes:
        apex: The stand-in.
    """

    apex: ApexStandIn

    def __init__(self) -> None:
        self._stack = ExitStack()

    def verdicts(
        self,
        family: Family,
        switches: Set[Switch] = frozenset(),
        quirks: Set[Quirk] = frozenset(),
        checks: Collection[str] = (),
    ) -> dict[str, Outcome]:
        """Return what cases come to, by their ids, with these switches and quirks on.

        Args:
            family: The family of controls.
            switches: What is broken.
            quirks: What is different.
            checks: The ids of the cases; all of the family where none is given.
        """
        self.apex.service.clear()
        self.apex.switches.update(switches)
        self.apex.quirks.update(quirks)
        try:
            return self._judge(family, checks, under_prefix=Quirk.HEALTH_UNDER_PREFIX in quirks)
        finally:
            self.apex.switches.clear()
            self.apex.quirks.clear()

    def _judge(self, family: Family, checks: Collection[str], *, under_prefix: bool) -> dict[str, Outcome]:
        run_id = f"19990101T000000Z-{uuid4().hex[:6]}"
        declared = load(ENVIRONMENT, self._overlay(UNDER_PREFIX if under_prefix else {}))
        group, vantage = declared.resource_group, declared.vantage
        header = TapeHeader(
            declared.name,
            declared.subscription_id,
            group,
            "SANDBOX",
            "falsification",
            vantage,
            utc_now(),
            run_id=run_id,
        )
        if declared.application is None:
            raise AssertionError("environments/sandbox.toml has no table [application]")
        application = Application(declared, declared.application, MemoryTape(header), Redactor(salt="falsification"))
        roots = {"application": application, "flows": Flows(application)}
        try:
            chosen = [case for case in _cases(declared, family) if not checks or case.id in checks]
            return {case.id: _outcome(case, roots) for case in chosen}
        finally:
            application.close()

    def _overlay(self, paths: Mapping[str, str]) -> dict[str, Any]:
        """Return what the environment file of the sandbox is refined with; a deployment declares its health paths."""
        return {
            "application": {"base_url": self.apex.url, "limits": LIMITS, **paths},
            "cloud": {"ca_bundle": str(self._ca_bundle)},
        }

    def __enter__(self) -> ApexJudge:
        with ExitStack() as stack:
            directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="apex-falsified-")))
            authority = CertificateAuthority(directory)
            self.apex = ApexStandIn(
                authority.server_context(LOOPBACK, "localhost"), settings=Settings(job_step_seconds=JOB_STEP_SECONDS)
            ).start()
            stack.callback(self.apex.stop)
            for user in self.apex.issuer.people:
                os.environ[f"APEX_SANDBOX_TOKEN_{user.upper()}"] = self.apex.issuer.token(user)
            self._ca_bundle = authority.path
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()


def _cases(environment: Environment, family: Family) -> tuple[Case, ...]:
    """Return the cases of a family, without those that the environment says are done elsewhere."""
    application = environment.application
    elsewhere = [one.operation for one in application.offered_elsewhere] if application is not None else []
    found = cases(environment, (CHECKS / FOLDERS[family],), GIVEN)
    return tuple(case for case in found if not any(f"-{operation}]" in case.id for operation in elsewhere))


def _outcome(case: Case, roots: Mapping[str, object]) -> Outcome:
    error: Exception | None = None
    with recording_facts() as facts:
        try:
            given = {**case.subjects, **roots}
            case.function(**{name: resolve(name, given) for name in inspect.signature(case.function).parameters})
        except Exception as raised:  # noqa: BLE001  (whatever ends a case is judged)
            error = raised
    return judge(facts, error)
