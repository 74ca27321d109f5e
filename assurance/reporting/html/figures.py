"""Charts of the HTML report.

A run's service levels and load test, drawn as inline SVG from the readings of its verdicts.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from datetime import timedelta

from assurance.apex.performance.drawing import SERIES
from assurance.apex.performance.load_running import KIND
from assurance.apex.performance.load_samples import ASIDE, Sample, record_of
from assurance.errors import NotEvaluated
from assurance.judging.statistics import percentile
from assurance.reporting.html.charts import Chart, Series, figure, section
from assurance.reporting.html.parts import Html, element, join, verdict_style
from assurance.reporting.model import ControlSummary, RunModel
from assurance.reporting.wording import counts_in_words
from assurance.tape import Reading
from assurance.tape.moments import recorded
from assurance.telemetry.result import query, rows_of
from assurance.telemetry.timeline import Timeline, timeline_of
from assurance.telemetry.window import BIN, Window
from assurance.verdicts import Verdict
from assurance.world.azure.document import Document

MAX_SLICES = 60
SHARES = (1, 5, 10, 25, 50, 75, 90, 95, 99, 100)


def load_response_times(model: RunModel) -> Html | None:
    """Draw the median and the 95th percentile of the time that users waited, over the test."""
    slices = _slices(model)
    if not slices:
        return None
    series = [
        Series("P95", "line", [(at, _share(samples_of_slice, 95)) for at, samples_of_slice in slices]),
        Series("P50", "line", [(at, _share(samples_of_slice, 50)) for at, samples_of_slice in slices], "second"),
    ]
    caption = (
        f"How long requests took from when they were due, in slices of {_width(slices):g} s, while users arrive too."
    )
    return figure("Load: response times", caption, Chart("ms", series, _marks(slices)))


def load_throughput(model: RunModel) -> Html | None:
    """Draw the requests a second over the test, and those that failed."""
    slices = _slices(model)
    if not slices:
        return None
    width = _width(slices)
    series = [
        Series("all requests", "columns", [(at, len(samples_of_slice) / width) for at, samples_of_slice in slices]),
        Series(
            "failed",
            "columns",
            [(at, sum(sample.failed for sample in samples_of_slice) / width) for at, samples_of_slice in slices],
            "bad",
        ),
    ]
    total = sum(len(samples_of_slice) for _, samples_of_slice in slices)
    caption = f"Requests a second in slices of {width:g} s, {total:,} in all."
    return figure("Load: throughput", caption, Chart("/ s", series, _marks(slices)))


def load_percentiles(model: RunModel) -> Html | None:
    """Draw what share of the requests took at most how long, from when they were due and from when they were sent."""
    samples = _samples(model)
    if not samples:
        return None
    due = [sample.waited_milliseconds for sample in samples]
    sent = [sample.elapsed_milliseconds for sample in samples]
    places = list(range(len(SHARES)))
    series = [
        Series("since due", "line", [(at, percentile(due, SHARES[at])) for at in places]),
        Series("since sent", "line", [(at, percentile(sent, SHARES[at])) for at in places], "second"),
    ]
    marks = [(at, f"P{SHARES[at]}") for at in places]
    caption = (
        f"Percentiles of all {len(samples):,} requests, from raw samples; where the lines part, users had to wait."
    )
    return figure("Load: percentiles", caption, Chart("ms", series, marks))


def _samples(model: RunModel) -> tuple[Sample, ...]:
    for reading in model.readings:
        if reading.kind == KIND and not reading.failure:
            try:
                record = record_of(reading.body, (reading.key,))
            except NotEvaluated:
                # A check has told of it: a figure is of what could be read.
                return ()
            return tuple(sample for sample in record.samples if not sample.name.startswith(ASIDE))
    return ()


def _slices(model: RunModel) -> list[tuple[float, list[Sample]]]:
    """Return the samples in slices of whole seconds, each by how many seconds after the first it begins."""
    samples = _samples(model)
    if not samples:
        return []
    first = min(sample.start for sample in samples)
    span = max(sample.start for sample in samples) - first
    width = max(1, math.ceil(span / MAX_SLICES))
    samples_by_slice: list[list[Sample]] = [[] for _ in range(int(span // width) + 1)]
    for sample in samples:
        samples_by_slice[int((sample.start - first) // width)].append(sample)
    return [(float(width * number), samples_of_slice) for number, samples_of_slice in enumerate(samples_by_slice)]


def _width(slices: Sequence[tuple[float, list[Sample]]]) -> float:
    return slices[1][0] if len(slices) > 1 else 1.0


def _marks(slices: Sequence[tuple[float, list[Sample]]]) -> list[tuple[float, str]]:
    return [(at, f"{at:g} s") for at, _ in slices[:: max(1, len(slices) // 6)]]


def _share(samples: Sequence[Sample], share: int) -> float | None:
    return percentile([sample.waited_milliseconds for sample in samples], share) if samples else None


_QUERY = "requests_over_time"
SECONDS_PER_HOUR = 3600.0
MINUTES_PER_BIN = BIN / timedelta(minutes=1)


def response_times(model: RunModel) -> Html | None:
    """Draw the median and the 95th percentile over the longest window that the run asked for."""
    timeline = _longest(model)
    if timeline is None or not any(interval.requests for interval in timeline.in_order):
        return None
    intervals = list(zip(_hours(timeline), timeline.in_order, strict=True))
    series = [
        Series("P95", "line", [(at, interval.p95_milliseconds) for at, interval in intervals]),
        Series("P50", "line", [(at, interval.p50_milliseconds) for at, interval in intervals], "second"),
    ]
    caption = f"Response times of users' requests in intervals of five minutes, {timeline.window.told}."
    return figure("Response times", f"{caption} A gap is an interval without requests.", _chart("ms", series, timeline))


def throughput(model: RunModel) -> Html | None:
    """Draw the requests a minute, and those that failed, over the longest window that the run asked for."""
    timeline = _longest(model)
    if timeline is None or not any(interval.all for interval in timeline.in_order):
        return None
    intervals = list(zip(_hours(timeline), timeline.in_order, strict=True))
    series = [
        Series("all requests", "columns", [(at, interval.all / MINUTES_PER_BIN) for at, interval in intervals]),
        Series("failed", "columns", [(at, interval.all_failed / MINUTES_PER_BIN) for at, interval in intervals], "bad"),
    ]
    caption = f"Requests a minute, health probes included, in intervals of five minutes, {timeline.window.told}."
    return figure("Throughput", caption, _chart("/ min", series, timeline))


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
    caption = (
        f"{len(drawn)} requests of the project list, one after the other, as a client saw them. P95 is {high:g} ms."
    )
    points = Series("one request", "points", [(number, milliseconds) for number, milliseconds in drawn])
    marks = [(drawn[0][0], f"request {drawn[0][0]}"), (drawn[-1][0], str(drawn[-1][0]))]
    return figure(
        "List baseline", caption, Chart("ms", [points], marks if len(drawn) > 1 else marks[:1], (high, "P95"))
    )


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
    timelines = [timeline for reading in model.readings if (timeline := _timeline(reading)) is not None]
    return max(timelines, key=lambda timeline: timeline.window.minutes, default=None)


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


Figure = Callable[[RunModel], Html | None]

ORDER = (Verdict.FAIL, Verdict.NOT_EVALUATED, Verdict.WAIVED, Verdict.PASS, Verdict.NOT_APPLICABLE)
WIDTH = 1000
NAME_WIDTH = 90
NUMBER_WIDTH = 70
ROW = 24


def drawn(model: RunModel) -> Html:
    """Return the section with every figure that has something to show."""
    figures = [figure for draw in FIGURES if (figure := draw(model)) is not None]
    if not figures:
        return Html()
    return element("section", element("h2", "Figures"), *figures, class_="apex-section", id="figures")


def cases_by_control(model: RunModel) -> Html | None:
    """Draw one bar for each control, as long as it has cases, in the colours of its verdicts."""
    summaries = model.controls()
    if not summaries:
        return None
    most = max(sum(summary.counts.values()) for summary in summaries)
    bars = (_bar(summary, ROW * row, most) for row, summary in enumerate(summaries))
    caption = f"A bar is as long as its control has cases, at most {most:,}; what fails or is not judged comes first."
    return section("Cases by control", caption, join(*bars), WIDTH, ROW * len(summaries))


def _bar(summary: ControlSummary, top: int, most: int) -> Html:
    scale = (WIDTH - NAME_WIDTH - NUMBER_WIDTH) / most
    parts = [element("text", summary.control.id, x="0", y=f"{top + 16}", class_="name")]
    left = float(NAME_WIDTH)
    for verdict in ORDER:
        width = summary.counts[verdict] * scale
        if width:
            style = f"bar {verdict_style(verdict)}"
            parts.append(
                element("rect", x=f"{left:.1f}", y=f"{top + 4}", width=f"{width:.1f}", height="16", class_=style)
            )
            left += width
    total = f"{sum(summary.counts.values()):,}"
    parts.append(element("text", total, x=f"{left + 8:.1f}", y=f"{top + 16}", class_="number"))
    title = element("title", f"{summary.control.id}: {counts_in_words(summary.counts)}")
    return element("g", title, *parts)


FIGURES: tuple[Figure, ...] = (
    cases_by_control,
    response_times,
    throughput,
    list_latencies,
    load_response_times,
    load_throughput,
    load_percentiles,
)
