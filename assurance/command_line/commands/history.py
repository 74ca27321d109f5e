"""Tell the history of an environment from its ledger and its packs: verdicts over time, failures, missing nights.

Nothing is skipped silently: a broken chain, a missing or altered pack, an interrupted run and a night without one are
named. With --html the page reports/ENVIRONMENT/index.html is written anew, after a look into every pack; a run writes
it too, from the ledger alone. Exit status: 0 told, 2 wrong usage; whether the history is good is for its reader to
judge.
"""

from __future__ import annotations

import argparse
import os
import re
from datetime import UTC, datetime
from pathlib import Path

from assurance.command_line.output import add_json, print_json, waiting
from assurance.environment import load
from assurance.environment.suite_tables import reports_directory
from assurance.errors import UsageError
from assurance.evidence.pack import LEDGER
from assurance.reporting.history.courses import beginning, courses
from assurance.reporting.history.model import History
from assurance.reporting.history.page import INDEX, write_index
from assurance.reporting.history.reading import Period, read_history
from assurance.reporting.history.text import problem_lines, told


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--env", required=True, metavar="NAME|FILE", help="the environment")
    parser.add_argument("--since", metavar="PERIOD", help="days such as 90d, or a date (UTC); else all that there is")
    parser.add_argument("--reports", metavar="DIR", type=Path, help="where they are; else as for a run")
    parser.add_argument("--html", action="store_true", help=f"also write {INDEX} beside the packs")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Tell the history.

    Raises:
        UsageError: There is no ledger, or the period is none.
    """
    now = datetime.now(UTC)
    directory = _directory(arguments.reports or _declared_reports(arguments.env), arguments.env)
    since = beginning(arguments.since, now) if arguments.since is not None else None
    with waiting(f"Reading the history of {directory.name}"):
        history = read_history(directory, Period(since, now), open_packs=True)
    page = write_index(directory, history) if arguments.html else None
    if arguments.as_json:
        print_json(_document(history, page))
        return 0
    print(told(history))
    if page is not None:
        print(f"\npage       {page}")
    return 0


def _document(history: History, page: Path | None) -> dict[str, object]:
    series = history.series
    missing = [str(gap.night) for gap in series.gaps]
    return {
        "environment": history.environment,
        "until": history.until,
        "basis": str(history.basis),
        "chain_is_broken": history.chain_is_broken,
        "end": history.end,
        "problems": problem_lines(history),
        "nights": {"first": str(series.first), "last": str(series.last), "missing": missing},
        "runs": [
            {"id": run.id, "started": run.started, "decision": str(run.decision), "source": str(run.source),
             "complete": run.complete, "counts": run in history.counted}
            for run in history.runs
        ],
        "controls": courses(history.counted),
        "page": page,
    }  # fmt: skip


def _declared_reports(given: str) -> Path:
    declared = load(Path(given)).evidence.reports if given.endswith(".toml") else None
    return reports_directory(declared, os.environ, Path.cwd())


def _directory(reports: Path, given: str) -> Path:
    """Return where an environment's packs are.

    Raises:
        UsageError: Nothing ran there.
    """
    name = load(Path(given)).name if given.endswith(".toml") else given
    known = sorted(path.parent.name for path in reports.glob(f"*/{LEDGER}"))
    if re.fullmatch(r"[a-z0-9][a-z0-9-]*", name) is None or name not in known:
        there = ", ".join(known) or "none"
        raise UsageError(
            f"--env {given}: there is no {reports / name / LEDGER}; environments with a ledger in {reports}: {there}; "
            "give one of them, or --reports DIR"
        )
    return reports / name
