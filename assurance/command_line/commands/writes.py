"""List what a run of checks would write in APEX, without sending anything: each flow, its requests, its names."""

from __future__ import annotations

import argparse
from pathlib import Path

from assurance.command_line.output import add_json, print_json
from assurance.environment import find, load
from assurance.environment.application import DeclaredApplication
from assurance.errors import UsageError
from assurance.runs.basis import new_run_id

FOLDER = Path("environments")
# The folders of checks that call the application, and their families.
FAMILIES = {
    "smoke": "SMK",
    "e2e": "E2E",
    "aace": "AACE",
    "roles": "RBAC",
    "bad_input": "BAD",
    "performance": "SLA",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--env", required=True, metavar="NAME|FILE", help="a name in environments/, or a TOML file")
    parser.add_argument(
        "what", nargs="*", metavar="WHAT", help="checks/smoke, or a family such as SMK: what of the checks is run; all"
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the plans of the flows, to which each flow is held when it runs.

    Raises:
        UsageError: The environment file is wrong, or there are no such checks.
    """
    from assurance.apex.client.plans import described, on_which_projects, planned

    environment = load(find(arguments.env, FOLDER))
    declared = environment.application
    families = {_family(word) for word in arguments.what} if arguments.what else None
    # The load test is run only where it is asked for.
    plans = planned(environment, families, with_load=families is not None and "SLA" in families)
    if arguments.as_json:
        print_json({"environment": environment.name, "plans": plans})
        return 0
    if declared is None or not plans:
        print(f"{environment.name}: nothing; {_why_nothing(declared)}")
        return 0
    checks = f"of {', '.join(sorted(families))}" if families else "of all checks"
    print(f"A run {checks} would write to {declared.base_url}{declared.api_prefix}:")
    example = new_run_id()
    for plan in plans:
        named = f", in objects named {plan.prefix}-RUN (such as {plan.prefix}-{example})" if plan.prefix else ""
        print(f"\n{plan.name}{named}")
        for line in described(plan):
            print(f"  {line}")
    print(f"\n{on_which_projects(declared)}")
    print("All of it is archived at the end of the run; `apex-assurance sweep` finds what a broken run left.")
    return 0


def _family(what: str) -> str:
    """Return the family of checks that is meant by a folder's or a family's name.

    Raises:
        UsageError: There is none that calls the application.
    """
    name = Path(what).name
    family = FAMILIES.get(name, name.upper())
    if family not in FAMILIES.values():
        known = ", ".join((*(f"checks/{family}" for family in FAMILIES), *FAMILIES.values()))
        raise UsageError(f"{what!r}: no checks of that name call the application; one of {known} was expected")
    return family


def _why_nothing(declared: DeclaredApplication | None) -> str:
    if declared is None:
        return "the environment file has no table [application]"
    if declared.read_only:
        return "the environment file says application.read_only = true"
    return "the environment file allows none of what these checks write"
