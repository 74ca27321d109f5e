"""A wrong query gives a wrong answer: each of these slips in a query changes what the sandbox answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from assurance.telemetry.query import query
from assurance.telemetry.window import Window
from sandbox.kql import KqlError, Row, Source, run
from sandbox.log_analytics import TelemetryStore, Traffic
from sandbox.log_analytics.schema import TABLES, workspace_columns, workspace_rows

UNTIL = datetime(2026, 3, 2, 15, tzinfo=UTC)
WINDOW = Window(UNTIL - timedelta(minutes=30), UNTIL)
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


def rows_of(table: str) -> list[Row]:
    """Return the rows of a table, of an hour and a half around the window."""
    return workspace_rows(table, STORE.rows(table, UNTIL - timedelta(hours=1), UNTIL + timedelta(minutes=30)))


SOURCES = {name: Source(workspace_columns(name), partial(rows_of, name)) for name in TABLES}


def answered(text: str) -> list[tuple[object, ...]] | str:
    """Return the rows that a query gets, or that it is refused."""
    try:
        return [tuple(row) for row in run(text, SOURCES, UNTIL).rows]
    except KqlError:
        return "refused"


@pytest.mark.parametrize(("name", "right", "wrong"), SLIPS)
def test_a_slip_shows(name: str, right: str, wrong: str) -> None:
    """With the slip the answer is another, or none; without it there is one."""
    asked = query("service_level" if name.startswith("views") else name)
    text = asked.over(WINDOW, "workspace", STORE.component_id, excluded=["GET /health/live"])
    assert right in text
    true = answered(text)

    assert isinstance(true, list)
    assert true
    assert answered(text.replace(right, wrong)) != true
