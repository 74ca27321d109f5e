"""Figures of service levels are drawn from readings of a run, and left out where there is nothing to draw."""

from __future__ import annotations

import json
from dataclasses import replace

from assurance.reporting.html.telemetry_figures import list_latencies, response_times, throughput
from assurance.tape import Call, Reading
from assurance.telemetry.query import query
from assurance.telemetry.window import window_before
from tests.assurance.reporting.sample_run import sample_model

COLUMNS = query("requests_over_time").columns
WINDOW = window_before("2026-03-02T15:03:20.000Z", 60.0, 30)


def over_time(rows: list[list[object]]) -> Reading:
    """A reading of the requests over time."""
    columns = [{"name": name, "type": kind} for name, kind in COLUMNS.items()]
    body = json.dumps({"tables": [{"name": "PrimaryResult", "columns": columns, "rows": rows}]}).encode()
    text = query("requests_over_time").over(WINDOW, "workspace", "/x")
    call = Call(
        "",
        "",
        "",
        0,
        "",
        json.dumps({"query": text, "timespan": f"{WINDOW.since.isoformat()}/{WINDOW.until.isoformat()}"}),
    )
    return Reading(
        "overtime", "http", "POST https://logs/query", "2026-03-02T15:03:20.000Z", 5, 200, call=call, body=body
    )


def draw(number: int, milliseconds: int) -> Reading:
    """A reading of one request of the list baseline."""
    call = Call("estimator", "", "list-baseline", number, "", "")
    question = "GET https://apex/api/v1/projects"
    return Reading(f"draw{number}", "http", question, "2026-03-02T15:03:21.000Z", milliseconds, 200, call=call)


ROWS: list[list[object]] = [
    ["2026-03-02T14:30:00Z", 9, 90, 1, 60, 1, 100.0, 250.0],
    ["2026-03-02T14:45:00Z", 9, 90, 0, 60, 0, 110.0, "NaN"],
]


def test_requests_over_time_are_drawn() -> None:
    """Response times and throughput are drawn from the reading, with the window in words."""
    model = replace(sample_model(), readings=(over_time(ROWS),))
    times, requests = response_times(model), throughput(model)

    assert times is not None
    assert requests is not None
    assert "2026-03-02 14:30 to 2026-03-02 15:00 UTC" in times
    assert times.count("<path") == 2
    # Two intervals with requests, one with a failed one, and two columns of the legend.
    assert requests.count("<rect") == 5


def test_list_latencies_are_drawn_in_order() -> None:
    """Each request of the list baseline is one point."""
    figure = list_latencies(replace(sample_model(), readings=tuple(draw(number, 10 * number) for number in (2, 1, 3))))

    assert figure is not None
    assert figure.count("<circle") == 3
    assert "3 requests of the project list" in figure
    assert "P95 is 30 ms" in figure


def test_nothing_is_drawn_of_nothing() -> None:
    """A run without such readings, or with one that could not be judged, has no such figure."""
    bare = replace(sample_model(), readings=())
    broken = replace(bare, readings=(replace(over_time(ROWS), body=b"<html>"),))
    empty = replace(bare, readings=(over_time([]),))

    for model in (bare, broken, empty):
        assert response_times(model) is None
        assert throughput(model) is None
        assert list_latencies(model) is None
