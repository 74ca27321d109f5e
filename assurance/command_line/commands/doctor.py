"""Say whether this machine and this identity can judge an environment, and what would not be evaluated."""

from __future__ import annotations

import argparse
import logging
import shlex
import tempfile
from pathlib import Path

from assurance.command_line.doctor import Finding, State, examine
from assurance.command_line.output import add_json, print_json
from assurance.command_line.stand_ins import running
from assurance.environment import Environment
from assurance.estate.resources.questions import Questions
from assurance.reporting.fit import for_terminal
from assurance.runs.basis import RunOptions, new_run_id
from assurance.runs.run import Run

NOT_READY = 1


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--env", required=True, metavar="NAME|FILE", help="a name in environments/, or a TOML file")
    parser.add_argument("--vantage", choices=("inside", "outside"), help="where the suite runs from; else the file's")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Examine, print each finding as it is known, and say what it comes to.

    Raises:
        UsageError: The environment file is wrong, or names a stand-in that does not run.
    """
    # The SDK warns of kinds of resource that its models do not know; what is judged is the body.
    logging.getLogger("azure").setLevel(logging.ERROR)
    logging.getLogger("msrest").setLevel(logging.ERROR)
    with running(arguments.env) as environment:
        return _examined(environment, arguments)


def _examined(environment: Environment, arguments: argparse.Namespace) -> int:
    findings: list[Finding] = []
    with tempfile.TemporaryDirectory(prefix="apex-doctor-") as directory:
        options = RunOptions(None, arguments.vantage, Path(directory), new_run_id(), "doctor")
        begun = Run(environment, options)
        for finding in examine(begun, Questions(begun.clients)):
            findings.append(finding)
            if not arguments.as_json:
                _print(finding)
    problems = [finding for finding in findings if finding.state is State.PROBLEM]
    if arguments.as_json:
        print_json({"environment": environment.name, "ready": not problems, "findings": findings})
    else:
        print(f"\n{_conclusion(arguments.env, problems)}")
    return NOT_READY if problems else 0


def _print(finding: Finding) -> None:
    marks = {State.OK: "ok     ", State.NOTE: "note   ", State.PROBLEM: "PROBLEM"}
    print(
        f"{marks[finding.state]}  {finding.area:<12}  {for_terminal(finding.subject)}: {for_terminal(finding.told)}",
        flush=True,
    )
    if finding.controls and finding.controls != ("all",):
        print(f"{'':23}not evaluated: {', '.join(finding.controls)}")
    if finding.remedy:
        print(f"{'':23}{for_terminal(finding.remedy)}")


def _conclusion(named: str, problems: list[Finding]) -> str:
    if not problems:
        return f"Ready: apex-assurance run --env {shlex.quote(named)}"
    sentence = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    return f"Not ready: {sentence}. What depends on this will be 'not evaluated', so no run can be GO."
