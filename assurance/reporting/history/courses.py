"""The course of a control over the runs that count.

The nightly series with its gaps, and the period that is asked for. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from assurance.errors import UsageError
from assurance.reporting.history.model import Gap, PastRun, Series, counts
from assurance.verdicts import Source, Verdict

EXPECTED = "days such as 90d, or a date (UTC) such as 2026-08-01, were expected"
LONGEST_DAYS = 36_500


class PeriodError(UsageError):
    """`--since` gives no beginning of a period."""


def beginning(text: str, now: datetime) -> datetime:
    """Return the first moment of a period: midnight UTC of a date, or of the day so many days before today.

    Raises:
        PeriodError: It is neither days nor a date, or lies in the future.
    """
    days = re.fullmatch(r"(\d{1,6})d", text)
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if days is not None:
        if int(days.group(1)) > LONGEST_DAYS:
            raise PeriodError(f"--since {text}: {EXPECTED}, at most {LONGEST_DAYS} days")
        return midnight - timedelta(days=int(days.group(1)))
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) is None:
        raise PeriodError(f"--since {text}: {EXPECTED}")
    try:
        first = datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError as error:
        raise PeriodError(f"--since {text}: there is no such day; {EXPECTED}") from error
    if first > now:
        raise PeriodError(f"--since {text}: lies in the future; {EXPECTED}")
    return first


ONE_DAY = timedelta(days=1)


def series_of(runs: Sequence[PastRun], basis: Source, since: datetime | None, until: datetime) -> Series:
    """Return the nightly series within a period.

    It begins with the first nightly run there ever was, or with the period. Tonight's run may still come, so tonight
    is missing only tomorrow.

    Args:
        runs: All runs of the ledger, also those before the period, the oldest first.
        basis: The source that holds a night.
        since: The beginning of the period; None for all.
        until: The moment at which the question is asked.
    """
    counting = [run for run in runs if counts(run, basis)]
    marked = [run for run in counting if run.outcome is not None and run.outcome.nightly]
    series = marked or counting
    if not series:
        return Series(None, None, (), is_marked=False)
    demanded = marked[-1].controls if marked else frozenset()
    held = {run.night for run in counting if (run.controls >= demanded if marked else True)} | {
        run.night for run in marked
    }
    today = until.astimezone(UTC).date()
    last = today if today in held else today - ONE_DAY
    first = min(run.night for run in series)
    if since is not None:
        first = max(first, since.astimezone(UTC).date())
    if first > last:
        return Series(None, None, (), is_marked=bool(marked))
    nights = [first + ONE_DAY * number for number in range((last - first).days + 1)]
    by_night: dict[date, list[PastRun]] = {}
    for run in runs:
        by_night.setdefault(run.night, []).append(run)
    gaps = (Gap(night, _instead(by_night.get(night, ()), basis)) for night in nights if night not in held)
    return Series(first, last, tuple(gaps), is_marked=bool(marked))


def _instead(runs: Sequence[PastRun], basis: Source) -> str:
    return "; ".join(f"{run.id} {_why(run, basis)}" for run in runs)


def _why(run: PastRun, basis: Source) -> str:
    """Return why a run does not hold its night."""
    if not run.is_trusted:
        return "has an edited line in the ledger"
    if not run.complete:
        return "was interrupted"
    if run.source is not basis:
        return f"is {run.source}"
    return "did not judge all that the nightly run judges"


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
