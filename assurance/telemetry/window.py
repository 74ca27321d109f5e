"""Spans of time that telemetry is judged over, fixed by when the run began.

The declared thresholds beside the guide's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from assurance.environment.application_tables import BIN_MINUTES, Thresholds
from assurance.errors import NotEvaluated
from assurance.tape import Reading, Tape, sha256, utc_now
from assurance.tape.moments import recorded
from assurance.verdicts import Fact

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


# Guide, Step 17 (and Step 14 for the list); these stand here and not in the model, so that neither moves the other.
GUIDE: Mapping[str, float] = MappingProxyType(
    {
        "availability_percent": 99.9,
        "p50_milliseconds": 500.0,
        "p95_milliseconds": 2000.0,
        "p99_milliseconds": 5000.0,
        "error_rate_percent": 1.0,
        "failed_requests_per_hour": 10.0,
        "list_p95_milliseconds": 500.0,
    }
)
AT_LEAST = frozenset({"availability_percent"})


@dataclass(frozen=True, slots=True)
class Targets:
    """The declared thresholds, as a reading: what a run was judged by is part of its evidence.

    Attributes:
        declared: The thresholds.
        readings: Where they stand on the tape.
    """

    declared: Thresholds
    readings: tuple[str, ...]

    def is_not_looser(self, name: str) -> Fact:
        """Whether a threshold asks for at least as much as the guide does."""
        values: Mapping[str, float] = self.declared.model_dump()
        threshold, guide = values[name], GUIDE[name]
        holds = threshold >= guide if name in AT_LEAST else threshold <= guide
        side = "at least" if name in AT_LEAST else "at most"
        return Fact(
            holds,
            f"{name} is {side} {guide:g}, as the guide has it",
            f"{name} is {threshold:g}",
            f"telemetry.thresholds.{name}",
            self.readings,
            "" if holds else f"Set telemetry.thresholds.{name} = {guide:g} in the environment file.",
        )


def declared_targets(declared: Thresholds, tape: Tape) -> Targets:
    """Return the thresholds, kept on the tape under what they are.

    Raises:
        NotEvaluated: The tape that is replayed was judged by others.
    """
    body = json.dumps(declared.model_dump(), sort_keys=True).encode()
    key = tape.key("declared", "telemetry.thresholds", tape.digest(body))

    def written() -> Reading:
        question = "telemetry.thresholds of the environment file"
        return Reading(key, "declared", question, utc_now(), 0, sha256=sha256(body), body=body)

    try:
        reading = tape.obtain(key, written)
    except NotEvaluated as error:
        raise NotEvaluated(
            "The replayed run was judged by other thresholds than those of the environment file.",
            "Replay it with the environment file that it was recorded with, or record again.",
        ) from error
    return Targets(declared, (reading.key,))
