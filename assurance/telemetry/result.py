"""Our queries, each in a file of its own whose head says which columns it returns; and their results, read strictly."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal

from assurance.errors import BrokenReading, NotEvaluated
from assurance.tape.moments import to_text
from assurance.telemetry.window import Window
from assurance.world.azure.document import Document

Spelling = Literal["workspace", "component"]
# One line of a query's head: the column, its kind, what it holds and in which unit.
_COLUMN = re.compile(r"//   (\w+) +(datetime|int|long|real|string) +\S")


@dataclass(frozen=True, slots=True)
class Query:
    """One of our queries.

    Attributes:
        name: The name of its file.
        text: What the file holds.
        columns: The columns of its result, in order, by name, with their kinds.
    """

    name: str
    text: str
    columns: Mapping[str, str]

    def over(
        self,
        window: Window,
        spelling: Spelling,
        component_id: str,
        *,
        excluded: Sequence[str] = (),
        operation_ids: Sequence[str] = (),
        ordinal: int = 0,
    ) -> str:
        """Return the whole query: what its names stand for, the tables in one spelling, and what is asked.

        Args:
            window: Within which rows count.
            spelling: Whether a workspace or a component is asked.
            component_id: Whose rows count.
            excluded: Names of requests that do not count.
            operation_ids: The operations that are asked for, of a query that needs them.
            ordinal: The how manieth time it is asked, where it is asked again and again; 0 where once.
        """
        values = {
            "From": f"datetime({to_text(window.since)})",
            "Until": f"datetime({to_text(window.until)})",
            "Component": _text(component_id),
            "Excluded": f"dynamic({json.dumps(list(excluded), ensure_ascii=False)})",
            "OperationIds": f"dynamic({json.dumps(list(operation_ids))})",
        }
        lets = "".join(f"let {name} = {value};\n" for name, value in values.items())
        again = f"// asked for the {ordinal}. time\n" if ordinal else ""
        return f"{again}{lets}{_file(f'views_{spelling}')}{self.text}"


@cache
def query(name: str) -> Query:
    """Return a query by the name of its file."""
    text = _file(name)
    columns = dict(_COLUMN.findall(text))
    if not columns:
        raise ValueError(f"{name}.kql: its head names no column")
    return Query(name, text, MappingProxyType(columns))


def _file(name: str) -> str:
    return (files(__package__) / "queries" / f"{name}.kql").read_text(encoding="utf-8")


def _text(value: str) -> str:
    """Return a text as the language writes it: its escapes are JSON's, as far as ids and names need them."""
    return json.dumps(value, ensure_ascii=False)


Cell = datetime | float | int | str | None
# What Log Analytics writes where JSON has no number.
NOT_A_NUMBER = frozenset({"NaN", "Infinity", "-Infinity"})


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One row of a result, by column; a cell that holds nothing is None."""

    cells: Mapping[str, Cell]
    readings: tuple[str, ...]
    where: str

    def number(self, column: str) -> float | None:
        """Return a number of the row."""
        cell = self.cells[column]
        return float(cell) if isinstance(cell, (int, float)) else None

    def count(self, column: str) -> int:
        """Return a whole number, not negative, of the row.

        Raises:
            BrokenReading: There is none.
        """
        cell = self.cells[column]
        if not isinstance(cell, int) or cell < 0:
            raise self._broken(column, "a whole number, not negative")
        return cell

    def moment(self, column: str) -> datetime:
        """Return a moment of the row.

        Raises:
            BrokenReading: There is none.
        """
        cell = self.cells[column]
        if not isinstance(cell, datetime):
            raise self._broken(column, "a moment")
        return cell

    def text(self, column: str) -> str:
        """Return a text of the row; an empty one where there is none, as the language has it."""
        cell = self.cells[column]
        return cell if isinstance(cell, str) else ""

    def _broken(self, column: str, expected: str) -> BrokenReading:
        return BrokenReading(
            f"{self.where} has {self.cells[column]!r} in column {column}, where {expected} was expected.",
            "Look at the reading.",
            self.readings,
        )


def rows_of(answer: Document, columns: Mapping[str, str]) -> tuple[ResultRow, ...]:
    """Return the rows of a result.

    Args:
        answer: The body of the answer.
        columns: What was asked for: each column's kind, in order.

    Raises:
        NotEvaluated: The result is only a part.
        BrokenReading: It has other columns, or a cell of another kind.
    """
    if answer.value("error") is not None:
        raise _partial(answer)
    tables = answer.required_items("tables")
    if len(tables) != 1:
        raise answer.broken(("tables",), "one table", len(tables))
    types = {item.required_text("name"): item.required_text("type") for item in tables[0].required_items("columns")}
    if list(types.items()) != list(columns.items()):
        raise answer.broken(("tables", "columns"), f"columns {dict(columns)}", types)
    rows = tables[0].value("rows")
    if not isinstance(rows, list):
        raise answer.broken(("tables", "rows"), "a list", rows)
    return tuple(_row(answer, columns, row, f"{answer.where}, row {number},") for number, row in enumerate(rows, 1))


def _row(answer: Document, columns: Mapping[str, str], row: object, where: str) -> ResultRow:
    if not isinstance(row, list) or len(row) != len(columns):
        raise answer.broken(("tables", "rows"), f"{len(columns)} cells a row", row)
    cells = {name: _cell(answer, kind, cell) for (name, kind), cell in zip(columns.items(), row, strict=True)}
    return ResultRow(cells, answer.readings, where)


def _cell(answer: Document, kind: str, cell: object) -> Cell:
    match kind, cell:
        case _, None:
            return None
        case "real", str() if cell in NOT_A_NUMBER:
            return None
        case "string", str():
            return cell
        case "datetime", str():
            return _moment(answer, cell)
        case (("int" | "long"), int()) if not isinstance(cell, bool):
            return cell
        case "real", (int() | float()) if not isinstance(cell, bool) and math.isfinite(cell):
            return float(cell)
    raise answer.broken(("tables", "rows"), f"a value of type {kind}", cell)


def _moment(answer: Document, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise answer.broken(("tables", "rows"), "a value of type datetime", text) from error
    if moment.tzinfo is None:
        raise answer.broken(("tables", "rows"), "a datetime in UTC", text)
    return moment.astimezone(UTC)


def _partial(answer: Document) -> NotEvaluated:
    error = answer.within("error")
    code = error.text("code") if error is not None else None
    said = error.text("message") if error is not None else None
    return NotEvaluated(
        f"The result is only a part of what was asked for: {code or 'error'}: {said or 'no reason given'}",
        "Ask for a shorter window, or run again; a part says nothing of the whole.",
        answer.readings,
    )
