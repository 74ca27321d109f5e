"""Telemetry: queries, their results, metrics and dependencies."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import assurance.telemetry
from assurance.errors import BrokenReading, NotEvaluated
from assurance.telemetry.result import Spelling, query, rows_of
from assurance.telemetry.window import Window, label_of, window_before
from assurance.world.azure.document import Document
from falsification.azure.world import MemoryTape
from sandbox.kql import KqlError, Row, Source, Value, run
from sandbox.log_analytics import TelemetryStore, Traffic
from sandbox.log_analytics.schema import COMPONENT_NAMES, TABLES, component_columns, workspace_columns, workspace_rows
from tests.assurance.telemetry.telemetry_world import TelemetryWorld, header

TRACE = "0af7651916cd43dd8448eb211c80319c"
OTHER = "ffffffffffffffffffffffffffffffff"


def called(world: TelemetryWorld, trace: str, target: str, *, succeeded: bool = True) -> None:
    """Let the application have called somebody."""
    row: dict[str, Value] = {
        "OperationId": trace,
        "Target": target,
        "DependencyType": "SQL",
        "Name": "SELECT",
        "Success": succeeded,
    }
    world.store.sink("AppDependencies", {**row, "DurationMs": 4.5})


def test_calls_of_our_traces_are_found() -> None:
    """Rows of the trace ids that are asked for come, with what they called and whether it succeeded; others do not."""
    world = TelemetryWorld(None)
    since = datetime.now(UTC)
    called(world, TRACE, "sql-apex-sandbox.database.windows.net|db-apex-sandbox")
    called(world, TRACE, "stapexsandbox4k7x.blob.core.windows.net", succeeded=False)
    called(world, OTHER, "elsewhere.example.com")
    found = world.telemetry().dependencies([TRACE], since, lambda found: len(found.calls) == 2)

    assert [(call.operation_id, call.target, call.type, call.succeeded) for call in found.calls] == [
        (TRACE, "sql-apex-sandbox.database.windows.net|db-apex-sandbox", "SQL", True),
        (TRACE, "stapexsandbox4k7x.blob.core.windows.net", "SQL", False),
    ]
    assert found.calls[0].milliseconds == 4.5
    assert found.readings
    assert found.asked == 1


def test_it_waits_until_rows_have_arrived() -> None:
    """Rows that take a while are found, by asking again; each asking is a reading of its own."""
    world = TelemetryWorld(None, declared={"poll_seconds": 0.1, "arrival_seconds": 60.0})
    world.store.arrival_seconds = 0.5
    called(world, TRACE, "db")
    found = world.telemetry().dependencies([TRACE], datetime.now(UTC), lambda found: bool(found.calls))

    assert found.asked > 1
    assert len(world.tape.readings()) == found.asked == len(world.logs.queries)


def test_it_waits_no_longer_than_its_bound() -> None:
    """Rows that never come end the wait at the bound, with what there is."""
    world = TelemetryWorld(None, declared={"poll_seconds": 0.1, "arrival_seconds": 0.5})
    began = time.monotonic()
    found = world.telemetry().dependencies([TRACE], datetime.now(UTC), lambda found: bool(found.calls))

    assert found.calls == ()
    assert 0.4 < time.monotonic() - began < 30


def test_the_tape_gives_the_same_without_waiting() -> None:
    """What was asked in order is answered in order from the tape: the same calls after as many askings, at once."""
    world = TelemetryWorld(None, declared={"poll_seconds": 0.2, "arrival_seconds": 60.0})
    world.store.arrival_seconds = 0.6
    since = datetime.now(UTC)
    called(world, TRACE, "db")
    first = world.telemetry().dependencies([TRACE], since, lambda found: bool(found.calls))
    known = {reading.key: reading for reading in world.tape.readings()}
    replayed = TelemetryWorld(
        None, declared={"poll_seconds": 0.2, "arrival_seconds": 60.0}, tape=MemoryTape(header(), known)
    )
    again = replayed.telemetry().dependencies([TRACE], since, lambda found: bool(found.calls))

    assert (again.calls, again.asked, again.readings) == (first.calls, first.asked, first.readings)
    assert replayed.logs.queries == []


FOLDER = Path(assurance.telemetry.__path__[0]) / "queries"
NAMES = sorted(path.stem for path in FOLDER.glob("*.kql") if not path.stem.startswith("views_"))
NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
WINDOW = Window(NOW - timedelta(minutes=30), NOW)
SOURCES = {
    "workspace": {name: Source(workspace_columns(name), list) for name in TABLES},
    "component": {spelled: Source(component_columns(name), list) for name, spelled in COMPONENT_NAMES.items()},
}


@pytest.mark.parametrize("spelling", ["workspace", "component"])
@pytest.mark.parametrize("name", NAMES)
def test_result_has_the_columns_of_the_head(name: str, spelling: Spelling) -> None:
    """A query returns just the columns that its head names, in order and of their kinds, in either spelling."""
    asked = query(name)
    text = asked.over(WINDOW, spelling, "/subscriptions/x", excluded=["GET /health/live"], operation_ids=["abc"])
    found = run(text, SOURCES[spelling], NOW)

    assert [(column.name, column.kind) for column in found.columns] == list(asked.columns.items())


def test_every_query_is_tested() -> None:
    """The folder holds queries, and the views of both spellings."""
    assert NAMES == ["availability", "dependencies", "requests_by_minute", "requests_over_time", "service_level"]
    assert {path.stem for path in FOLDER.glob("views_*.kql")} == {"views_workspace", "views_component"}


def test_names_cannot_break_out_of_their_texts() -> None:
    """A name with quotes in it stays a text: the query is still one query."""
    text = query("service_level").over(WINDOW, "component", "/x", excluded=['GET "]); T | take 1 //', "back\\slash"])

    assert run(text, SOURCES["component"], NOW).rows[0][0] == 0


@pytest.mark.parametrize(
    ("started", "arrival_seconds", "until"),
    [
        ("2026-03-02T15:03:20.000Z", 60.0, "15:00"),
        ("2026-03-02T15:05:00.000Z", 300.0, "15:00"),
        ("2026-03-02T15:04:59.999Z", 300.0, "14:55"),
        ("2026-03-02T00:03:00.000Z", 300.0, "23:55"),
    ],
)
def test_window_ends_when_telemetry_had_arrived(started: str, arrival_seconds: float, until: str) -> None:
    """A window ends at the last whole interval of which all telemetry had arrived when the run started."""
    window = window_before(started, arrival_seconds, 30)

    assert f"{window.until:%H:%M}" == until
    assert window.until - window.since == timedelta(minutes=30)
    assert len(window.bins) == 6


def test_windows_have_names() -> None:
    """Windows are called by their length."""
    assert [label_of(minutes) for minutes in (30, 60, 90, 1440)] == [
        "last-30-minutes",
        "last-60-minutes",
        "last-90-minutes",
        "last-24-hours",
    ]


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


UNTIL = datetime(2026, 3, 2, 15, tzinfo=UTC)
SPAN = Window(UNTIL - timedelta(minutes=30), UNTIL)
TRAFFIC = replace(
    Traffic(), requests_per_minute=40.0, sampling=4, failed_share=0.1, slow_share=0.1, tests_failed_share=0.2
)
STORE = TelemetryStore("/subscriptions/x", TRAFFIC)
STORE.sink(
    "AppRequests",
    {
        "TimeGenerated": UNTIL - timedelta(minutes=9),
        "Name": "GET /",
        "Success": True,
        "DurationMs": 90.0,
        "ItemCount": 1,
    },
)
SLIPS = (
    ("service_level", "Requests = sum(Weight)", "Requests = count()"),
    ("service_level", "Failed = sumif(Weight, Succeeded != true)", "Failed = countif(Succeeded != true)"),
    ("service_level", "Succeeded != true", "Succeeded == true"),
    ("service_level", "| where not(Operation in~ (Excluded))", ""),
    ("service_level", "50, 95, 99", "50, 90, 99"),
    ("service_level", "50, 95, 99", "95, 50, 99"),
    ("service_level", "= percentilesw(Milliseconds, Weight, 50", "= percentilesw(Milliseconds / 1000, Weight, 50"),
    ("service_level", "max(Weight)", "min(Weight)"),
    ("requests_over_time", "bin(At, 5m)", "bin(At, 1h)"),
    ("requests_over_time", "sumif(Weight, Judged)", "sum(Weight)"),
    ("requests_over_time", "Judged and Succeeded != true", "Judged or Succeeded != true"),
    ("availability", "Succeeded == true", "Succeeded != true"),
    ("availability", "Runs = sum(Weight)", "Runs = sumif(Weight, Succeeded == true)"),
    ("views_workspace", "_ResourceId =~ Component", "_ResourceId != Component"),
    ("views_workspace", "Milliseconds = DurationMs, Weight", "Milliseconds = Duration, Weight"),
    ("views_workspace", "TimeGenerated >= From", "TimeGenerated >= Until"),
)


def wrong_rows_of(table: str) -> list[Row]:
    """Return the rows of a table, of an hour and a half around the window."""
    return workspace_rows(table, STORE.rows(table, UNTIL - timedelta(hours=1), UNTIL + timedelta(minutes=30)))


WRONG_SOURCES = {name: Source(workspace_columns(name), partial(wrong_rows_of, name)) for name in TABLES}


def answered(text: str) -> list[tuple[object, ...]] | str:
    """Return the rows that a query gets, or that it is refused."""
    try:
        return [tuple(row) for row in run(text, WRONG_SOURCES, UNTIL).rows]
    except KqlError:
        return "refused"


@pytest.mark.parametrize(("name", "right", "wrong"), SLIPS)
def test_a_slip_shows(name: str, right: str, wrong: str) -> None:
    """With the slip the answer is another, or none; without it there is one."""
    asked = query("service_level" if name.startswith("views") else name)
    text = asked.over(SPAN, "workspace", STORE.component_id, excluded=["GET /health/live"])
    assert right in text
    true = answered(text)

    assert isinstance(true, list)
    assert true
    assert answered(text.replace(right, wrong)) != true
