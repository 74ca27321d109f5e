"""Figures of a run's service levels, from the same readings as its verdicts: requests over time, list latencies."""

from __future__ import annotations

import json
from datetime import timedelta

from assurance.apex.performance.drawing import SERIES
from assurance.errors import NotEvaluated
from assurance.judging.statistics.percentiles import percentile
from assurance.reporting.html.charts import Chart, Series, figure
from assurance.reporting.html.markup import Html
from assurance.reporting.model import RunModel
from assurance.tape import Reading
from assurance.tape.moments import recorded
from assurance.telemetry.query import query
from assurance.telemetry.result import rows_of
from assurance.telemetry.timeline import Timeline, timeline_of
from assurance.telemetry.window import BIN, Window
from assurance.world.azure.document import Document

_QUERY = "requests_over_time"
SECONDS_PER_HOUR = 3600.0
MINUTES_PER_BIN = BIN / timedelta(minutes=1)


def response_times(model: RunModel) -> Html | None:
    """Draw the median and the 95th percentile over the longest window that the run asked for."""
    timeline = _longest(model)
    if timeline is None or not any(one.requests for one in timeline.in_order):
        return None
    intervals = list(zip(_hours(timeline), timeline.in_order, strict=True))
    series = [
        Series("P95", "line", [(at, one.p95_milliseconds) for at, one in intervals]),
        Series("P50", "line", [(at, one.p50_milliseconds) for at, one in intervals], "second"),
    ]
    told = f"Response times of users' requests in intervals of five minutes, {timeline.window.told}."
    return figure("Response times", f"{told} A gap is an interval without requests.", _chart("ms", series, timeline))


def throughput(model: RunModel) -> Html | None:
    """Draw the requests a minute, and those that failed, over the longest window that the run asked for."""
    timeline = _longest(model)
    if timeline is None or not any(one.all for one in timeline.in_order):
        return None
    intervals = list(zip(_hours(timeline), timeline.in_order, strict=True))
    series = [
        Series("all requests", "columns", [(at, one.all / MINUTES_PER_BIN) for at, one in intervals]),
        Series("failed", "columns", [(at, one.all_failed / MINUTES_PER_BIN) for at, one in intervals], "bad"),
    ]
    told = f"Requests a minute, health probes included, in intervals of five minutes, {timeline.window.told}."
    return figure("Throughput", told, _chart("/ min", series, timeline))


def list_latencies(model: RunModel) -> Html | None:
    """Draw each request of the list baseline, in order."""
    drawn = sorted(
        (reading.call.ordinal, reading.elapsed_milliseconds)
        for reading in model.readings
        if reading.call is not None and reading.call.flow == SERIES and reading.status is not None
    )
    if not drawn:
        return None
    high = percentile([milliseconds for _, milliseconds in drawn], 95)
    told = f"{len(drawn)} requests of the project list, one after the other, as a client saw them. P95 is {high:g} ms."
    points = Series("one request", "points", [(number, milliseconds) for number, milliseconds in drawn])
    marks = [(drawn[0][0], f"request {drawn[0][0]}"), (drawn[-1][0], str(drawn[-1][0]))]
    return figure("List baseline", told, Chart("ms", [points], marks if len(drawn) > 1 else marks[:1], (high, "P95")))


def _chart(unit: str, series: list[Series], timeline: Timeline) -> Chart:
    """Return a chart over a window, with six labels of time."""
    bins = timeline.window.bins
    chosen = bins[:: max(1, len(bins) // 6)]
    marks = [((at - timeline.window.since).total_seconds() / SECONDS_PER_HOUR, f"{at:%H:%M}") for at in chosen]
    return Chart(unit, series, marks)


def _hours(timeline: Timeline) -> list[float]:
    since = timeline.window.since
    return [(at - since).total_seconds() / SECONDS_PER_HOUR for at in timeline.window.bins]


def _longest(model: RunModel) -> Timeline | None:
    found = [timeline for reading in model.readings if (timeline := _timeline(reading)) is not None]
    return max(found, key=lambda timeline: timeline.window.minutes, default=None)


def _timeline(reading: Reading) -> Timeline | None:
    """Return the timeline that a reading holds; None if it holds none, or none that could be judged."""
    if reading.call is None or reading.call.caller:
        return None  # APEX was asked, and not by a query
    try:
        asked = json.loads(reading.call.request)
        if not asked["query"].endswith(query(_QUERY).text):
            return None
        window = Window(*(recorded(moment) for moment in asked["timespan"].split("/")))
        body = json.loads(reading.body)
        rows = rows_of(Document(body, (reading.key,), _QUERY), query(_QUERY).columns)
        return timeline_of(window, rows, (reading.key,))
    except (NotEvaluated, ValueError, KeyError, AttributeError, TypeError, RecursionError):
        # No query of ours, or one whose answer a check has told of: a figure is of what could be read.
        return None
