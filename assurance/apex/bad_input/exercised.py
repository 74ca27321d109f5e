"""What share of the API's operations a deep run really exercised: for the report, from the readings alone."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus

from assurance.apex.roles.matrix import OPERATIONS
from assurance.tape import Reading

FLOW = "deep"
# Whoever is answered so was not let through to the operation, or not to an object (429: not at this moment).
NOT_LET_THROUGH = frozenset(
    {
        0,
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.METHOD_NOT_ALLOWED,
        HTTPStatus.TOO_MANY_REQUESTS,
    }
)
LEFT_OUT = "uploads-document"


def is_let_through(status: int) -> bool:
    """Tell whether a request came as far as the operation itself."""
    return status not in NOT_LET_THROUGH


def exercised(readings: Iterable[Reading]) -> tuple[str, ...]:
    """Return in words what a deep run exercised, and what it did not reach; nothing where there was none."""
    tried: set[str] = set()
    reached: set[str] = set()
    for reading in readings:
        parts = reading.call.flow.split(":") if reading.call is not None else []
        if len(parts) == 3 and parts[0] == FLOW and parts[2] == "valid":
            tried.add(parts[1])
            if is_let_through(reading.status or 0):
                reached.add(parts[1])
    if not tried:
        return ()
    offered = [one for one in OPERATIONS if one.path and one.kind != "service"]
    missed = [
        f"{one.method} {one.path}{' (forms: see BAD-02)' if one.name == LEFT_OUT else ''}"
        for one in offered
        if one.name not in reached
    ]
    told = f"; not reached: {', '.join(missed)}" if missed else ""
    return (f"The deep run exercised {len(reached)} of the API's {len(offered)} operations{told}.",)
