"""Watch a deployment: health, traffic and alerts, until the time is over or one of the guide's rollback triggers fires.

Exit status 0 (GO) only if all was seen and was well, 1 (NO-GO) with the commands to roll back, 10 (INCONCLUSIVE) if the
watch lost sight or was interrupted. Telemetry is late: the watch goes on until that of its last minute has arrived.
"""

from __future__ import annotations

import argparse
import logging
import os
import tempfile
from datetime import timedelta
from pathlib import Path

from assurance.command_line.watch.plan import SystemClock, WatchPlan
from assurance.command_line.watch.sight import EnvironmentSight
from assurance.command_line.watch.watching import Teller, watch
from assurance.environment import Environment, find, load
from assurance.environment.application_tables import DeclaredTelemetry
from assurance.environment.suite_tables import reports_directory
from assurance.errors import NotEvaluated, UsageError
from assurance.runs.basis import new_run_id
from assurance.runs.gates import EXIT_STATUSES
from assurance.verdicts import Decision

FOLDER = Path("environments")
FEWEST_MINUTES = 2.0
SHORT = timedelta(hours=1)
EVERY_SECONDS, EVERY_SECONDS_OF_LONG = 30.0, 60.0


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--env", required=True, metavar="NAME|FILE", help="a name in environments/, or a TOML file")
    span = parser.add_mutually_exclusive_group(required=True)
    span.add_argument("--minutes", type=float, help="how long; 10 after a canary's share of the traffic (Step 15)")
    span.add_argument("--hours", type=float, help="how long; 24 after a deployment (Step 26)")
    span.add_argument(
        "--until-stable", action="store_true", help="until the newest revision's stability window of 24 hours is over"
    )
    parser.add_argument("--every", type=float, metavar="SECONDS", help="from one look to the next (30; of hours 60)")
    parser.add_argument("--reports", type=Path, metavar="DIR", help="where it is written down")


def run(arguments: argparse.Namespace) -> int:
    """Watch, and print a line for each look.

    Raises:
        UsageError: The environment file is wrong, or says nothing of the telemetry, or the span is none.
    """
    logging.getLogger("azure").setLevel(logging.ERROR)
    logging.getLogger("msrest").setLevel(logging.ERROR)
    environment = load(find(arguments.env, FOLDER))
    declared = _telemetry(environment)
    reports = arguments.reports or reports_directory(environment.evidence.reports, os.environ, Path.cwd())
    directory = reports / environment.name / f"watch-{new_run_id()}"
    plan = _plan(arguments, declared, environment)
    sight = EnvironmentSight(environment, directory / "looks")
    directory.mkdir(parents=True, exist_ok=True)
    teller = Teller(plan, directory)
    print(f"Watching {environment.name} until {plan.until:%Y-%m-%d %H:%M:%S} UTC; written to {directory}", flush=True)
    conclusion = watch(plan, sight, SystemClock(), teller.tell)
    rollback = sight.rollback() if conclusion.decision is Decision.NO_GO else ()
    teller.conclude(conclusion, rollback)
    return int(EXIT_STATUSES[conclusion.decision])


def _telemetry(environment: Environment) -> DeclaredTelemetry:
    if environment.cloud.resource_manager.rstrip("/").endswith(".invalid"):
        raise UsageError(
            f"environment {environment.name!r} rests on stand-ins, which only a run starts; start them with "
            "`python -m sandbox`, and give the environment file that it names"
        )
    if environment.telemetry is None or environment.application is None:
        raise UsageError(
            f"environment {environment.name!r} has no [telemetry] or no [application]; without both there is nothing "
            "to watch: add them to the environment file"
        )
    return environment.telemetry


def _plan(arguments: argparse.Namespace, declared: DeclaredTelemetry, environment: Environment) -> WatchPlan:
    started = SystemClock().now()
    until = started
    if arguments.until_stable:
        try:
            with tempfile.TemporaryDirectory(prefix="apex-watch-") as directory:
                until = EnvironmentSight(environment, Path(directory)).stable_from()
        except NotEvaluated as error:
            raise UsageError(f"--until-stable: when the stability window ends is not known: {error}") from error
    else:
        minutes = arguments.minutes if arguments.minutes is not None else 60 * arguments.hours
        if not FEWEST_MINUTES <= minutes <= 7 * 24 * 60:
            raise UsageError(f"{minutes:g} minutes: from {FEWEST_MINUTES:g} minutes to 168 hours were expected")
        until = started + timedelta(minutes=minutes)
    if until - started < timedelta(minutes=FEWEST_MINUTES):
        raise UsageError(
            f"the stability window was over at {until:%Y-%m-%d %H:%M} UTC: there is nothing left to watch; "
            "`pytest checks/deployment` judges what was recorded in it"
        )
    every = arguments.every or (EVERY_SECONDS if until - started <= SHORT else EVERY_SECONDS_OF_LONG)
    if not 1 <= every <= 300:
        raise UsageError(f"--every {every:g}: 1 to 300 seconds were expected")
    arrival = timedelta(seconds=declared.arrival_seconds)
    return WatchPlan(started, until, timedelta(seconds=every), arrival, declared.thresholds)
