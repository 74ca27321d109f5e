"""Draws requests from an API's description: a program of its own, `python -m assurance.apex.bad_input.drawing`.

Hypothesis draws from the constants of whatever modules a process has loaded. In a process that loads nothing but this,
the same description gives the same requests: to each worker of pytest-xdist, and to a replay.

Standard input is a JSON object with `description` (an OpenAPI document), `operations` (a list of method and path) and
`examples` (how many to draw of each); standard output is a JSON list with the requests of each operation, or null
for one that is not described. A request has `path`, `query` and `body`.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings


def main() -> None:
    """Read what is asked from standard input, and write the requests to standard output."""
    asked = json.load(sys.stdin)
    schema = schemathesis.openapi.from_dict(asked["description"])
    drawn = [_requests(schema, method, path, asked["examples"]) for method, path in asked["operations"]]
    json.dump(drawn, sys.stdout)


def _requests(schema: Any, method: str, path: str, examples: int) -> list[dict[str, Any]] | None:  # noqa: ANN401  (values of any kind)
    """Return the requests of one operation; the schema and its cases are schemathesis's own, which it types loosely."""
    try:
        strategy = schema[path][method].as_strategy()
    except LookupError:
        return None
    drawn: list[dict[str, Any]] = []

    # Without chance, a data base of earlier examples, or a search for smaller ones.
    @settings(
        derandomize=True,
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def draw(case: Any) -> None:  # noqa: ANN401  (values of any kind)
        body = case.body if isinstance(case.body, (dict, list, str, int, float, bool)) else None
        drawn.append({"path": dict(case.path_parameters or {}), "query": dict(case.query or {}), "body": body})

    draw()
    return drawn


if __name__ == "__main__":
    main()
