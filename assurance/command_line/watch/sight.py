"""Looks at an environment: each look is a run of its own, with a tape of its own; and what one look saw."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal, Protocol

from assurance.apex.smoke.health import read_liveness, read_readiness
from assurance.command_line.watch.plan import WatchPlan
from assurance.environment import Environment
from assurance.errors import NotEvaluated
from assurance.estate.deployment.revisions import STABILITY_WINDOW, read_revisions
from assurance.estate.monitoring.defender import read_alerts
from assurance.estate.monitoring.monitoring import read_fired_alerts
from assurance.runs.basis import RunOptions
from assurance.runs.gates import rollback_commands
from assurance.runs.run import Run
from assurance.tape import utc_now
from assurance.telemetry.timeline import MINUTE, Minute
from assurance.telemetry.window import Window
from assurance.verdicts import Fact
from assurance.world.azure.document import Document

MINUTES_TOLD = 5
# `silent`: nothing answered, which is a failure only where it is known not to be our own network's.
HealthState = Literal["healthy", "failing", "silent", "unseen"]


@dataclass(frozen=True, slots=True)
class HealthLook:
    """How the application told its health.

    Attributes:
        state: What it came to.
        told: What it answered, or why it is not known.
    """

    state: HealthState
    told: str


@dataclass(frozen=True, slots=True)
class TrafficLook:
    """The latest minutes of requests of users.

    Attributes:
        minutes: Those in which there were any, in order; None if they could not be read.
        told: Why they could not be read; empty if they could.
    """

    minutes: tuple[Minute, ...] | None
    told: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert that demands attention: of Azure Monitor of severity 0 or 1, or of Defender for Cloud of High severity.

    Attributes:
        id: Its resource id.
        told: What it is called, its severity, and where it comes from.
        at: When it was fired, in UTC; None where it does not say.
    """

    id: str
    told: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class AlertLook:
    """The alerts there are.

    Attributes:
        alerts: The alerts; None if they could not be read.
        told: Why they could not be read; empty if they could.
    """

    alerts: tuple[Alert, ...] | None
    told: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """One look.

    Attributes:
        at: When it was begun, in UTC.
        health: The health endpoints.
        traffic: The latest requests.
        alerts: The alerts.
        tape: The directory of its readings, where they are kept.
    """

    at: datetime
    health: HealthLook
    traffic: TrafficLook
    alerts: AlertLook
    tape: str = ""

    @property
    def sees_azure(self) -> bool:
        """Whether Azure answered anything: then this machine's own network works."""
        return self.traffic.minutes is not None or self.alerts.alerts is not None

    def differs_from(self, other: Look) -> bool:
        """Whether anything is otherwise than in another look but the figures of the traffic."""
        return self._state() != other._state()

    def _state(self) -> tuple[object, ...]:
        alerts = self.alerts.alerts
        known = None if alerts is None else frozenset(alert.id for alert in alerts)
        return self.health.state, self.traffic.minutes is None, known

    def document(self) -> dict[str, Any]:
        """Return the look as JSON values."""
        minutes, alerts = self.traffic.minutes, self.alerts.alerts
        return {
            "at": self.at.isoformat(),
            "health": {"state": self.health.state, "told": self.health.told},
            "traffic": None
            if minutes is None
            else [
                {
                    "at": minute.at.isoformat(),
                    "requests": minute.requests,
                    "failed": minute.failed,
                    "p95_milliseconds": minute.p95_milliseconds,
                }
                for minute in minutes[-MINUTES_TOLD:]
            ],
            "traffic_not_seen": self.traffic.told,
            "alerts": None if alerts is None else [{"id": alert.id, "told": alert.told} for alert in alerts],
            "alerts_not_seen": self.alerts.told,
            "tape": self.tape,
        }


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
        fired = [_alert(alert, MONITOR_TIME, "Azure Monitor") for alert in read_fired_alerts(estate).critical()]
        open_ones = read_alerts(estate).severe_and_open()
        return AlertLook((*fired, *(_alert(alert, DEFENDER_TIME, "Defender for Cloud") for alert in open_ones)))
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
