"""What a fleet says on the terminal, and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from assurance.command_line.fleet.outcomes import Outcome, in_order, numbers, status_of
from assurance.command_line.fleet.page import counts
from assurance.reporting.fit import for_terminal
from assurance.reporting.wording import counted
from assurance.verdicts import Source

MAX_LINES = 12
BELOW = 2
"""The lines below those of environments: the numbers, and where the page is."""


def lines(outcomes: Sequence[Outcome], page: str, *, interrupted: bool) -> list[str]:
    """Return at most `MAX_LINES` lines: one for each of the worst environments, how many there are, and the page."""
    ordered = in_order(outcomes)
    most = MAX_LINES - BELOW
    shown = ordered if len(ordered) <= most else ordered[: most - 1]
    left = len(ordered) - len(shown)
    more = [f"and {counted(left, 'more environment')}, in the page"] if left else []
    told = ", ".join(f"{number:,} {word}" for word, number in numbers(ordered).items() if number)
    broken = " (INTERRUPTED)" if interrupted else ""
    count = f"{counted(len(ordered), 'environment')}: {told}{broken}"
    return [*map(_line, shown), *more, count, f"page      {for_terminal(page)}"]


def _line(outcome: Outcome) -> str:
    head = f"{outcome.word:<13} {for_terminal(str(outcome.file), 60)}: "
    if outcome.report is None:
        return f"{head}{for_terminal(outcome.reason, 300)}"
    worth = "" if outcome.source == Source.LIVE else f" ({outcome.source}: no audit evidence)"
    return f"{head}{for_terminal(outcome.scope)}; {counts(outcome)}{worth}; {for_terminal(str(outcome.report))}"


def document(outcomes: Sequence[Outcome], page: Path, *, interrupted: bool) -> dict[str, object]:
    """Return the same for programs."""
    ordered = in_order(outcomes)
    return {
        "decision": ordered[0].word,
        "exit_status": int(status_of(ordered)),
        "interrupted": interrupted,
        "numbers": numbers(ordered),
        "page": str(page),
        "environments": [_values(one) for one in ordered],
    }


def _values(outcome: Outcome) -> dict[str, object]:
    return {
        "file": str(outcome.file),
        "environment": outcome.environment or None,
        "decision": str(outcome.decision) if outcome.decision is not None else None,
        "scope": outcome.scope,
        "source": outcome.source or None,
        "counts": {str(verdict): number for verdict, number in outcome.counts.items()},
        "failing_controls": list(outcome.failing_controls),
        "reason": outcome.reason,
        "seconds": round(outcome.seconds, 1),
        "report": str(outcome.report) if outcome.report is not None else None,
    }
