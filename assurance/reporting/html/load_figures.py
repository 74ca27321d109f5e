"""Figures of a load test, from its raw samples: latency over time, percentiles, throughput."""

from __future__ import annotations

import math
from collections.abc import Sequence

from assurance.apex.performance.load_running import KIND
from assurance.apex.performance.load_samples import ASIDE, Sample, record_of
from assurance.errors import NotEvaluated
from assurance.judging.statistics.percentiles import percentile
from assurance.reporting.html.charts import Chart, Series, figure
from assurance.reporting.html.markup import Html
from assurance.reporting.model import RunModel

MAX_SLICES = 60
SHARES = (1, 5, 10, 25, 50, 75, 90, 95, 99, 100)


def load_response_times(model: RunModel) -> Html | None:
    """Draw the median and the 95th percentile of the time that users waited, over the test."""
    slices = _slices(model)
    if not slices:
        return None
    series = [
        Series("P95", "line", [(at, _share(found, 95)) for at, found in slices]),
        Series("P50", "line", [(at, _share(found, 50)) for at, found in slices], "second"),
    ]
    told = f"How long requests took from when they were due, in slices of {_width(slices):g} s, while users arrive too."
    return figure("Load: response times", told, Chart("ms", series, _marks(slices)))


def load_throughput(model: RunModel) -> Html | None:
    """Draw the requests a second over the test, and those that failed."""
    slices = _slices(model)
    if not slices:
        return None
    width = _width(slices)
    series = [
        Series("all requests", "columns", [(at, len(found) / width) for at, found in slices]),
        Series("failed", "columns", [(at, sum(one.failed for one in found) / width) for at, found in slices], "bad"),
    ]
    total = sum(len(found) for _, found in slices)
    told = f"Requests a second in slices of {width:g} s, {total:,} in all."
    return figure("Load: throughput", told, Chart("/ s", series, _marks(slices)))


def load_percentiles(model: RunModel) -> Html | None:
    """Draw what share of the requests took at most how long, from when they were due and from when they were sent."""
    samples = _samples(model)
    if not samples:
        return None
    due = [one.waited_milliseconds for one in samples]
    sent = [one.elapsed_milliseconds for one in samples]
    places = list(range(len(SHARES)))
    series = [
        Series("since due", "line", [(at, percentile(due, SHARES[at])) for at in places]),
        Series("since sent", "line", [(at, percentile(sent, SHARES[at])) for at in places], "second"),
    ]
    marks = [(at, f"P{SHARES[at]}") for at in places]
    told = f"Percentiles of all {len(samples):,} requests, from raw samples; where the lines part, users had to wait."
    return figure("Load: percentiles", told, Chart("ms", series, marks))


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
    found: list[list[Sample]] = [[] for _ in range(int(span // width) + 1)]
    for sample in samples:
        found[int((sample.start - first) // width)].append(sample)
    return [(float(width * number), one) for number, one in enumerate(found)]


def _width(slices: Sequence[tuple[float, list[Sample]]]) -> float:
    return slices[1][0] if len(slices) > 1 else 1.0


def _marks(slices: Sequence[tuple[float, list[Sample]]]) -> list[tuple[float, str]]:
    return [(at, f"{at:g} s") for at, _ in slices[:: max(1, len(slices) // 6)]]


def _share(samples: Sequence[Sample], share: int) -> float | None:
    return percentile([sample.waited_milliseconds for sample in samples], share) if samples else None
