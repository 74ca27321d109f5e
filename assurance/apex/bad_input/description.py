"""The API's own description, as the deep run uses it.

Whether it lets a value be null, and what share of its operations a run really exercised.
"""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Literal

from assurance.apex.client import Application
from assurance.apex.client.api import CREATE_PROJECT, UPDATE_PROJECT
from assurance.apex.estimation.answers import document_in
from assurance.apex.roles.matrix import OPERATIONS
from assurance.tape import Reading
from assurance.world.azure.document import Document

ROUTES = {route.method.lower(): route for route in (CREATE_PROJECT, UPDATE_PROJECT)}


def may_be_null(application: Application, method: Literal["post", "patch"], key: str) -> str:
    """Return in words where the description lets a value be null; empty if it does not, or if there is none."""
    answer = application.get_at_root(application.declared.openapi_path)
    document = document_in(answer) if answer.status == HTTPStatus.OK else None
    if document is None:
        return ""
    path = f"{application.declared.api_prefix}{ROUTES[method].template}"
    schema = _resolved(
        document, document.within("paths", path, method, "requestBody", "content", "application/json", "schema")
    )
    described = _resolved(document, schema.within("properties", key) if schema is not None else None)
    if described is None or not _allows_null(described):
        return ""
    return f"{ROUTES[method]} describes {key} as one that may be null"


def _resolved(document: Document, schema: Document | None) -> Document | None:
    """Return a schema, or the one that it refers to."""
    reference = schema.text("$ref") if schema is not None else None
    return document.within(*reference.removeprefix("#/").split("/")) if reference else schema


def _allows_null(schema: Document) -> bool:
    """Tell whether a schema allows null: as OpenAPI 3.1 says it, or as 3.0 did."""
    kinds = schema.value("type")
    one_of = [item.text("type") for key in ("anyOf", "oneOf") for item in schema.items(key)]
    return "null" in one_of or (isinstance(kinds, list) and "null" in kinds) or schema.flag("nullable") is True


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
    offered = [operation for operation in OPERATIONS if operation.path and operation.kind != "service"]
    missed = [
        f"{operation.method} {operation.path}{' (forms: see BAD-02)' if operation.name == LEFT_OUT else ''}"
        for operation in offered
        if operation.name not in reached
    ]
    unreached = f"; not reached: {', '.join(missed)}" if missed else ""
    return (f"The deep run exercised {len(reached)} of the API's {len(offered)} operations{unreached}.",)
