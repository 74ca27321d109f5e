"""How long a watch lasts, and what ends it early; and the seam to time."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from assurance.environment.application_tables import Thresholds
from assurance.telemetry.timeline import MINUTE
from assurance.telemetry.window import Window


class Clock(Protocol):
    """What tells the time and lets it pass."""

    def now(self) -> datetime:
        """Return the time, in UTC."""

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass."""


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        """Return the time, in UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass."""
        time.sleep(seconds)


TRIGGER_AFTER = timedelta(minutes=5)
"""How long health or errors may be bad before it is a reason to roll back (guide, Step 23: more than five minutes)."""
TRIGGER_ERROR_PERCENT = 10.0
"""Above which share of failed requests they are bad (guide, Step 23)."""


@dataclass(frozen=True, slots=True)
class WatchPlan:
    """One watch.

    Attributes:
        started: When it begins, in UTC.
        until: When the span ends that is watched.
        every: How long from one look to the next.
        arrival: How long telemetry takes to arrive: the watch goes on so long after `until`, to judge all of the span.
        thresholds: What the traffic is held to when the span is over.
    """

    started: datetime
    until: datetime
    every: timedelta
    arrival: timedelta
    thresholds: Thresholds

    @property
    def ends(self) -> datetime:
        """When the last look is made."""
        return self.until + self.arrival

    @property
    def window(self) -> Window:
        """The span whose traffic is judged, in the whole minutes that lie within it."""
        since = self.started.replace(second=0, microsecond=0)
        first = since if since == self.started else since + MINUTE
        return Window(first, self.until.replace(second=0, microsecond=0))

    @property
    def longest_unseen(self) -> timedelta:
        """For how long health may go unseen: within a longer time it could have failed for longer than it may."""
        return TRIGGER_AFTER + self.every
