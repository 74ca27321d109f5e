"""What a run rests on, how old it is, and whether a gate may decide on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from assurance.environment.evidence import Evidence
from assurance.errors import UsageError
from assurance.tape import Reading
from assurance.tape.moments import recorded
from assurance.verdicts import Source

SECONDS_PER_HOUR = 3600.0


class GateRefused(UsageError):  # noqa: N818  (it says what happened)
    """A gate was asked to decide on what it must not rest on."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What a run rests on.

    Attributes:
        source: LIVE, RECORDED or SANDBOX.
        oldest_reading: When the oldest reading was begun, UTC, ISO 8601; empty where there is none yet.
    """

    source: Source
    oldest_reading: str = ""


def oldest_of(readings: Iterable[Reading]) -> str:
    """Return when the oldest of some readings was begun; empty if there are none."""
    return min((reading.started for reading in readings), default="")


def age_seconds(oldest_reading: str, at: str) -> float:
    """Return how old a reading was at a time; both in UTC, ISO 8601."""
    return (recorded(at) - recorded(oldest_reading)).total_seconds()


def refuse_as_gate(basis: Basis, declared: Evidence, *, allow_not_live: bool, now: str) -> None:
    """Refuse to let a gate decide on anything but the real environment as it is now.

    An environment that declares `allow_not_live` lets stand-ins and tapes through, but no tape older than its
    `maximum_age_hours`; the command line's `allow_not_live`, meant for rehearsals, lets everything through.

    Args:
        basis: What the run rests on.
        declared: The `[evidence]` table.
        allow_not_live: Whether the command line allows it.
        now: The time, UTC, ISO 8601.

    Raises:
        GateRefused: The run rests on what a gate must not rest on; the message says how to go on.
    """
    if basis.source is Source.LIVE or allow_not_live:
        return
    anyway = "for a rehearsal give --allow-not-live"
    if basis.source is Source.RECORDED:
        _refuse_stale(basis, declared, now, anyway)
    if not declared.allow_not_live:
        what = "stand-ins" if basis.source is Source.SANDBOX else "a tape"
        raise GateRefused(
            f"a gate cannot rest on {what} ({basis.source}): judge the environment itself, as it is; {anyway}, "
            "or set allow_not_live = true under [evidence] in the environment file"
        )


def _refuse_stale(basis: Basis, declared: Evidence, now: str, anyway: str) -> None:
    if not basis.oldest_reading:
        raise GateRefused(f"a gate cannot rest on a tape ({basis.source}) without any reading; {anyway}")
    hours = age_seconds(basis.oldest_reading, now) / SECONDS_PER_HOUR
    if hours > declared.maximum_age_hours:
        raise GateRefused(
            f"a gate cannot rest on a stale tape ({basis.source}): its oldest reading is of {basis.oldest_reading}, "
            f"{hours:.1f} hours ago, and [evidence] maximum_age_hours is {declared.maximum_age_hours:g}; judge the "
            f"environment as it is, without --replay; {anyway}"
        )
