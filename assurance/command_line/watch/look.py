"""What one look at a deployment saw: its health, its traffic, its alerts, each of them or why it could not be seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from assurance.telemetry.minutes import Minute

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
        known = None if alerts is None else frozenset(one.id for one in alerts)
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
                    "at": one.at.isoformat(),
                    "requests": one.requests,
                    "failed": one.failed,
                    "p95_milliseconds": one.p95_milliseconds,
                }
                for one in minutes[-MINUTES_TOLD:]
            ],
            "traffic_not_seen": self.traffic.told,
            "alerts": None if alerts is None else [{"id": one.id, "told": one.told} for one in alerts],
            "alerts_not_seen": self.alerts.told,
            "tape": self.tape,
        }
