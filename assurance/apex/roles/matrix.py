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

from assurance.apex.client.api import (
    ARCHIVE_PROJECT,
    CREATE_PROJECT,
    DELETE_DOCUMENT,
    EXPORT_ESTIMATE,
    GENERATE_ESTIMATE,
    GRANT_ACCESS,
    LIST_DOCUMENTS,
    LIST_ESTIMATES,
    LIST_PROJECTS,
    READ_DOCUMENT,
    READ_ESTIMATE,
    READ_JOB,
    READ_LIVENESS,
    READ_PROJECT,
    READ_READINESS,
    REVOKE_ACCESS,
    UPDATE_PROJECT,
    UPLOAD_DOCUMENT,
    VALIDATE_DOCUMENT,
    Route,
)

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

    def is_read_at_once(self, *, on_standing: bool) -> bool:
        """Tell whether it can be tried without making anything first."""
        return self.kind == "service" or (on_standing and self.name in {"lists-projects", "reads-project"})


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

    def only_reads(self, *, on_standing: bool) -> bool:
        """Tell whether trying it writes nothing: health, and the projects themselves where such stand already."""
        return self.operation.is_read_at_once(on_standing=on_standing)


def _row(name: str, kind: Kind, route: Route, letters: str) -> Operation:
    agreed = zip(CALLERS, (_LETTERS[letter] for letter in letters.split()), strict=True)
    return Operation(name, kind, route.method, route.template, tuple(agreed))


APPROVAL = "approves-estimate"
# The guide demands the operation; where the API has it, its own description says by which path.
UNKNOWN = Route("POST", "")

# A allowed, - refused with 403, T refused for want of a token (401 or 403), H allowed but hidden from, E either.
OPERATIONS: tuple[Operation, ...] = (
    # for: estimator, manager, auditor, outsider, anonymous
    _row("lists-projects", "projects", LIST_PROJECTS,         "A A A H T"),
    _row("reads-project", "projects", READ_PROJECT,           "A A A - T"),
    _row("creates-project", "projects", CREATE_PROJECT,       "A E - E T"),
    _row("updates-project", "projects", UPDATE_PROJECT,       "- A - - T"),
    _row("updates-status", "projects", UPDATE_PROJECT,        "- A - - T"),
    _row("archives-project", "projects", ARCHIVE_PROJECT,     "- A - - T"),
    _row("grants-access", "access", GRANT_ACCESS,             "- A - - T"),
    _row("revokes-access", "access", REVOKE_ACCESS,           "- A - - T"),
    _row("lists-documents", "documents", LIST_DOCUMENTS,      "A A A - T"),
    _row("reads-document", "documents", READ_DOCUMENT,        "A A A - T"),
    _row("uploads-document", "documents", UPLOAD_DOCUMENT,    "A E - - T"),
    _row("validates-document", "documents", VALIDATE_DOCUMENT,"A E - - T"),
    _row("deletes-document", "documents", DELETE_DOCUMENT,    "E E - - T"),
    _row("lists-estimates", "estimates", LIST_ESTIMATES,      "A A A - T"),
    _row("reads-estimate", "estimates", READ_ESTIMATE,        "A A A - T"),
    _row("exports-estimate", "estimates", EXPORT_ESTIMATE,    "A A A - T"),
    _row("generates-estimate", "estimates", GENERATE_ESTIMATE,"A E - - T"),
    _row(APPROVAL, "estimates", UNKNOWN,                      "- A - - T"),
    _row("reads-job", "jobs", READ_JOB,                       "A - - - T"),
    _row("reads-liveness", "service", READ_LIVENESS,          "A A A A A"),
    _row("reads-readiness", "service", READ_READINESS,        "A A A A A"),
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
