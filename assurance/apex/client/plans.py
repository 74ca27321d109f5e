"""What each flow writes, said beforehand.

`apex-assurance writes` lists what a run would carry out, and a flow is held to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from types import MappingProxyType

from assurance.apex.client.api import (
    ARCHIVE_PROJECT,
    CREATE_PROJECT,
    DELETE_DOCUMENT,
    GENERATE_ESTIMATE,
    GRANT_ACCESS,
    READ_ESTIMATE,
    REVOKE_ACCESS,
    UPDATE_PROJECT,
    UPLOAD_DOCUMENT,
    VALIDATE_DOCUMENT,
    Route,
)
from assurance.environment import Environment
from assurance.environment.application import DeclaredApplication
from assurance.errors import UsageError

READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class PlannedWrite:
    """A request that writes, or that tries to.

    Attributes:
        method: The HTTP method.
        path: The path below the API's prefix; `{...}` stands for one segment.
        callers: Who sends it; `any` for every role and those without one.
        what: What comes of it, in words.
    """

    method: str
    path: str
    callers: tuple[str, ...]
    what: str

    def covers(self, method: str, path: str, caller: str) -> bool:
        """Tell whether a request is the one that is planned."""
        form = "".join(
            "[^/]*" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{[^}]*\})", self.path)
        )
        matches = re.fullmatch(form, path.partition("?")[0].rstrip("/")) is not None
        return method == self.method and matches and ("any" in self.callers or caller in self.callers)


@dataclass(frozen=True, slots=True)
class FlowPlan:
    """What a flow writes.

    Attributes:
        name: The flow.
        prefix: What the names of all objects that it makes begin with; the run's id follows.
        writes: Its writing requests.
    """

    name: str
    prefix: str
    writes: tuple[PlannedWrite, ...]

    def covers(self, method: str, path: str, caller: str) -> bool:
        """Tell whether a request only reads or is planned."""
        return method in READING_METHODS or any(write.covers(method, path, caller) for write in self.writes)


def _planned(route: Route, callers: tuple[str, ...], what: str) -> PlannedWrite:
    return PlannedWrite(route.method, route.template, callers, what)


CLEAN_UP = "clean-up"
# The flows, and the families of checks that begin them.
FLOW_FAMILIES: Mapping[str, str] = MappingProxyType(
    {
        "smoke": "SMK",
        "e2e": "E2E",
        "aace": "AACE",
        "roles": "RBAC",
        "bad-input": "BAD",
        "deep": "BAD",
        "load": "SLA",
    }
)
MADE_UP = "made up from the API's own description"
# The guide demands the operation, and no contract names it: these are the ways in which an API would.
APPROVALS = tuple(
    Route(method, f"{READ_ESTIMATE.template}/{word}")
    for method in ("POST", "PUT", "PATCH")
    for word in ("approve", "approval")
)

PLANS: Mapping[str, FlowPlan] = MappingProxyType(
    {
        plan.name: plan
        for plan in (
            FlowPlan(
                "smoke",
                "SMOKE",
                (
                    _planned(
                        CREATE_PROJECT,
                        ("estimator", "manager"),
                        "three projects; one number is used twice; one of each whose id is asked for",
                    ),
                    _planned(ARCHIVE_PROJECT, ("manager",), "the third of them, archived"),
                    _planned(UPLOAD_DOCUMENT, ("estimator",), "a scope document, a PDF, in the first"),
                    _planned(VALIDATE_DOCUMENT, ("estimator",), "a validation job of the document"),
                    _planned(GENERATE_ESTIMATE, ("estimator",), "an estimate of the project"),
                ),
            ),
            FlowPlan(
                "e2e",
                "E2E",
                (
                    _planned(CREATE_PROJECT, ("estimator",), "four projects, and one for each level of confidence"),
                    _planned(UPLOAD_DOCUMENT, ("estimator",), "two scopes, drawings, and a cut PDF, in them"),
                    _planned(VALIDATE_DOCUMENT, ("estimator",), "a validation job of each"),
                    _planned(DELETE_DOCUMENT, ("estimator",), "one of the scopes"),
                    _planned(GENERATE_ESTIMATE, ("estimator",), "an estimate of each level, and three more"),
                ),
            ),
            FlowPlan(
                "aace",
                "E2E",
                (
                    _planned(CREATE_PROJECT, ("estimator",), "a project for each declared case, and one more"),
                    _planned(UPLOAD_DOCUMENT, ("estimator",), "each case's documents"),
                    _planned(VALIDATE_DOCUMENT, ("estimator",), "a validation job of each"),
                    _planned(GENERATE_ESTIMATE, ("estimator",), "an estimate of each case but the bid"),
                ),
            ),
            FlowPlan(
                "roles",
                "E2E",
                (
                    _planned(CREATE_PROJECT, ("any",), "a project for each row of the matrix that writes"),
                    _planned(UPDATE_PROJECT, ("any",), "another name or status of these projects"),
                    _planned(ARCHIVE_PROJECT, ("any",), "one of them archived"),
                    _planned(GRANT_ACCESS, ("any",), "access of the test identities to them"),
                    _planned(REVOKE_ACCESS, ("any",), "the same, revoked"),
                    _planned(UPLOAD_DOCUMENT, ("any",), "a scope document in each that needs one"),
                    _planned(VALIDATE_DOCUMENT, ("any",), "a validation job for each who may"),
                    _planned(DELETE_DOCUMENT, ("any",), "a document for each who may"),
                    _planned(GENERATE_ESTIMATE, ("any",), "an estimate, and one for each who may"),
                    *(_planned(route, ("any",), "an approval, where APEX has it") for route in APPROVALS),
                ),
            ),
            FlowPlan(
                "bad-input",
                "E2E",
                (
                    _planned(
                        CREATE_PROJECT,
                        ("estimator", "manager", "auditor", "other_estimator"),
                        "a good project for each kind of bad input, and one of each person whose id is asked for",
                    ),
                    _planned(UPDATE_PROJECT, ("manager",), "values that must be refused"),
                    _planned(GRANT_ACCESS, ("manager",), "grants to nobody, of no role, twice"),
                    _planned(REVOKE_ACCESS, ("manager",), "what was granted, revoked"),
                    _planned(ARCHIVE_PROJECT, ("manager",), "two of them archived, to ask for work on"),
                    _planned(UPLOAD_DOCUMENT, ("estimator",), "files that must be refused"),
                    _planned(GENERATE_ESTIMATE, ("estimator",), "estimates that must be refused"),
                ),
            ),
            FlowPlan(
                "deep",
                "E2E",
                (
                    _planned(UPLOAD_DOCUMENT, ("estimator",), "a scope document to try requests on"),
                    _planned(CREATE_PROJECT, ("other_estimator",), "a project, if their id is asked for"),
                    *(
                        _planned(route, ("estimator", "manager", "auditor"), MADE_UP)
                        for route in (
                            CREATE_PROJECT,
                            UPDATE_PROJECT,
                            ARCHIVE_PROJECT,
                            GRANT_ACCESS,
                            REVOKE_ACCESS,
                            VALIDATE_DOCUMENT,
                            DELETE_DOCUMENT,
                            GENERATE_ESTIMATE,
                        )
                    ),
                ),
            ),
            FlowPlan(
                "load",
                "E2E",
                (
                    _planned(CREATE_PROJECT, ("estimator",), "with -m load, a project for each user"),
                    _planned(UPLOAD_DOCUMENT, ("estimator",), "scope documents in them"),
                    _planned(VALIDATE_DOCUMENT, ("estimator",), "validation jobs of these"),
                    _planned(GENERATE_ESTIMATE, ("estimator",), "estimates of these projects"),
                    _planned(ARCHIVE_PROJECT, ("manager",), "each of these projects, archived"),
                ),
            ),
            FlowPlan(
                CLEAN_UP,
                "",
                (
                    _planned(ARCHIVE_PROJECT, ("manager",), "each project that the run made, archived"),
                    _planned(DELETE_DOCUMENT, ("estimator",), "what it uploaded to a standing project"),
                ),
            ),
        )
    }
)


def plan_of(name: str) -> FlowPlan:
    """Return the plan of a flow; `name` may go on after a colon, so that one plan serves several flows.

    Raises:
        UsageError: There is none.
    """
    plan = PLANS.get(name.partition(":")[0])
    if plan is None:
        raise UsageError(f"there is no plan for a flow {name!r}; assurance/apex/client/plans.py has {', '.join(PLANS)}")
    return plan


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
    plans = [
        plan
        for name, plan in PLANS.items()
        if name in FLOW_FAMILIES
        and (families is None or FLOW_FAMILIES[name] in families)
        and (name != DEEP or declared.deep)
        and (name != LOAD or (environment.load.allowed and with_load))
    ]
    return [*plans, PLANS[CLEAN_UP]] if plans else []


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
