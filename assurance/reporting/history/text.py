"""A history as the terminal shows it; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby

from assurance.judging.controls import CONTROLS
from assurance.reporting.fit import as_line_for_terminal
from assurance.reporting.history.courses import Course, courses
from assurance.reporting.history.model import Gap, History, PastRun, Series
from assurance.reporting.html.parts import SYMBOLS
from assurance.reporting.wording import VERDICT_WORDS, counted, duration_in_words
from assurance.verdicts import Decision, Source

MAX_PROBLEMS = 1_000
"""How many problems are told one by one."""
MAX_SHOWN = 40
"""Of a control's verdicts over time, how many stand in one line: the latest."""
LEGEND = "  ".join(f"{symbol} {VERDICT_WORDS[verdict]}" for verdict, symbol in SYMBOLS.items())


def told(history: History) -> str:
    """Return the whole history, in lines."""
    parts = [_heading(history), _problems(history), _nights(history.series), _decisions(history), _approvals(history)]
    parts.append(_controls(history.counted))
    return "\n\n".join("\n".join(map(as_line_for_terminal, part)) for part in parts if part)


def night_problems(gaps: Sequence[Gap]) -> list[str]:
    """Return the missing nights, those that follow one another and had no run at all together."""
    lines: list[str] = []
    # Nights in a row have a constant difference from their place in the list.
    numbered = enumerate(gaps)
    for _, group in groupby(
        numbered,
        key=lambda numbered_gap: (numbered_gap[1].night - timedelta(days=numbered_gap[0]), numbered_gap[1].instead),
    ):
        missing = [gap for _, gap in group]
        first, last = missing[0].night, missing[-1].night
        nights = f"{first}" if len(missing) == 1 else f"{first} to {last} ({len(missing)} nights)"
        lines.append(f"{nights}: {missing[0].instead or 'no run'}")
    return lines


def series_sentence(series: Series) -> str:
    """Return what the series is, and how many of its nights are held."""
    if series.first is None or series.last is None:
        return "no nightly series in this period"
    basis = "" if series.is_marked else " (no run selected the marker nightly, so any complete run holds its night)"
    held = series.nights - len(series.gaps)
    return (
        f"{series.first} to {series.last} (UTC dates), {counted(series.nights, 'night')}: {held} held, "
        f"{len(series.gaps)} missing{basis}"
    )


def shown(at: datetime | None) -> str:
    """Return a moment to the minute, a dash for none."""
    return "-" if at is None else f"{at:%Y-%m-%d %H:%M}"


def problem_lines(history: History) -> list[str]:
    """Return everything that is wrong with the chain, the packs and the runs, a sentence each."""
    known = set(history.problems)
    runs_by_problem: dict[str, list[str]] = {}
    for run in history.runs:
        problems = [problem for problem in run.problems if problem not in known]
        problems += ["its verdicts are not known"] if run.outcome is None else []
        problems += ["it was interrupted, so it is no evidence"] if not run.complete else []
        for problem in problems:
            runs_by_problem.setdefault(problem, []).append(run.id)
    lines = [*history.problems, *(f"run {', '.join(names)}: {problem}" for problem, names in runs_by_problem.items())]
    return lines if len(lines) <= MAX_PROBLEMS else [*lines[:MAX_PROBLEMS], f"and {len(lines) - MAX_PROBLEMS:,} more"]


def _heading(history: History) -> list[str]:
    since = f"since {history.since:%Y-%m-%d}" if history.since is not None else "since the first line of the ledger"
    evidence = "" if history.basis is Source.LIVE else ", no audit evidence of a deployment"
    by_source = Counter(run.source for run in history.runs)
    sources = ", ".join(f"{by_source[source]} {source}" for source in Source if by_source[source]) or "none"
    chain = "BROKEN" if history.chain_is_broken else "unbroken"
    counting = f"{len(history.counted)} count: complete {history.basis} runs{evidence}"
    return [
        f"{history.environment}: history {since}, as of {shown(history.until)} UTC",
        f"  runs       {len(history.runs)} ({sources}); {counting}",
        f"  chain      {chain}; its end is {history.end or 'not known'}",
    ]


def _problems(history: History) -> list[str]:
    lines = problem_lines(history)
    return [f"Problems ({len(lines)})", *(f"  {line}" for line in lines)] if lines else []


def _nights(series: Series) -> list[str]:
    return ["Nights", f"  {series_sentence(series)}", *(f"  missing    {line}" for line in night_problems(series.gaps))]


def _decisions(history: History) -> list[str]:
    by_decision = Counter(run.decision for run in history.runs)
    lines = ["Decisions", "  " + ", ".join(f"{by_decision[decision]} {decision}" for decision in Decision)]
    before: Decision | None = None
    for run in history.counted:
        if run.decision is not before:
            lines.append(f"  {shown(run.started)}  {run.decision:<12}  run {run.id}")
        before = run.decision
    return lines


def _approvals(history: History) -> list[str]:
    lines = [
        f"  {shown(approval.approved)}  {approval.change} by {approval.approver}, run {approval.run}"
        for approval in history.approvals
    ]
    return ["Baselines approved", *(lines or ["  none in this period"])]


def _controls(runs: Sequence[PastRun]) -> list[str]:
    if not runs:
        return ["Controls", "  no run counts in this period"]
    lines = [f"Controls (the last {min(MAX_SHOWN, len(runs))} runs, the latest last; {LEGEND}  . not selected)"]
    lines.append(
        f"  {'':<8} {'runs':>5} {'fail':>5} {'?':>4}  {'first failure':<16}  {'last failure':<16}  mean to green"
    )
    lines += [_control(course, runs[-MAX_SHOWN:]) for course in courses(runs)]
    return lines


def _control(course: Course, runs: Sequence[PastRun]) -> str:
    verdicts = (run.verdict_of(course.control) for run in runs)
    strip = "".join(SYMBOLS[verdict] if verdict is not None else "." for verdict in verdicts)
    unknown = "" if course.control in CONTROLS else "  (no control of this version)"
    return (
        f"  {course.control:<8} {course.judged:>5} {course.failed:>5} {course.unjudged:>4}  "
        f"{shown(course.first_failure):<16}  {shown(course.last_failure):<16}  {green(course):<14} {strip}{unknown}"
    )


def green(course: Course) -> str:
    """Return the mean time to green, or since when a control fails."""
    if course.failing_since is not None:
        return f"failing since {course.failing_since:%Y-%m-%d}"
    mean = course.mean_to_green
    return "-" if mean is None else duration_in_words(mean.total_seconds())
