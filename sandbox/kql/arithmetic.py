"""Operators on values: which kinds go together, what kind comes of them, and how.

Whole numbers divide into whole numbers, as Kusto's do: `1 / 2` is 0.
"""

from __future__ import annotations

import math
import operator as python
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, cast

from sandbox.kql.table import NUMBERS, Kind, Value, semantic

Two = Callable[[Value, Value], Value]
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": python.eq,
    "!=": python.ne,
    "<": python.lt,
    "<=": python.le,
    ">": python.gt,
    ">=": python.ge,
}
# The kind of a result, for moments and durations; numbers have a rule of their own.
OF_TIME: dict[tuple[str, Kind, Kind], Kind] = {
    ("-", "datetime", "datetime"): "timespan",
    ("+", "datetime", "timespan"): "datetime",
    ("-", "datetime", "timespan"): "datetime",
    ("+", "timespan", "datetime"): "datetime",
    ("+", "timespan", "timespan"): "timespan",
    ("-", "timespan", "timespan"): "timespan",
    ("/", "timespan", "timespan"): "real",
    ("*", "timespan", "long"): "timespan",
    ("*", "timespan", "real"): "timespan",
    ("*", "long", "timespan"): "timespan",
    ("*", "real", "timespan"): "timespan",
    ("/", "timespan", "long"): "timespan",
    ("/", "timespan", "real"): "timespan",
}
PLAIN: dict[str, Callable[[Any, Any], Any]] = {
    "+": python.add,
    "-": python.sub,
    "*": python.mul,
    "/": python.truediv,
}


def widened(kind: Kind) -> Kind:
    """Return the kind that arithmetic gives a number of this kind."""
    return "long" if kind == "int" else kind


def comparison(operator: str, left: Kind, right: Kind) -> tuple[Kind, Two]:
    """Return how two values are compared.

    Raises:
        KqlError: They cannot be.
    """
    ordered = operator not in ("==", "!=")
    comparable = left == right or {left, right} <= NUMBERS
    if not comparable or left == "dynamic" or (ordered and left == "bool"):
        raise semantic(f"Cannot compare values of types {left} and {right} with '{operator}'. Try adding a conversion")
    compare = COMPARISONS[operator]

    def apply(one: Value, other: Value) -> Value:
        if one is None or other is None:
            return operator == "!=" and (one is None) != (other is None)
        return compare(one, other)

    return "bool", apply


def arithmetic(operator: str, left: Kind, right: Kind) -> tuple[Kind, Two]:
    """Return what comes of two values.

    Raises:
        KqlError: Nothing does.
    """
    left, right = widened(left), widened(right)
    if left in NUMBERS and right in NUMBERS:
        kind: Kind = "real" if "real" in (left, right) else "long"
        return kind, _of_numbers(operator, kind)
    if (operator, left, right) not in OF_TIME:
        raise semantic(f"'{operator}' cannot be applied to operands of types {left} and {right}")
    plain = PLAIN[operator]

    def apply(one: Value, other: Value) -> Value:
        if one is None or other is None:
            return None
        try:
            return cast("Value", plain(one, other))
        except (ZeroDivisionError, OverflowError):
            return None

    return OF_TIME[operator, left, right], apply


def negated(kind: Kind) -> Callable[[Value], Value]:
    """Return what gives a number or a duration the other sign.

    Raises:
        KqlError: It is neither.
    """
    if kind not in NUMBERS and kind != "timespan":
        raise semantic(f"'-' cannot be applied to an operand of type {kind}")

    def apply(value: Value) -> Value:
        if value is None or isinstance(value, (str, datetime, tuple)):
            return None
        return -value

    return apply


def binned(value: Value, size: Value) -> Value:
    """Return the beginning of the bin that a value falls in; moments count from the year 1."""
    if value is None or size is None:
        return None
    if isinstance(value, datetime) and isinstance(size, timedelta):
        begin = datetime.min.replace(tzinfo=value.tzinfo)
        return begin + (value - begin) // size * size if size else None
    if isinstance(value, timedelta) and isinstance(size, timedelta):
        return value // size * size if size else None
    if isinstance(value, (int, float)) and isinstance(size, (int, float)):
        return math.floor(value / size) * size if size else None
    return None


def _of_numbers(operator: str, kind: Kind) -> Two:
    def apply(one: Value, other: Value) -> Value:
        if not isinstance(one, (int, float)) or not isinstance(other, (int, float)):
            return None
        if operator in "/%" and other == 0:
            return None if kind == "long" else _divided_by_zero(one, operator)
        match operator:
            case "/":
                return _whole_quotient(one, other) if kind == "long" else one / other
            case "%":
                return one % other
        return cast("Value", PLAIN[operator](one, other))

    return apply


def _whole_quotient(one: float, other: float) -> int:
    """Divide whole numbers without a detour over fractions, towards zero."""
    quotient = abs(int(one)) // abs(int(other))
    return quotient if (one < 0) == (other < 0) else -quotient


def _divided_by_zero(one: float, operator: str) -> float:
    if one == 0 or operator == "%" or math.isnan(one):
        return math.nan
    return math.copysign(math.inf, one)
