"""The course of one control over the runs that count: when it failed, and how long until it was green; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from assurance.reporting.history.model import PastRun
from assurance.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class Course:
    """One control over time.

    Attributes:
        control: Its id.
        judged: How many runs judged it.
        failed: How many of them found it failing.
        unjudged: How many of them could not judge it.
        now: Its verdict in the last run that judged it.
        first_failure: When the first run began that found it failing; None if none did.
        last_failure: When the last one began.
        to_green: From the beginning of each run that first found it failing to that of the next that found it passing:
            what could not be judged, or is waived, is not green.
        failing_since: When it began to fail, if it has not been green since.
    """

    control: str
    judged: int
    failed: int
    unjudged: int
    now: Verdict
    first_failure: datetime | None
    last_failure: datetime | None
    to_green: tuple[timedelta, ...]
    failing_since: datetime | None

    @property
    def mean_to_green(self) -> timedelta | None:
        """The mean of the times to green; None if it never became green after a failure."""
        return sum(self.to_green, timedelta()) / len(self.to_green) if self.to_green else None


def courses(runs: Sequence[PastRun]) -> tuple[Course, ...]:
    """Return the course of each control that any of the runs judged, in order of their ids.

    Args:
        runs: The runs that count, the oldest first.
    """
    seen: dict[str, list[tuple[datetime, Verdict]]] = {}
    for run in runs:
        for control in run.controls:
            verdict = run.verdict_of(control)
            if verdict is not None:
                seen.setdefault(control, []).append((run.started, verdict))
    return tuple(_course(control, seen[control]) for control in sorted(seen))


def _course(control: str, seen: Sequence[tuple[datetime, Verdict]]) -> Course:
    failures = [at for at, verdict in seen if verdict is Verdict.FAIL]
    to_green: list[timedelta] = []
    since: datetime | None = None
    for at, verdict in seen:
        if verdict is Verdict.FAIL and since is None:
            since = at
        elif verdict is Verdict.PASS and since is not None:
            to_green.append(at - since)
            since = None
    return Course(
        control=control,
        judged=len(seen),
        failed=len(failures),
        unjudged=sum(verdict is Verdict.NOT_EVALUATED for _, verdict in seen),
        now=seen[-1][1],
        first_failure=failures[0] if failures else None,
        last_failure=failures[-1] if failures else None,
        to_green=tuple(to_green),
        failing_since=since,
    )
