"""The functions of ARM templates that need nothing but their arguments."""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from ipaddress import ip_network
from itertools import chain
from typing import Any, TypeAlias

from assurance.planning.changes import is_unknown

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
    return re.sub(r"\{(\d+)\}", lambda match: _text(values[int(match[1])]), template)


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def _concat(*values: Value) -> Value:
    return list(chain(*values)) if values and isinstance(values[0], list) else "".join(map(_text, values))


def _union(*values: Value) -> Value:
    if isinstance(values[0], Mapping):
        united: dict[str, Value] = {}
        for value in values:
            for key, item in value.items():
                own = united.get(key)
                united[key] = _union(own, item) if isinstance(own, Mapping) and isinstance(item, Mapping) else item
        return united
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


def _contains(whole: Value, part: Value) -> bool:
    if isinstance(whole, Mapping):
        return str(part).casefold() in {str(key).casefold() for key in whole}
    return part in whole


def _get(whole: Value, *keys: Value) -> Value:
    """Return `tryGet(value, key...)`: null where there is nothing."""
    for key in keys:
        if isinstance(whole, Mapping):
            whole = next((item for name, item in whole.items() if str(name).casefold() == str(key).casefold()), None)
        elif isinstance(whole, list) and isinstance(key, int) and key < len(whole):
            whole = whole[key]
        else:
            return None
    return whole


def _items(value: Mapping[str, Value]) -> list[Value]:
    return [{"key": key, "value": value[key]} for key in sorted(value, key=str.casefold)]


def _intersection(first: Value, *others: Value) -> Value:
    if isinstance(first, Mapping):
        return {key: item for key, item in first.items() if all(other.get(key) == item for other in others)}
    return [item for item in first if all(item in other for other in others)]


def _place(values: Sequence[Value], part: Value) -> int:
    if isinstance(values, str):
        return values.casefold().find(part.casefold())
    return next((place for place, item in enumerate(values) if item == part), -1)


def _split(text: str, between: str | list[str]) -> list[str]:
    signs = between if isinstance(between, list) else [between]
    return re.split("|".join(map(re.escape, signs)), text)


def _cidr_subnet(network: str, length: int, place: int) -> str:
    whole = ip_network(network)
    size = 1 << (whole.max_prefixlen - length)
    if length < whole.prefixlen or (place + 1) * size > whole.num_addresses:
        raise ValueError(network)
    return f"{whole.network_address + place * size}/{length}"


def _map(values: Sequence[Value], function: Callable[..., Value]) -> list[Value]:
    return [function(item, place) for place, item in enumerate(values)]


def _filter(values: Sequence[Value], function: Callable[..., Value]) -> list[Value]:
    return [item for place, item in enumerate(values) if function(item, place) is True]


def _reduce(values: Sequence[Value], first: Value, function: Callable[..., Value]) -> Value:
    return reduce(function, values, first)


def _to_object(
    values: Sequence[Value], key: Callable[..., Value], value: Callable[..., Value] = lambda item: item
) -> Value:
    return {str(key(item)): value(item) for item in values}


def _decoded(text: str) -> str:
    return b64decode(text).decode()


FUNCTIONS: Mapping[str, Callable[..., Value]] = {
    "add": lambda left, other: left + other,
    "and": lambda *values: all(values),
    "array": lambda value: value if isinstance(value, list) else [value],
    "bool": lambda value: str(value).casefold() in {"true", "1"},
    "coalesce": _coalesce,
    "concat": _concat,
    "base64": lambda text: b64encode(text.encode()).decode(),
    "base64tojson": lambda text: json.loads(_decoded(text)),
    "base64tostring": _decoded,
    "cidrsubnet": _cidr_subnet,
    "contains": _contains,
    "createarray": lambda *values: list(values),
    "createobject": _object,
    "div": lambda left, other: int(left / other),
    "empty": _empty,
    "endswith": lambda text, end: text.casefold().endswith(end.casefold()),
    "equals": _equals,
    "extensionresourceid": lambda scope, kind, *names: f"{scope}/providers/{provider_path(kind, names)}",
    "false": lambda: False,
    "filter": _filter,
    "first": lambda values: values[0],
    "flatten": lambda values: list(chain(*values)),
    "format": _format,
    "greater": lambda left, other: left > other,
    "greaterorequals": lambda left, other: left >= other,
    "indexof": _place,
    "int": int,
    "intersection": _intersection,
    "items": _items,
    "join": lambda values, between: between.join(map(_text, values)),
    "json": json.loads,
    "last": lambda values: values[-1],
    "length": len,
    "lessorequals": lambda left, other: left <= other,
    "map": _map,
    "less": lambda left, other: left < other,
    "max": lambda *values: max(values),
    "min": lambda *values: min(values),
    "mod": lambda left, other: left % other,
    "mul": lambda left, other: left * other,
    "not": lambda value: not value,
    "null": lambda: None,
    "objectkeys": lambda value: sorted(value, key=str.casefold),
    "or": lambda *values: any(values),
    "range": lambda start, count: list(range(start, start + count)),
    "padleft": lambda value, length, sign=" ": _text(value).rjust(length, sign),
    "reduce": _reduce,
    "replace": lambda text, old, new: text.replace(old, new),
    "shallowmerge": lambda values: {key: item for value in values for key, item in value.items()},
    "skip": lambda values, count: values[max(count, 0) :],
    "split": _split,
    "startswith": lambda text, start: text.casefold().startswith(start.casefold()),
    "string": _text,
    "sub": lambda left, other: left - other,
    "substring": _substring,
    "take": lambda values, count: values[: max(count, 0)],
    "tenantresourceid": lambda kind, *names: f"/providers/{provider_path(kind, names)}",
    "toobject": _to_object,
    "tolower": lambda text: text.lower(),
    "toupper": lambda text: text.upper(),
    "trim": lambda text: text.strip(),
    "true": lambda: True,
    "tryget": _get,
    "union": _union,
}
