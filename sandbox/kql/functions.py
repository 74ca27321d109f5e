"""Functions of values, by the names that queries call them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from sandbox.kql.arithmetic import binned
from sandbox.kql.table import NUMBERS, Kind, Value, semantic

Apply = Callable[[Sequence[Value]], Value]
Function = Callable[[Sequence[Kind]], tuple[Kind, Apply]]


def _takes(name: str, kinds: Sequence[Kind], *wanted: frozenset[Kind]) -> None:
    """Refuse arguments of another number or of other kinds."""
    if len(kinds) != len(wanted) or any(kind not in known for kind, known in zip(kinds, wanted, strict=False)):
        raise semantic(f"{name}() does not take arguments of types ({', '.join(kinds)})")


_CONDITION: frozenset[Kind] = frozenset({"bool"})
_TEXT: frozenset[Kind] = frozenset({"string"})
_DURATION: frozenset[Kind] = frozenset({"timespan"})
_ANY: frozenset[Kind] = NUMBERS | {"bool", "datetime", "string", "timespan", "dynamic"}


def _iff(kinds: Sequence[Kind]) -> tuple[Kind, Apply]:
    _takes("iff", kinds, _CONDITION, _ANY, _ANY)
    _, yes, no = kinds
    if yes != no and not {yes, no} <= NUMBERS:
        raise semantic(f"iff() has branches of types {yes} and {no}")
    kind: Kind = yes if yes == no else "real" if "real" in (yes, no) else "long"
    return kind, lambda values: values[1] if values[0] is True else values[2]


def _not(kinds: Sequence[Kind]) -> tuple[Kind, Apply]:
    _takes("not", kinds, _CONDITION)
    return "bool", lambda values: None if values[0] is None else not values[0]


def _isnull(kinds: Sequence[Kind]) -> tuple[Kind, Apply]:
    _takes("isnull", kinds, _ANY - _TEXT)
    return "bool", lambda values: values[0] is None


def _isnotnull(kinds: Sequence[Kind]) -> tuple[Kind, Apply]:
    _takes("isnotnull", kinds, _ANY - _TEXT)
    return "bool", lambda values: values[0] is not None


def _isempty(kinds: Sequence[Kind]) -> tuple[Kind, Apply]:
    _takes("isempty", kinds, _TEXT)
    return "bool", lambda values: values[0] == ""


def _isnotempty(kinds: Sequence[Kind]) -> tuple[Kind, Apply]:
    _takes("isnotempty", kinds, _TEXT)
    return "bool", lambda values: values[0] != ""


def _bin(kinds: Sequence[Kind]) -> tuple[Kind, Apply]:
    value, size = kinds if len(kinds) == 2 else ("dynamic", "dynamic")
    if (value in NUMBERS and size in NUMBERS) or (value in ("datetime", "timespan") and size == "timespan"):
        return value, lambda values: binned(values[0], values[1])
    raise semantic(f"bin() does not take arguments of types ({', '.join(kinds)})")


def _to_real(kinds: Sequence[Kind]) -> tuple[Kind, Apply]:
    _takes("toreal", kinds, NUMBERS | _TEXT | _CONDITION)
    return "real", lambda values: _number(values[0])


def _to_long(kinds: Sequence[Kind]) -> tuple[Kind, Apply]:
    _takes("tolong", kinds, NUMBERS | _TEXT | _CONDITION)

    def apply(values: Sequence[Value]) -> Value:
        found = _number(values[0])
        return None if found is None or not math.isfinite(found) else int(found)

    return "long", apply


def _to_string(kinds: Sequence[Kind]) -> tuple[Kind, Apply]:
    _takes("tostring", kinds, _ANY - {"datetime", "timespan", "real"})

    def apply(values: Sequence[Value]) -> Value:
        value = values[0]
        if isinstance(value, bool):
            return "True" if value else "False"
        return "" if value is None else str(value)

    return "string", apply


def _to_lower(kinds: Sequence[Kind]) -> tuple[Kind, Apply]:
    _takes("tolower", kinds, _TEXT)
    return "string", lambda values: str(values[0]).lower()


def _round(kinds: Sequence[Kind]) -> tuple[Kind, Apply]:
    _takes("round", kinds, NUMBERS, *([NUMBERS] if len(kinds) == 2 else []))

    def apply(values: Sequence[Value]) -> Value:
        number, digits = _number(values[0]), _number(values[1]) if len(values) == 2 else 0
        return None if number is None or digits is None else float(round(number, int(digits)))

    return "real", apply


def _datetime_diff(kinds: Sequence[Kind]) -> tuple[Kind, Apply]:
    moment: frozenset[Kind] = frozenset({"datetime"})
    _takes("datetime_diff", kinds, _TEXT, moment, moment)
    seconds = {"second": 1.0, "minute": 60.0, "hour": 3600.0, "millisecond": 0.001}

    def apply(values: Sequence[Value]) -> Value:
        unit, one, other = values
        if not isinstance(one, datetime) or not isinstance(other, datetime):
            return None
        if unit not in seconds:
            raise semantic(f"datetime_diff() does not know the unit '{unit}'")
        size = timedelta(seconds=seconds[str(unit)])
        begin = datetime.min.replace(tzinfo=one.tzinfo)
        return (one - begin) // size - (other - begin) // size

    return "long", apply


def _number(value: Value) -> float | None:
    if isinstance(value, (bool, int, float)):
        return float(value)
    try:
        return float(value) if isinstance(value, str) else None
    except ValueError:
        return None


FUNCTIONS: Mapping[str, Function] = {
    "bin": _bin,
    "datetime_diff": _datetime_diff,
    "iff": _iff,
    "iif": _iff,
    "isempty": _isempty,
    "isnotempty": _isnotempty,
    "isnotnull": _isnotnull,
    "isnull": _isnull,
    "not": _not,
    "round": _round,
    "todouble": _to_real,
    "tolong": _to_long,
    "tolower": _to_lower,
    "toreal": _to_real,
    "tostring": _to_string,
}
