"""Results of queries are read strictly: what is not just what was asked for is refused, never guessed at."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from assurance.errors import BrokenReading, NotEvaluated
from assurance.telemetry.result import rows_of
from assurance.world.azure.document import Document

COLUMNS = {"At": "datetime", "Rows": "long", "Heaviest": "int", "P95": "real", "Target": "string"}
ROW: list[Any] = ["2026-03-02T15:00:00.1234567Z", 5, 1, 12.5, "db"]


def answer(row: object = None, **changed: object) -> Document:
    """An answer of one row, changed."""
    columns = [{"name": name, "type": kind} for name, kind in COLUMNS.items()]
    table = {"name": "PrimaryResult", "columns": columns, "rows": [ROW if row is None else row], **changed}
    return Document({"tables": [table]}, ("key",), "POST /query")


def with_cell(index: int, value: object) -> list[Any]:
    """The row with another value in one cell."""
    return [*ROW[:index], value, *ROW[index + 1 :]]


def test_cells_are_given_by_kind() -> None:
    """A whole row gives moments in UTC, whole numbers, numbers and texts."""
    [row] = rows_of(answer(), COLUMNS)

    assert row.moment("At") == datetime(2026, 3, 2, 15, 0, 0, 123456, tzinfo=UTC)
    assert (row.count("Rows"), row.count("Heaviest"), row.number("P95"), row.text("Target")) == (5, 1, 12.5, "db")


@pytest.mark.parametrize("value", ["NaN", "Infinity", None])
def test_what_is_no_number_is_nothing(value: object) -> None:
    """A percentile of nothing comes as the text NaN, and is no number; least of all zero."""
    [row] = rows_of(answer(with_cell(3, value)), COLUMNS)

    assert row.number("P95") is None


def test_a_whole_number_may_stand_for_a_real_one() -> None:
    """JSON does not tell 12 from 12.0."""
    [row] = rows_of(answer(with_cell(3, 12)), COLUMNS)

    assert row.number("P95") == 12.0


@pytest.mark.parametrize(
    "row",
    [
        with_cell(0, "yesterday"),
        with_cell(0, "2026-03-02T15:00:00"),
        with_cell(0, 5),
        with_cell(1, "5"),
        with_cell(1, 5.5),
        with_cell(1, True),
        with_cell(2, "many"),
        with_cell(3, "12.5"),
        with_cell(3, False),
        with_cell(3, float("nan")),
        with_cell(4, 7),
        with_cell(4, ["db"]),
        ROW[:4],
        [*ROW, 1],
        {"At": 1},
        "row",
    ],
)
def test_cells_of_other_kinds_are_refused(row: object) -> None:
    """A cell that is not of its column's kind, or a row of another length, is a broken reading."""
    with pytest.raises(BrokenReading) as refused:
        rows_of(answer(row), COLUMNS)

    assert refused.value.readings == ("key",)


@pytest.mark.parametrize(
    "changed",
    [
        {"columns": []},
        {"columns": [{"name": name, "type": "real"} for name in COLUMNS]},
        {"columns": [{"name": name, "type": kind} for name, kind in reversed(COLUMNS.items())]},
        {"columns": [{"name": name.lower(), "type": kind} for name, kind in COLUMNS.items()]},
        {"rows": None},
        {"rows": {}},
    ],
    ids=["none", "other-kinds", "other-order", "other-names", "no-rows", "rows-no-list"],
)
def test_other_columns_are_refused(changed: dict[str, object]) -> None:
    """Columns of another name, kind or order are not those that were asked for."""
    with pytest.raises(BrokenReading):
        rows_of(answer(**changed), COLUMNS)


@pytest.mark.parametrize("value", [-1, None])
def test_counts_are_whole_and_not_negative(value: object) -> None:
    """A count that is missing or negative is none."""
    [row] = rows_of(answer(with_cell(1, value)), COLUMNS)

    with pytest.raises(BrokenReading, match="whole number, not negative"):
        row.count("Rows")


@pytest.mark.parametrize("error", [{"code": "PartialError", "message": "cut"}, {}, "cut"])
def test_a_part_is_refused(error: object) -> None:
    """A result beside which an error stands is a part, and not read at all."""
    whole = answer()
    partial = Document({**whole.values, "error": error}, ("key",), "POST /query")

    with pytest.raises(NotEvaluated):
        rows_of(partial, COLUMNS)


def test_two_tables_are_refused() -> None:
    """A query of ours has one result."""
    table = answer().values["tables"]
    assert isinstance(table, list)

    with pytest.raises(BrokenReading, match="one table"):
        rows_of(Document({"tables": [*table, *table]}, ("key",)), COLUMNS)
