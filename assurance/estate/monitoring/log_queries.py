"""What a log query measures: recognised from its text, strictly; what is not recognised measures nothing that we know.

Only so much of the Kusto Query Language is understood as alert rules need: a table, filters, one summary, columns
computed from it, and a last filter on one of them. Arithmetic is recognised by its value, not its spelling: it is
computed for a few numbers of failed and all requests, as Kusto computes it, whole numbers without remainder.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

Measure = Literal["failures in percent", "failures as a fraction", "successes in percent", "failures", "percentile"]
Comparison = Literal["GreaterThan", "GreaterThanOrEqual", "LessThan", "LessThanOrEqual"]
Number = int | float

REQUEST_TABLES = frozenset({"requests", "apprequests"})
AVAILABILITY_TABLES = frozenset({"availabilityresults", "appavailabilityresults"})
COMPARISONS: Mapping[str, Comparison] = {
    ">": "GreaterThan",
    ">=": "GreaterThanOrEqual",
    "<": "LessThan",
    "<=": "LessThanOrEqual",
}
_FAILED = frozenset({"success==false", 'success=="false"', "success!=true", "not(success)", "success=='false'"})
_SUCCEEDED = frozenset({"success==true", 'success=="true"', "success", "success!=false", "success=='true'"})
_RECENT = re.compile(r"(timestamp|timegenerated)>=?ago\((\d+)([smhd])\)")
_BINNED = re.compile(r"bin\((timestamp|timegenerated),\d+[smhd]\)")
_PERCENTILE = re.compile(r"percentile\((?:duration|durationms),(\d+)\)")
_COLUMN = re.compile(r"(?:(?P<name>[a-z_]\w*)=(?!=))?(?P<value>.+)", re.DOTALL)
_FILTER = re.compile(r"(?P<name>[a-z_]\w*)(?P<sign>>=|<=|>|<)(?P<limit>\d+(?:\.\d+)?)")
# Numbers of failed and of all requests for which an expression is computed: primes, so that a remainder shows.
_SAMPLES = ((3, 7), (13, 101), (1, 997))
_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Measured:
    """What a query measures.

    Attributes:
        measure: What.
        table: Of which table, in lower case.
        percentile: Which percentile of the duration, in milliseconds; None for other measures.
        comparison: How its own last filter compares; empty if the alert rule compares.
        limit: What its last filter compares with.
        by_time: Whether it makes a row for each of several spans of time.
    """

    measure: Measure
    table: str
    percentile: int | None = None
    comparison: Comparison | Literal[""] = ""
    limit: float = 0.0
    by_time: bool = False


class Unrecognised(Exception):  # noqa: N818  (it says what happened)
    """A query is not understood; the message says where."""


def measured_by(query: str, column: str | None) -> Measured:
    """Return what a query measures.

    Args:
        query: The query.
        column: The column that the alert rule compares; None where the rule counts rows.

    Raises:
        Unrecognised: It is not understood, or measures nothing that the guide asks for.
    """
    table, *steps = _steps(query)
    columns: dict[str, str] = {}
    failures_only = False
    measured: Measured | None = None
    for step in steps:
        if measured is not None:
            raise Unrecognised(f"'{step}' stands behind the last filter")
        if step.startswith("where") and not columns:
            failures_only = _is_of_failures(step.removeprefix("where")) or failures_only
        elif step.startswith("where"):
            measured = _filtered(step.removeprefix("where"), columns, table, failures_only)
        elif step.startswith("summarize") and not columns:
            columns = _summarized(step.removeprefix("summarize"))
        elif step.startswith(("extend", "project")) and columns:
            columns |= _computed(step.removeprefix("extend").removeprefix("project"), columns)
        else:
            raise Unrecognised(f"'{step}' is not understood")
    by_time = _BINNED.search(query.replace(" ", "").casefold()) is not None
    if measured is not None:
        return replace(measured, by_time=by_time)
    if column is not None:
        return replace(_measure(_resolved(column.casefold(), columns), table, failures_only), by_time=by_time)
    if not columns and failures_only:
        return Measured("failures", table)
    raise Unrecognised("it counts rows that are no failures")


def _steps(query: str) -> list[str]:
    """Return the steps of a query, in lower case and without spaces; the table first."""
    bare = re.sub(r"//[^\n]*", "", query)
    return ["".join(step.split()).casefold() for step in bare.strip().rstrip(";").split("|")]


def _is_of_failures(condition: str) -> bool:
    """Tell whether a filter leaves only failed requests; a filter on recent time leaves all that the rule looks at."""
    failures = False
    for part in re.split(r"(?<![a-z_0-9])and(?![a-z_0-9])|(?<=\d[smhd]\))and", condition):
        if _RECENT.fullmatch(part):
            continue
        if part not in _FAILED:
            raise Unrecognised(f"it looks only at what meets '{part}'")
        failures = True
    return failures


def _filtered(condition: str, columns: Mapping[str, str], table: str, failures_only: bool) -> Measured:
    match = _FILTER.fullmatch(condition)
    if match is None:
        raise Unrecognised(f"'where {condition}' is not understood")
    measured = _measure(_resolved(match["name"], columns), table, failures_only)
    return replace(measured, comparison=COMPARISONS[match["sign"]], limit=float(match["limit"]))


def _summarized(text: str) -> dict[str, str]:
    """Return the columns that a summary makes; it may be by time, for then each row is of the rule's own window."""
    parts = re.split(r"(?<=\))by(?=bin\(|[a-z_])", text, maxsplit=1)
    if len(parts) > 1 and _BINNED.fullmatch(parts[1]) is None:
        raise Unrecognised(f"it measures each {parts[1]} on its own")
    return _computed(parts[0], {})


def _computed(text: str, known: Mapping[str, str]) -> dict[str, str]:
    columns: dict[str, str] = {}
    for part in _split(text):
        match = _COLUMN.fullmatch(part)
        if match is None:
            raise Unrecognised(f"'{part}' is not understood")
        value = _expanded(match["value"], {**known, **columns})
        columns[match["name"] or _default_name(match["value"])] = value
    return columns


def _split(text: str) -> list[str]:
    """Return what stands between the commas that are within no parentheses."""
    parts, depth, start = [], 0, 0
    for place, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            parts.append(text[start:place])
            start = place + 1
    return [*parts, text[start:]]


def _default_name(value: str) -> str:
    """Return the name that Kusto gives to a column without one."""
    percentile = _PERCENTILE.fullmatch(value)
    if percentile is not None:
        return f"percentile_{value.split('(')[1].split(',')[0]}_{percentile.group(1)}"
    return f"{value.split('(')[0]}_" if "(" in value else value


def _expanded(value: str, known: Mapping[str, str]) -> str:
    """Return an expression with the columns that it names replaced by what they are."""
    return re.sub(
        r"[a-z_]\w*(?!\w*\()", lambda match_: f"({known[match_[0]]})" if match_[0] in known else match_[0], value
    )


def _resolved(name: str, columns: Mapping[str, str]) -> str:
    if name not in columns:
        raise Unrecognised(f"it makes no column {name}")
    return columns[name]


def _measure(expression: str, table: str, failures_only: bool) -> Measured:
    """Return what an expression measures."""
    bare = expression
    while bare.startswith("(") and bare.endswith(")"):
        bare = bare[1:-1]
    percentile = _PERCENTILE.fullmatch(bare)
    if percentile is not None:
        if failures_only:
            raise Unrecognised("it looks only at failures")
        return Measured("percentile", table, int(percentile.group(1)))
    wanted: dict[Measure, Callable[[int, int], float]] = {
        "failures in percent": lambda failed, everything: 100 * failed / everything,
        "failures as a fraction": lambda failed, everything: failed / everything,
        "successes in percent": lambda failed, everything: 100 * (everything - failed) / everything,
        "failures": lambda failed, _: failed,
    }
    results = [_value(bare, failed, failed if failures_only else everything) for failed, everything in _SAMPLES]
    for measure, value in wanted.items():
        if all(abs(result - value(*sample)) < _TOLERANCE for result, sample in zip(results, _SAMPLES, strict=True)):
            return Measured(measure, table)
    raise Unrecognised(f"'{bare}' is no rate, number or percentile that is asked for")


def _value(expression: str, failed: int, everything: int) -> Number:
    """Return what an expression comes to, for so many failed requests among so many."""

    def counted(match: re.Match[str]) -> str:
        condition = match["condition"]
        if condition in _FAILED:
            return str(failed)
        if condition in _SUCCEEDED:
            return str(everything - failed)
        raise Unrecognised(f"it counts what meets '{condition}'")

    text = re.sub(r"sumif\(itemcount,(?P<condition>[^()]+(?:\([^()]*\))?)\)", counted, expression)
    text = re.sub(r"countif\((?P<condition>[^()]+(?:\([^()]*\))?)\)", counted, text)
    text = re.sub(r"count\(\)|sum\(itemcount\)", str(everything), text)
    try:
        return _computed_number(ast.parse(text, mode="eval").body)
    except (SyntaxError, ValueError, ZeroDivisionError, RecursionError) as error:
        raise Unrecognised(f"'{expression}' is not understood") from error


def _computed_number(node: ast.expr) -> Number:
    match node:
        case ast.Constant(value=int() | float() as number):
            return number
        case ast.BinOp(left=left, op=sign, right=right):
            return _arithmetic(sign, _computed_number(left), _computed_number(right))
        case ast.Call(func=ast.Name(id="todouble" | "toreal"), args=[inner]):
            return float(_computed_number(inner))
        case ast.Call(func=ast.Name(id="iff" | "iif"), args=[ast.Compare(), _, otherwise]):
            # The condition of such an expression keeps it from dividing by no requests at all.
            return _computed_number(otherwise)
        case _:
            raise ValueError("an expression of another kind")


def _arithmetic(sign: ast.operator, left: Number, right: Number) -> Number:
    if isinstance(sign, ast.Div):
        # Whole numbers are divided without remainder, as by Kusto's operator for `long`.
        return left // right if isinstance(left, int) and isinstance(right, int) else left / right
    known: dict[type[ast.operator], Callable[[Number, Number], Number]] = {
        ast.Add: operator.add,
        ast.Sub: operator.sub,
        ast.Mult: operator.mul,
    }
    if type(sign) not in known:
        raise ValueError("an operator of another kind")
    return known[type(sign)](left, right)
