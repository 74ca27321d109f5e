"""Spans of time that telemetry is judged over, fixed by when the run began: a replay asks for the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from assurance.environment.telemetry import BIN_MINUTES
from assurance.tape.moments import recorded

BIN = timedelta(minutes=BIN_MINUTES)
MINUTES_PER_HOUR = 60


@dataclass(frozen=True, slots=True)
class Window:
    """One span of time, in whole intervals.

    Attributes:
        since: Its first moment, in UTC.
        until: The first moment after it.
    """

    since: datetime
    until: datetime

    @property
    def minutes(self) -> int:
        """How long it is."""
        return int((self.until - self.since).total_seconds()) // 60

    @property
    def label(self) -> str:
        """What it is called."""
        return label_of(self.minutes)

    @property
    def told(self) -> str:
        """From when to when it is."""
        return f"{self.since:%Y-%m-%d %H:%M} to {self.until:%Y-%m-%d %H:%M} UTC"

    @property
    def bins(self) -> tuple[datetime, ...]:
        """When each of its intervals begins."""
        return tuple(self.since + BIN * number for number in range((self.until - self.since) // BIN))


def label_of(minutes: int) -> str:
    """Return what a window of so many minutes is called."""
    whole_hours = minutes % MINUTES_PER_HOUR == 0 and minutes > MINUTES_PER_HOUR
    return f"last-{minutes // MINUTES_PER_HOUR}-hours" if whole_hours else f"last-{minutes}-minutes"


def window_before(started: str, arrival_seconds: float, minutes: int) -> Window:
    """Return the last whole intervals of which all telemetry had arrived when a run started.

    Args:
        started: When the run started (ISO 8601, UTC).
        arrival_seconds: How long telemetry takes to arrive.
        minutes: How long the window is.
    """
    arrived = recorded(started) - timedelta(seconds=arrival_seconds)
    midnight = arrived.replace(hour=0, minute=0, second=0, microsecond=0)
    until = midnight + (arrived - midnight) // BIN * BIN
    return Window(until - timedelta(minutes=minutes), until)
