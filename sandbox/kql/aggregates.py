"""Aggregates: what `summarize` makes of the rows of a group.

Nulls do not count, except for `count()`. Percentiles are those of the nearest rank, as Kusto documents them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sandbox.kql.arithmetic import widened
from sandbox.kql.scalars import Scalar, Scope
from sandbox.kql.table import NUMBERS, Kind, Row, Value, semantic
from sandbox.kql.tree import Call, Expression, Literal, Name

Rows = Sequence[Row]


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One value of a group.

    Attributes:
        name: What its column is called where the query gives it no name.
        kind: The kind of its value.
        compute: The function of the group's rows.
    """

    name: str
    kind: Kind
    compute: Callable[[Rows], Value]


Maker = Callable[[Scope, str, tuple[Expression, ...]], list[Aggregate]]


def is_aggregate(expression: Expression) -> bool:
    """Whether an expression is a call of an aggregate."""
    return isinstance(expression, Call) and expression.function in AGGREGATES


def aggregates_of(scope: Scope, call: Call) -> list[Aggregate]:
    """Return what a call of an aggregate computes: one value, or one for each percentile that it names.

    Raises:
        KqlError: Its arguments do not fit.
    """
    return AGGREGATES[call.function](scope, call.function, call.arguments)


def _count(scope: Scope, name: str, arguments: tuple[Expression, ...]) -> list[Aggregate]:
    del scope
    _require(name, arguments, 0)
    return [Aggregate("count_", "long", len)]


def _countif(scope: Scope, name: str, arguments: tuple[Expression, ...]) -> list[Aggregate]:
    _require(name, arguments, 1)
    condition = scope.condition(arguments[0])
    return [Aggregate("countif_", "long", lambda rows: sum(condition.evaluate(row) is True for row in rows))]


def _sum(scope: Scope, name: str, arguments: tuple[Expression, ...]) -> list[Aggregate]:
    _require(name, arguments, 2 if name == "sumif" else 1)
    number = _number(scope, name, arguments[0])
    chosen = scope.condition(arguments[1]) if name == "sumif" else Scalar("bool", lambda _: True)

    def compute(rows: Rows) -> Value:
        kept = [row for row in rows if chosen.evaluate(row) is True]
        values = _numbers(number, kept)
        return math.fsum(values) if number.kind == "real" else sum(int(value) for value in values)

    return [Aggregate(_default_name(name, arguments[0]), widened(number.kind), compute)]


def _extreme(scope: Scope, name: str, arguments: tuple[Expression, ...]) -> list[Aggregate]:
    _require(name, arguments, 1)
    value = scope.scalar(arguments[0])
    if value.kind not in NUMBERS | {"datetime", "timespan"}:
        raise semantic(f"{name}() does not take values of type {value.kind}")
    choose: Callable[..., Value] = min if name == "min" else max

    def compute(rows: Rows) -> Value:
        values = [number for row in rows if (number := value.evaluate(row)) is not None]
        return choose(values) if values else None

    return [Aggregate(_default_name(name, arguments[0]), value.kind, compute)]


def _distinct(scope: Scope, name: str, arguments: tuple[Expression, ...]) -> list[Aggregate]:
    _require(name, arguments, 1)
    value = scope.scalar(arguments[0])

    def compute(rows: Rows) -> Value:
        return len({number for row in rows if (number := value.evaluate(row)) is not None})

    return [Aggregate(_default_name(name, arguments[0]), "long", compute)]


def _percentiles(scope: Scope, name: str, arguments: tuple[Expression, ...]) -> list[Aggregate]:
    weighed = name.endswith("w")
    several = name.startswith("percentiles")
    before = 2 if weighed else 1
    if len(arguments) <= before or (not several and len(arguments) > before + 1):
        raise semantic(f"{name}() does not take {len(arguments)} arguments")
    number = _number(scope, name, arguments[0])
    weight = _number(scope, name, arguments[1]) if weighed else Scalar("long", lambda _: 1)
    if weight.kind not in ("int", "long"):
        raise semantic(f"{name}() weighs by whole numbers, not by {weight.kind}")

    def one(share: float, label: str) -> Aggregate:
        return Aggregate(
            f"percentile_{_label(arguments[0])}_{label}",
            widened(number.kind),
            lambda rows: _nearest_rank(number, weight, rows, share),
        )

    return [one(*_share(argument)) for argument in arguments[before:]]


def _share(argument: Expression) -> tuple[float, str]:
    value = argument.value if isinstance(argument, Literal) else None
    if isinstance(value, (int, float)) and 0 <= value <= 100:
        return float(value), str(value).replace(".", "_")
    raise semantic("A percentile is a constant from 0 to 100")


def _nearest_rank(number: Scalar, weight: Scalar, rows: Rows, percentile: float) -> Value:
    """Return the least value that so many percent of the weight do not exceed."""
    weighed: list[tuple[float, int]] = []
    for row in rows:
        value, times = number.evaluate(row), weight.evaluate(row)
        if isinstance(value, (int, float)) and isinstance(times, int) and times > 0:
            weighed.append((value, times))
    weighed.sort()
    rank = max(1, math.ceil(percentile / 100 * sum(times for _, times in weighed)))
    reached = 0
    for value, times in weighed:
        reached += times
        if reached >= rank:
            return value
    return math.nan if number.kind == "real" else None


def _numbers(number: Scalar, rows: Rows) -> list[float]:
    values = (number.evaluate(row) for row in rows)
    return [value for value in values if isinstance(value, (int, float))]


def _number(scope: Scope, name: str, argument: Expression) -> Scalar:
    constant = scope.scalar(argument)
    if constant.kind not in NUMBERS:
        raise semantic(f"{name}() does not take values of type {constant.kind}")
    return constant


def _require(name: str, arguments: tuple[Expression, ...], count: int) -> None:
    if len(arguments) != count:
        raise semantic(f"{name}() takes {count} arguments, not {len(arguments)}")


def _label(argument: Expression) -> str:
    return argument.name if isinstance(argument, Name) else ""


def _default_name(name: str, argument: Expression) -> str:
    return f"{name}_{_label(argument)}"


AGGREGATES: Mapping[str, Maker] = {
    "count": _count,
    "countif": _countif,
    "dcount": _distinct,
    "max": _extreme,
    "min": _extreme,
    "percentile": _percentiles,
    "percentiles": _percentiles,
    "percentilew": _percentiles,
    "percentilesw": _percentiles,
    "sum": _sum,
    "sumif": _sum,
}
