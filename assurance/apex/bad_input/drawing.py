"""Draws requests from an API's description: a program of its own, `python -m assurance.apex.bad_input.drawing`.

Hypothesis draws from the constants of whatever modules a process has loaded. In a process that loads nothing but this,
the same description gives the same requests: to each worker of pytest-xdist, and to a replay.

Standard input is a JSON object with `description` (an OpenAPI document), `operations` (a list of method and path),
`valid` and `invalid` (how many to draw of each); standard output is a JSON list with the requests of each operation, or
null for one that is not described. A request has `path`, `query`, `body` and `is_valid`.
"""

from __future__ import annotations

import json
import sys
import unittest
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

METHODS = frozenset({"get", "put", "post", "delete", "patch"})


def main() -> None:
    """Read what is asked from standard input, and write the requests to standard output."""
    asked = json.load(sys.stdin)
    schema = schemathesis.openapi.from_dict(without_tokens(asked["description"]))
    counts = {GenerationMode.POSITIVE: asked["valid"], GenerationMode.NEGATIVE: asked["invalid"]}
    json.dump([_requests(schema, method, path, counts) for method, path in asked["operations"]], sys.stdout)


def without_tokens(description: dict[str, Any]) -> dict[str, Any]:  # Any: a document of JSON
    """Return a description without tokens and headers: a request is bad for its path, query or body, or not at all."""
    paths = {
        path: {key: _without_headers(value) if key in METHODS else value for key, value in item.items()}
        for path, item in description["paths"].items()
    }
    return {key: value for key, value in description.items() if key != "security"} | {"paths": paths}


def _without_headers(operation: dict[str, Any]) -> dict[str, Any]:  # Any: as above
    parameters = [parameter for parameter in operation.get("parameters", []) if parameter.get("in") != "header"]
    return {key: value for key, value in operation.items() if key != "security"} | {"parameters": parameters}


def _requests(schema: Any, method: str, path: str, counts: dict[Any, int]) -> list[dict[str, Any]] | None:  # noqa: ANN401  (values of any kind)
    """Return the requests of one operation; the schema and its cases are schemathesis's own, which it types loosely."""
    try:
        operation = schema[path][method]
    except LookupError:
        return None
    drawn: list[dict[str, Any]] = []
    for mode, count in counts.items():
        drawn += _of_mode(operation, mode, count)
    return drawn


def _of_mode(operation: Any, mode: Any, count: int) -> list[dict[str, Any]]:  # noqa: ANN401  (as above)
    drawn: list[dict[str, Any]] = []

    # Without chance, a data base of earlier examples, or a search for smaller ones.
    @settings(
        derandomize=True,
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode))
    def draw(case: Any) -> None:  # noqa: ANN401  (values of any kind)
        body = case.body if isinstance(case.body, (dict, list, str, int, float, bool)) else None
        is_valid = mode is GenerationMode.POSITIVE
        path, query = dict(case.path_parameters or {}), dict(case.query or {})
        drawn.append({"path": path, "query": query, "body": body, "is_valid": is_valid})

    try:
        draw()
    except (Unsatisfiable, unittest.SkipTest):
        return []  # nothing about the operation can be invalid
    return drawn


if __name__ == "__main__":
    main()
