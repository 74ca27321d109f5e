"""The functions of ARM templates that need nothing but their arguments."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any, TypeAlias

from assurance.planning.unknown import is_unknown

Value: TypeAlias = Any
"""A JSON value of any kind."""


def provider_path(resource_type: str, names: Sequence[str]) -> str:
    """Return `NAMESPACE/TYPE/NAME/...` for a type and its names; names may come joined by slashes.

    Raises:
        ValueError: Types and names are not of one number.
    """
    namespace, *types = resource_type.split("/")
    flat = [part for name in names for part in str(name).split("/")]
    if any(is_unknown(name) for name in names) or len(types) != len(flat):
        raise ValueError(resource_type)
    return "/".join((namespace, *(word for pair in zip(types, flat, strict=True) for word in pair)))


def _format(template: str, *values: Value) -> str:
    return re.sub(r"\{(\d+)\}", lambda found: _text(values[int(found[1])]), template)


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def _concat(*values: Value) -> Value:
    return list(chain(*values)) if values and isinstance(values[0], list) else "".join(map(_text, values))


def _union(*values: Value) -> Value:
    if isinstance(values[0], Mapping):
        found: dict[str, Value] = {}
        for value in values:
            for key, item in value.items():
                own = found.get(key)
                found[key] = _union(own, item) if isinstance(own, Mapping) and isinstance(item, Mapping) else item
        return found
    flat = list(chain(*values))
    return [item for place, item in enumerate(flat) if item not in flat[:place]]


def _equals(one: Value, other: Value) -> bool:
    return type(one) is type(other) and one == other


def _empty(value: Value) -> bool:
    return value is None or value in ("", [], {})


def _coalesce(*values: Value) -> Value:
    return next((value for value in values if value is not None), None)


def _substring(text: str, start: int, length: int | None = None) -> str:
    return text[start : None if length is None else start + length]


def _object(*words: Value) -> Value:
    return dict(zip(words[::2], words[1::2], strict=True))


FUNCTIONS: Mapping[str, Callable[..., Value]] = {
    "add": lambda one, other: one + other,
    "and": lambda *values: all(values),
    "array": lambda value: value if isinstance(value, list) else [value],
    "bool": lambda value: str(value).casefold() in {"true", "1"},
    "coalesce": _coalesce,
    "concat": _concat,
    "contains": lambda whole, part: part in whole,
    "createarray": lambda *values: list(values),
    "createobject": _object,
    "empty": _empty,
    "endswith": lambda text, end: text.casefold().endswith(end.casefold()),
    "equals": _equals,
    "extensionresourceid": lambda scope, kind, *names: f"{scope}/providers/{provider_path(kind, names)}",
    "false": lambda: False,
    "first": lambda values: values[0],
    "format": _format,
    "greater": lambda one, other: one > other,
    "int": int,
    "join": lambda values, between: between.join(map(_text, values)),
    "json": json.loads,
    "last": lambda values: values[-1],
    "length": len,
    "less": lambda one, other: one < other,
    "max": lambda *values: max(values),
    "min": lambda *values: min(values),
    "mod": lambda one, other: one % other,
    "mul": lambda one, other: one * other,
    "not": lambda value: not value,
    "null": lambda: None,
    "or": lambda *values: any(values),
    "range": lambda start, count: list(range(start, start + count)),
    "replace": lambda text, old, new: text.replace(old, new),
    "split": lambda text, between: text.split(between),
    "startswith": lambda text, start: text.casefold().startswith(start.casefold()),
    "string": _text,
    "sub": lambda one, other: one - other,
    "substring": _substring,
    "tenantresourceid": lambda kind, *names: f"/providers/{provider_path(kind, names)}",
    "tolower": lambda text: text.lower(),
    "toupper": lambda text: text.upper(),
    "trim": lambda text: text.strip(),
    "true": lambda: True,
    "union": _union,
}
