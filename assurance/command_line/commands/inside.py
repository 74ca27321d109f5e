"""Run the suite inside the virtual network: start its Container Apps job, follow it, and fetch what it came to.

The job is `container_apps.job` of the environment file, started as it is configured; `evidence.container` holds its
evidence. Azure tells whether an execution succeeded, not what the run came to: that is read from the ledger and the
pack, which are fetched and checked. Exit status: 0 GO, 1 NO-GO, 10 INCONCLUSIVE, 4 no decision, 2 wrong usage.
"""

from __future__ import annotations

import argparse
import os
from datetime import timedelta
from pathlib import Path

from assurance.command_line.output import CommandStatus, add_json, print_error, print_json
from assurance.command_line.watch.plan import Clock, SystemClock
from assurance.environment import Environment, load_running
from assurance.environment.suite_tables import reports_directory
from assurance.errors import NotEvaluated, UsageError
from assurance.evidence.ledger import LedgerError
from assurance.reporting.fit import for_terminal
from assurance.runs.gates import EXIT_STATUSES
from assurance.runs.keeping import open_container
from assurance.world.azure.credential import SignInOnce
from assurance.world.azure.jobs import ContainerAppsJob, job_of

EVERY_SECONDS = 10.0
# Pulling the image, and waiting for a place, come before what `replicaTimeout` counts.
BEFORE_IT_RUNS = timedelta(minutes=10)
WIDEST = 160


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--env", required=True, metavar="NAME|FILE", help="a name in environments/, or a TOML file")
    parser.add_argument("--execution", metavar="NAME", help="follow this execution, and start none")
    parser.add_argument(
        "--timeout", type=float, metavar="MINUTES", help="how long it is followed (the job's replicaTimeout and 10)"
    )
    parser.add_argument(
        "--every", type=float, default=EVERY_SECONDS, metavar="SECONDS", help="from one look to the next (10)"
    )
    parser.add_argument("--reports", type=Path, metavar="DIR", help="where ledger and pack are fetched to")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Start or find the execution, follow it, fetch its evidence, and return its decision's status.

    Raises:
        UsageError: An option or the environment file is wrong; nothing was started.
    """
    environment = load_running(arguments.env)
    name = _job(environment)
    if not 0 < arguments.every <= 300 or (arguments.timeout is not None and arguments.timeout <= 0):
        raise UsageError("--every takes more than 0 and at most 300 seconds, --timeout more than 0 minutes")
    reports = arguments.reports or reports_directory(environment.evidence.reports, os.environ, Path.cwd())
    job = job_of(environment, name, SignInOnce(environment))
    try:
        return _followed(environment, job, arguments, reports / environment.name, SystemClock())
    except (NotEvaluated, LedgerError) as error:
        print_error("inside", error)
        if arguments.as_json:
            print_json({"environment": environment.name, "decision": None, "reason": str(error)})
        return CommandStatus.NOT_JUDGED


def _job(environment: Environment) -> str:
    name = environment.container_apps.job
    if name is None:
        raise UsageError(
            f"environment {environment.name!r} does not say which job runs the suite: add job to [container_apps]"
        )
    if environment.evidence.container is None:
        raise UsageError(
            f"environment {environment.name!r} keeps its evidence where the job runs, and it cannot be fetched: add "
            "container to [evidence]"
        )
    return name


def _followed(
    environment: Environment, job: ContainerAppsJob, arguments: argparse.Namespace, reports: Path, clock: Clock
) -> int:
    # The clients cost a second to import, also for whoever only mistypes an option.
    from assurance.command_line.executions import Following, evidence_of

    def tell(line: str) -> None:
        if not arguments.as_json:
            print(for_terminal(line, WIDEST), flush=True)

    container = open_container(environment)
    longest = timedelta(seconds=job.longest_seconds()) + BEFORE_IT_RUNS
    if arguments.timeout is not None:
        longest = timedelta(minutes=arguments.timeout)
    execution: str = arguments.execution or job.start(longest.total_seconds(), arguments.every)
    tell(f"{execution}: {'followed' if arguments.execution else 'started'}, an execution of the job {job}")
    following = Following(job, execution, arguments.execution is None, longest, arguments.every)
    look = following.until_it_ends(clock, tell)
    tell(f"{execution}: {look.status}{f' ({look.told})' if look.told else ''}; fetching from {container}")
    evidence = evidence_of(execution, look, container, reports)
    if arguments.as_json:
        facts = {"environment": environment.name, "execution": execution, "run": evidence.run}
        print_json({**facts, "decision": str(evidence.decision), "pack": str(evidence.pack)})
    else:
        print(f"{environment.name}: {evidence.decision}, run {evidence.run}\n{evidence.pack / 'report.html'}")
        print(f"The files and the chain are sound; every verdict again: apex-assurance verify {evidence.pack}")
    return int(EXIT_STATUSES[evidence.decision])
