"""Results of queries, read strictly: the columns that were asked for, each cell of its kind, and nothing cut."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from assurance.errors import BrokenReading, NotEvaluated
from assurance.world.azure.document import Document

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
        found = self.cells[column]
        return float(found) if isinstance(found, (int, float)) else None

    def count(self, column: str) -> int:
        """Return a whole number, not negative, of the row.

        Raises:
            BrokenReading: There is none.
        """
        found = self.cells[column]
        if not isinstance(found, int) or found < 0:
            raise self._broken(column, "a whole number, not negative")
        return found

    def moment(self, column: str) -> datetime:
        """Return a moment of the row.

        Raises:
            BrokenReading: There is none.
        """
        found = self.cells[column]
        if not isinstance(found, datetime):
            raise self._broken(column, "a moment")
        return found

    def text(self, column: str) -> str:
        """Return a text of the row; an empty one where there is none, as the language has it."""
        found = self.cells[column]
        return found if isinstance(found, str) else ""

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
    found = {one.required_text("name"): one.required_text("type") for one in tables[0].required_items("columns")}
    if list(found.items()) != list(columns.items()):
        raise answer.broken(("tables", "columns"), f"columns {dict(columns)}", found)
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
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise answer.broken(("tables", "rows"), "a value of type datetime", text) from error
    if found.tzinfo is None:
        raise answer.broken(("tables", "rows"), "a datetime in UTC", text)
    return found.astimezone(UTC)


def _partial(answer: Document) -> NotEvaluated:
    error = answer.within("error")
    code = error.text("code") if error is not None else None
    said = error.text("message") if error is not None else None
    return NotEvaluated(
        f"The result is only a part of what was asked for: {code or 'error'}: {said or 'no reason given'}",
        "Ask for a shorter window, or run again; a part says nothing of the whole.",
        answer.readings,
    )
