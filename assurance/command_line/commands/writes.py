"""List what a run of the checks would write in APEX, without sending anything: each flow, its requests, its names."""

from __future__ import annotations

import argparse
from pathlib import Path

from assurance.command_line.output import add_json, print_json
from assurance.environment import find, load
from assurance.runs.options import new_run_id

FOLDER = Path("environments")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--env", required=True, metavar="NAME|FILE", help="a name in environments/, or a TOML file")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the plans of all flows, to which each flow is held when it runs.

    Raises:
        UsageError: The environment file is wrong.
    """
    from assurance.apex.client.plans import PLANS

    environment = load(find(arguments.env, FOLDER))
    declared = environment.application
    if arguments.as_json:
        plans = list(PLANS.values()) if declared is not None and not declared.read_only else []
        print_json({"environment": environment.name, "plans": plans})
        return 0
    if declared is None:
        print(f"{environment.name}: nothing; the environment file has no table [application]")
        return 0
    if declared.read_only:
        print(f"{environment.name}: nothing; the environment file says application.read_only = true")
        return 0
    print(f"A run of all checks would write to {declared.base_url}{declared.api_prefix}:")
    example = new_run_id()
    left_out = set() if declared.deep else {"deep"}
    left_out |= set() if environment.load.allowed else {"load"}
    for plan in PLANS.values():
        if plan.name in left_out:
            continue
        named = f", in objects named {plan.prefix}-RUN (such as {plan.prefix}-{example})" if plan.prefix else ""
        print(f"\n{plan.name}{named}")
        for write in plan.writes:
            who = "every role, and without a token" if write.callers == ("any",) else ", ".join(write.callers)
            print(f"  {write.method:<6} {write.path:<30} as {who}: {write.what}")
    print("\nAll of it is archived at the end of the run; `apex-assurance sweep` finds what a broken run left.")
    return 0
