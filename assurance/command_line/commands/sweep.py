"""Archive what earlier runs left in APEX: projects named SMOKE- or E2E- and a run's id, and nothing else."""

from __future__ import annotations

import argparse
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from assurance.command_line.output import add_json, print_json
from assurance.environment import Environment, load_running
from assurance.errors import UsageError
from assurance.runs.basis import RunOptions, new_run_id
from assurance.runs.run import Run

LEFT = 1
# A run that is under way is not to lose what it works with; none takes longer than this.
OLDER_THAN_MINUTES = 120


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--env", required=True, metavar="NAME|FILE", help="a name in environments/, or a TOML file")
    parser.add_argument("--dry-run", action="store_true", help="only list what would be archived")
    add_json(parser)
    parser.add_argument(
        "--older-than",
        type=int,
        default=OLDER_THAN_MINUTES,
        metavar="MINUTES",
        help=f"leave what younger runs made, which may be under way ({OLDER_THAN_MINUTES})",
    )


def run(arguments: argparse.Namespace) -> int:
    """Find, archive and list.

    Raises:
        UsageError: The environment file is wrong, has no application, or forbids writing.
        NotEvaluated: The application did not say what it holds.
    """
    environment = load_running(arguments.env)
    _demand_application(environment, writing=not arguments.dry_run)
    if arguments.older_than < 0:
        raise UsageError(f"--older-than {arguments.older_than}: a number of minutes, 0 or more, was expected")
    youngest = datetime.now(UTC) - timedelta(minutes=arguments.older_than)
    with tempfile.TemporaryDirectory(prefix="apex-sweep-") as directory:
        begun = Run(environment, RunOptions(None, None, Path(directory), new_run_id(), "sweep"))
        try:
            return _sweep(begun, youngest, dry_run=arguments.dry_run, as_json=arguments.as_json)
        finally:
            begun.close()


def _sweep(begun: Run, youngest: datetime, *, dry_run: bool, as_json: bool) -> int:
    from assurance.apex.access import admit_manager
    from assurance.apex.client import Flow
    from assurance.apex.client.cleanup import archive, by_reason
    from assurance.apex.client.cleanup import find as find_left_overs
    from assurance.apex.client.plans import CLEAN_UP

    flow = Flow(begun.application, CLEAN_UP)
    left_overs = find_left_overs(flow)
    old = [left_over for left_over in left_overs if left_over.begun <= youngest]
    if as_json:
        swept = archive(flow, old, admit_manager) if old and not dry_run else None
        left = [{"project": project, "reason": reason} for project, reason in swept.left] if swept is not None else []
        archived = list(swept.archived) if swept is not None else []
        print_json({"environment": begun.environment.name, "found": left_overs, "archived": archived, "left": left})
        return LEFT if left else 0
    if len(old) < len(left_overs):
        print(
            f"{len(left_overs) - len(old)} projects are of runs that may be under way, and are left: see --older-than"
        )
    if dry_run or not old:
        for left_over in old:
            print(f"would archive  {left_over.number}  {left_over.id}")
        print(f"{begun.environment.name}: {len(old)} projects of earlier runs are left")
        return 0
    sweep = archive(flow, old, admit_manager)
    for left_over in sweep.archived:
        print(f"archived  {left_over.number}  {left_over.id}")
    for line in by_reason(sweep.left):
        print(f"LEFT      {line}")
    print(f"{begun.environment.name}: {len(sweep.archived)} archived, {len(sweep.left)} left")
    return LEFT if sweep.left else 0


def _demand_application(environment: Environment, *, writing: bool) -> None:
    declared = environment.application
    if declared is None:
        raise UsageError(f"environment {environment.name!r} has no table [application]; there is nothing to sweep")
    if writing and declared.read_only:
        raise UsageError(f"environment {environment.name!r} says application.read_only = true; give --dry-run to look")
