"""What each flow writes, said beforehand: `apex-assurance writes` lists it, and a flow is held to it.

A flow that sends a writing request which its plan does not name breaks down: the list cannot lie.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

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


CLEAN_UP = "clean-up"
MADE_UP = "made up from the API's own description"

PLANS: Mapping[str, FlowPlan] = MappingProxyType(
    {
        plan.name: plan
        for plan in (
            FlowPlan(
                "smoke",
                "SMOKE",
                (
                    PlannedWrite("POST", "/projects", ("estimator",), "three projects; one number is used twice"),
                    PlannedWrite("DELETE", "/projects/{id}", ("manager",), "the third of them, archived"),
                    PlannedWrite("POST", "/documents/upload", ("estimator",), "a scope document, a PDF, in the first"),
                    PlannedWrite(
                        "POST", "/documents/{id}/validate", ("estimator",), "a validation job of the document"
                    ),
                    PlannedWrite("POST", "/estimates/generate", ("estimator",), "an estimate of the project"),
                ),
            ),
            FlowPlan(
                "e2e",
                "E2E",
                (
                    PlannedWrite(
                        "POST", "/projects", ("estimator",), "four projects, and one for each level of confidence"
                    ),
                    PlannedWrite(
                        "POST", "/documents/upload", ("estimator",), "two scopes, drawings, and a cut PDF, in them"
                    ),
                    PlannedWrite("POST", "/documents/{id}/validate", ("estimator",), "a validation job of each"),
                    PlannedWrite("DELETE", "/documents/{id}", ("estimator",), "one of the scopes"),
                    PlannedWrite(
                        "POST", "/estimates/generate", ("estimator",), "an estimate of each level, and three more"
                    ),
                ),
            ),
            FlowPlan(
                "aace",
                "E2E",
                (
                    PlannedWrite("POST", "/projects", ("estimator",), "a project for each declared case, and one more"),
                    PlannedWrite("POST", "/documents/upload", ("estimator",), "each case's documents"),
                    PlannedWrite("POST", "/documents/{id}/validate", ("estimator",), "a validation job of each"),
                    PlannedWrite("POST", "/estimates/generate", ("estimator",), "an estimate of each case but the bid"),
                ),
            ),
            FlowPlan(
                "roles",
                "E2E",
                (
                    PlannedWrite("POST", "/projects", ("any",), "a project for each row of the matrix that writes"),
                    PlannedWrite("PATCH", "/projects/{id}", ("any",), "another name or status of these projects"),
                    PlannedWrite("DELETE", "/projects/{id}", ("any",), "one of them archived"),
                    PlannedWrite("POST", "/projects/{id}/access", ("any",), "access of the test identities to them"),
                    PlannedWrite("DELETE", "/projects/{id}/access", ("any",), "the same, revoked"),
                    PlannedWrite("POST", "/documents/upload", ("any",), "a scope document in each that needs one"),
                    PlannedWrite("POST", "/documents/{id}/validate", ("any",), "a validation job for each who may"),
                    PlannedWrite("DELETE", "/documents/{id}", ("any",), "a document for each who may"),
                    PlannedWrite("POST", "/estimates/generate", ("any",), "an estimate, and one for each who may"),
                    *(
                        PlannedWrite(method, f"/estimates/{{id}}/{word}", ("any",), "an approval, where APEX has it")
                        for method in ("POST", "PUT", "PATCH")
                        for word in ("approve", "approval")
                    ),
                ),
            ),
            FlowPlan(
                "bad-input",
                "E2E",
                (
                    PlannedWrite(
                        "POST",
                        "/projects",
                        ("estimator", "manager", "auditor", "other_estimator"),
                        "a good project for each kind of bad input, and one of each person whose id is asked for",
                    ),
                    PlannedWrite("PATCH", "/projects/{id}", ("manager",), "values that must be refused"),
                    PlannedWrite("POST", "/projects/{id}/access", ("manager",), "grants to nobody, of no role, twice"),
                    PlannedWrite("DELETE", "/projects/{id}/access", ("manager",), "what was granted, revoked"),
                    PlannedWrite("DELETE", "/projects/{id}", ("manager",), "two of them archived, to ask for work on"),
                    PlannedWrite("POST", "/documents/upload", ("estimator",), "files that must be refused"),
                    PlannedWrite("POST", "/estimates/generate", ("estimator",), "estimates that must be refused"),
                ),
            ),
            FlowPlan(
                "deep",
                "E2E",
                (
                    PlannedWrite("POST", "/documents/upload", ("estimator",), "a scope document to try requests on"),
                    PlannedWrite("POST", "/projects", ("other_estimator",), "a project, if their id is asked for"),
                    *(
                        PlannedWrite(method, path, ("estimator", "manager", "auditor"), MADE_UP)
                        for method, path in (
                            ("POST", "/projects"),
                            ("PATCH", "/projects/{id}"),
                            ("DELETE", "/projects/{id}"),
                            ("POST", "/projects/{id}/access"),
                            ("DELETE", "/projects/{id}/access"),
                            ("POST", "/documents/{id}/validate"),
                            ("DELETE", "/documents/{id}"),
                            ("POST", "/estimates/generate"),
                        )
                    ),
                ),
            ),
            FlowPlan(
                "load",
                "E2E",
                (
                    PlannedWrite("POST", "/projects", ("estimator",), "with -m load, a project for each user"),
                    PlannedWrite("POST", "/documents/upload", ("estimator",), "scope documents in them"),
                    PlannedWrite("POST", "/documents/{id}/validate", ("estimator",), "validation jobs of these"),
                    PlannedWrite("POST", "/estimates/generate", ("estimator",), "estimates of these projects"),
                    PlannedWrite("DELETE", "/projects/{id}", ("manager",), "each of these projects, archived"),
                ),
            ),
            FlowPlan(
                CLEAN_UP,
                "",
                (
                    PlannedWrite("DELETE", "/projects/{id}", ("manager",), "each project that the run made, archived"),
                    PlannedWrite("DELETE", "/documents/{id}", ("estimator",), "what it uploaded to a standing project"),
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
