"""The role matrix: every operation of the API by every role, and what is agreed of each cell.

The table is what people review; nothing else decides what a cell must come to. Its grounds are the guide's Step 16
("Access Control Testing") and the API's own contract:

- an estimator creates projects, uploads documents and generates estimates;
- a manager updates a project's status, manages access to it, archives it and approves estimates;
- an auditor reads projects and estimates, and changes nothing;
- who has no access to a project gets 403, and who has no token 401 or 403;
- a job is read by whoever started it, and by nobody else.

`E` marks what neither says: such a cell may be allowed or refused, but what is refused must leave no trace, what is
allowed must take effect, and nothing else may be answered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Caller = Literal["estimator", "manager", "auditor", "outsider", "anonymous"]
CALLERS: tuple[Caller, ...] = ("estimator", "manager", "auditor", "outsider", "anonymous")
Kind = Literal["projects", "access", "documents", "estimates", "jobs", "service"]


class Agreed(StrEnum):
    """What is agreed of a cell."""

    ALLOWED = "allowed"
    REFUSED = "refused with 403"
    UNAUTHENTICATED = "refused with 401 or 403"
    HIDDEN = "allowed, without what the caller has no access to"
    EITHER = "allowed or refused with 403"


_LETTERS = {
    "A": Agreed.ALLOWED,
    "-": Agreed.REFUSED,
    "T": Agreed.UNAUTHENTICATED,
    "H": Agreed.HIDDEN,
    "E": Agreed.EITHER,
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One row: an operation of the API.

    Attributes:
        name: What a role does, as in `auditor-uploads-document`.
        kind: The kind of object that it is about, which is also its control.
        method: The HTTP method.
        path: The path after the API's prefix, with the names of ids in braces; empty if the API has no such operation.
        agreed: What is agreed, by caller.
    """

    name: str
    kind: Kind
    method: str
    path: str
    agreed: tuple[tuple[Caller, Agreed], ...]

    def of(self, caller: Caller) -> Agreed:
        """Return what is agreed of the caller."""
        return dict(self.agreed)[caller]

    @property
    def writes(self) -> bool:
        """Whether it changes something."""
        return self.method != "GET"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: an operation by a caller.

    Attributes:
        operation: The row.
        caller: The column.
    """

    operation: Operation
    caller: Caller

    @property
    def id(self) -> str:
        """Its id, which is the subject of its verdict: `auditor-uploads-document`."""
        return f"{self.caller}-{self.operation.name}"

    @property
    def agreed(self) -> Agreed:
        """What is agreed of it."""
        return self.operation.of(self.caller)


def _row(name: str, kind: Kind, method: str, path: str, letters: str) -> Operation:
    agreed = zip(CALLERS, (_LETTERS[letter] for letter in letters.split()), strict=True)
    return Operation(name, kind, method, path, tuple(agreed))


APPROVAL = "approves-estimate"

# A allowed, - refused with 403, T refused for want of a token (401 or 403), H allowed but hidden from, E either.
OPERATIONS: tuple[Operation, ...] = (
    # for: estimator, manager, auditor, outsider, anonymous
    _row("lists-projects", "projects", "GET", "/projects",                              "A A A H T"),
    _row("reads-project", "projects", "GET", "/projects/{project_id}",                  "A A A - T"),
    _row("creates-project", "projects", "POST", "/projects",                            "A E - E T"),
    _row("updates-project", "projects", "PATCH", "/projects/{project_id}",              "- A - - T"),
    _row("updates-status", "projects", "PATCH", "/projects/{project_id}",               "- A - - T"),
    _row("archives-project", "projects", "DELETE", "/projects/{project_id}",            "- A - - T"),
    _row("grants-access", "access", "POST", "/projects/{project_id}/access",            "- A - - T"),
    _row("revokes-access", "access", "DELETE", "/projects/{project_id}/access",         "- A - - T"),
    _row("lists-documents", "documents", "GET", "/documents/projects/{project_id}/documents", "A A A - T"),
    _row("reads-document", "documents", "GET", "/documents/{document_id}",              "A A A - T"),
    _row("uploads-document", "documents", "POST", "/documents/upload",                  "A E - - T"),
    _row("validates-document", "documents", "POST", "/documents/{document_id}/validate", "A E - - T"),
    _row("deletes-document", "documents", "DELETE", "/documents/{document_id}",         "E E - - T"),
    _row("lists-estimates", "estimates", "GET", "/estimates/projects/{project_id}/estimates", "A A A - T"),
    _row("reads-estimate", "estimates", "GET", "/estimates/{estimate_id}",              "A A A - T"),
    _row("exports-estimate", "estimates", "GET", "/estimates/{estimate_id}/export",     "A A A - T"),
    _row("generates-estimate", "estimates", "POST", "/estimates/generate",              "A E - - T"),
    _row(APPROVAL, "estimates", "POST", "",                                             "- A - - T"),
    _row("reads-job", "jobs", "GET", "/jobs/{job_id}",                                  "A - - - T"),
    _row("reads-liveness", "service", "GET", "/health/live",                            "A A A A A"),
    _row("reads-readiness", "service", "GET", "/health/ready",                          "A A A A A"),
)  # fmt: skip

# What the API's description may list beside the rows: it tells of the service itself and of nobody's project.
WITHOUT_ROW: frozenset[tuple[str, str]] = frozenset({("GET", "/"), ("GET", "/openapi.json")})


def cells(kind: Kind | None = None) -> Iterator[Cell]:
    """Return the cells, row by row, of one kind of object or of all."""
    for operation in OPERATIONS:
        if kind in {None, operation.kind}:
            for caller in CALLERS:
                yield Cell(operation, caller)


def operation_named(name: str) -> Operation:
    """Return the row of that name."""
    return next(operation for operation in OPERATIONS if operation.name == name)
