"""What of the plans a run would carry out: by what its environment declares, and by what of the checks it selects."""

from __future__ import annotations

from collections.abc import Iterator, Set

from assurance.apex.client.plans import CLEAN_UP, FLOW_FAMILIES, PLANS, FlowPlan
from assurance.environment import Environment
from assurance.environment.application import DeclaredApplication

LOAD = "load"
DEEP = "deep"


def planned(environment: Environment, families: Set[str] | None = None, *, with_load: bool = True) -> list[FlowPlan]:
    """Return the plans that a run of checks would carry out; none where nothing may be written.

    Args:
        environment: What is declared.
        families: The families of checks that it selects, such as SMK; all where it is not known.
        with_load: Whether it asks for the load test, where the environment allows one.
    """
    declared = environment.application
    if declared is None or declared.read_only:
        return []
    found = [
        plan
        for name, plan in PLANS.items()
        if name in FLOW_FAMILIES
        and (families is None or FLOW_FAMILIES[name] in families)
        and (name != DEEP or declared.deep)
        and (name != LOAD or (environment.load.allowed and with_load))
    ]
    return [*found, PLANS[CLEAN_UP]] if found else []


def described(plan: FlowPlan) -> Iterator[str]:
    """Return a plan in lines: its requests, who sends them, and what comes of them."""
    for write in plan.writes:
        who = "every role, and without a token" if write.callers == ("any",) else ", ".join(write.callers)
        yield f"{write.method:<6} {write.path:<30} as {who}: {write.what}"


def on_which_projects(declared: DeclaredApplication) -> str:
    """Return in a sentence on which projects the roles have their access while that is done."""
    access = declared.access
    match access.how:
        case "granted":
            return "On projects of its own, on which the manager grants the roles their access."
        case "command":
            return f"On projects of its own, for each of which this is run: {' '.join(access.command)}"
        case "pool":
            return f"Roles are tried on the pool, and what is changed there is put back: {', '.join(access.places)}."
        case "standing":
            return f"Roles are tried on {', '.join(access.places)}, where what they may do is left out."
