"""What only Azure can compute: a value of a plan that is known when the deployment has ended, and not before.

It is written into the planned resource as a marked text, so that whoever needs it says "not evaluated" with the
expression, and nobody else is touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assurance.tape.left_to_azure import UNKNOWN_UNTIL_DEPLOYED, is_expression

MADE_BY_AZURE = "a value that Azure makes"


def unknown(expression: str) -> str:
    """Return the mark that stands in a planned resource for what this expression will come to."""
    return f"{UNKNOWN_UNTIL_DEPLOYED}{expression.strip()}"


def is_unknown(value: object) -> bool:
    """Tell whether a value is such a mark."""
    return isinstance(value, str) and value.startswith(UNKNOWN_UNTIL_DEPLOYED)


def with_marks(value: object) -> object:
    """Return a value of a plan in which every expression that was left to Azure is marked."""
    if isinstance(value, dict):
        return {key: with_marks(item) for key, item in value.items()}
    if isinstance(value, list):
        return [with_marks(item) for item in value]
    if isinstance(value, str) and is_expression(value):
        return unknown(value)
    return value


def with_unknown(value: Any, hidden: Any, where: str) -> Any:  # noqa: ANN401  (JSON values of any kind)
    """Return a value with a mark wherever Terraform says that it is known only after the deployment."""
    if hidden is True:
        return unknown(f"{where}, known after apply")
    if isinstance(hidden, Mapping):
        own = dict(value) if isinstance(value, Mapping) else {}
        return own | {key: with_unknown(own.get(key), item, f"{where}.{key}") for key, item in hidden.items() if item}
    if isinstance(hidden, list) and isinstance(value, list):
        pairs = zip(value, [*hidden, *[False] * len(value)], strict=False)
        return [with_unknown(item, one, f"{where}[{place}]") for place, (item, one) in enumerate(pairs)]
    return value
