"""The nightly series of an environment and its gaps; pure. A night is a UTC date: 24 hours, whatever clocks do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from assurance.reporting.history.model import Gap, PastRun, Series, counts
from assurance.verdicts import Source

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
