"""Looks at an environment: each look is a run of its own, with a tape of its own, so that nothing is remembered."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from assurance.apex.smoke.health import read_liveness, read_readiness
from assurance.command_line.watch.look import Alert, AlertLook, HealthLook, Look, TrafficLook
from assurance.command_line.watch.plan import WatchPlan
from assurance.environment import Environment
from assurance.errors import NotEvaluated
from assurance.estate.deployment.revisions import STABILITY_WINDOW, read_revisions
from assurance.estate.monitoring.defender import read_alerts
from assurance.estate.monitoring.fired_alerts import read_fired_alerts
from assurance.runs.gates import rollback_commands
from assurance.runs.options import RunOptions
from assurance.runs.run import Run
from assurance.tape import utc_now
from assurance.telemetry.minutes import MINUTE
from assurance.telemetry.window import Window
from assurance.verdicts import Fact
from assurance.world.azure.document import Document

LOOKED_BACK = timedelta(minutes=30)
"""How far back each look reads the traffic: longer than telemetry is late and a trigger lasts, together."""
DEFENDER_TIME = ("properties", "timeGeneratedUtc")
MONITOR_TIME = ("properties", "essentials", "startDateTime")
# Patience hides what a watch is there to see: a look asks twice at most.
MAX_ATTEMPTS = 2


class Sight(Protocol):
    """What a watch looks with."""

    def look(self, at: datetime) -> Look:
        """Return what there is to see now."""

    def level(self, plan: WatchPlan) -> tuple[Fact, ...]:
        """Return what the traffic of the whole span comes to.

        Raises:
            NotEvaluated: It cannot be judged.
        """

    def drop(self, look: Look) -> None:
        """Let go of the readings of a look in which nothing was new."""

    def rollback(self) -> tuple[str, ...]:
        """Return the guide's commands to go back, with the names of this deployment."""


class EnvironmentSight:
    """Looks at the deployment that an environment file declares.

    Args:
        environment: The environment.
        directory: Where the tapes of looks go.
    """

    def __init__(self, environment: Environment, directory: Path) -> None:
        self._environment = _impatient(environment)
        self._directory = directory
        self._count = 0

    def stable_from(self) -> datetime:
        """Return when the stability window of the newest revision is over (guide, Step 26).

        Raises:
            NotEvaluated: Azure does not say.
        """
        begun = self._begin()
        try:
            return read_revisions(begun.estate).created + STABILITY_WINDOW
        finally:
            self._end(begun)

    def look(self, at: datetime) -> Look:
        """Return what there is to see now; its tape stays until it is dropped."""
        begun = self._begin()
        try:
            tape = begun.tape.directory.relative_to(self._directory).as_posix()
            return Look(at, _health(begun), _traffic(begun, at), _alerts(begun), tape)
        finally:
            self._end(begun)

    def level(self, plan: WatchPlan) -> tuple[Fact, ...]:
        """Return what the traffic of the whole span comes to; its tape stays."""
        begun = self._begin()
        try:
            span = begun.telemetry.watched(plan.window)
            return (
                span.error_rate_is_below(plan.thresholds.error_rate_percent),
                span.p95_is_below(plan.thresholds.p95_milliseconds),
            )
        finally:
            self._end(begun)

    def drop(self, look: Look) -> None:
        """Let go of the readings of a look."""
        shutil.rmtree((self._directory / look.tape).parent)

    def rollback(self) -> tuple[str, ...]:
        """Return the guide's commands to go back, with the names of this deployment."""
        begun = self._begin()
        try:
            return rollback_commands(begun.estate)
        finally:
            self._end(begun)

    def _begin(self) -> Run:
        self._count += 1
        return Run(self._environment, RunOptions(None, None, self._directory, f"{self._count:05d}", "watch"))

    def _end(self, begun: Run) -> None:
        begun.close()
        begun.tape.seal(utc_now())


def _health(begun: Run) -> HealthLook:
    try:
        application = begun.application
    except NotEvaluated as error:
        return HealthLook("unseen", error.reason)
    try:
        live, ready = read_liveness(application), read_readiness(application)
        failing = [fact.observed for fact in (live.answers, ready.answers) if not fact.holds]
        if not failing:
            failing = [fact.observed for fact in (live.says_alive, ready.says_ready) if not fact.holds]
    except NotEvaluated as error:
        return HealthLook("silent", error.reason)
    return HealthLook("failing", "; ".join(failing)) if failing else HealthLook("healthy", "")


def _traffic(begun: Run, at: datetime) -> TrafficLook:
    end = at.replace(second=0, microsecond=0) + MINUTE
    try:
        return TrafficLook(begun.telemetry.minutes(Window(end - LOOKED_BACK, end)))
    except NotEvaluated as error:
        return TrafficLook(None, error.reason)


def _alerts(begun: Run) -> AlertLook:
    estate = begun.estate
    try:
        fired = [_alert(one, MONITOR_TIME, "Azure Monitor") for one in read_fired_alerts(estate).critical()]
        open_ones = read_alerts(estate).severe_and_open()
        return AlertLook((*fired, *(_alert(one, DEFENDER_TIME, "Defender for Cloud") for one in open_ones)))
    except NotEvaluated as error:
        return AlertLook(None, error.reason)


def _alert(found: Document, time: tuple[str, ...], source: str) -> Alert:
    severity = found.text("properties", "essentials", "severity") or found.text("properties", "severity") or "unknown"
    name = found.text("properties", "alertDisplayName") or found.name
    return Alert(found.id, f"{name} ({severity}, {source})", found.moment(*time))


def _impatient(environment: Environment) -> Environment:
    if environment.application is None:
        return environment
    limits = environment.application.limits
    quick = limits.model_copy(update={"attempts": min(limits.attempts, MAX_ATTEMPTS)})
    return environment.model_copy(update={"application": environment.application.model_copy(update={"limits": quick})})
