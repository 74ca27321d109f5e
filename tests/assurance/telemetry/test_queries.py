"""The queries themselves: each says in its head what it returns, in both spellings, and returns that."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import assurance.telemetry
from assurance.telemetry.query import Spelling, query
from assurance.telemetry.window import Window, label_of, window_before
from sandbox.kql import Source, run
from sandbox.log_analytics.schema import COMPONENT_NAMES, TABLES, component_columns, workspace_columns

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
