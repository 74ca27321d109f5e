"""Independent counts of the same window.

Azure Monitor's metrics of the component, and the calls that the application made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from assurance.errors import BrokenReading, NotEvaluated
from assurance.telemetry.result import ResultRow
from assurance.telemetry.timeline import Timeline
from assurance.telemetry.window import Window
from assurance.verdicts import Fact
from assurance.world.azure.document import Document

# The metrics that are asked for, each with its aggregation ("Supported metrics for microsoft.insights/components").
REQUESTS = "requests/count"
FAILED = "requests/failed"
METRICS: Mapping[str, str] = {REQUESTS: "count", FAILED: "count"}
# A request at the edge of a window may be counted on either side of it.
EDGE_REQUESTS = 3.0
REMEDY = "Find out which of the two is wrong before trusting either: sampling, lost or late telemetry, filters."


@dataclass(frozen=True, slots=True)
class Metrics:
    """What metrics say of a window.

    Attributes:
        window: The window.
        totals: The sum of each metric; None where it has no value in the window at all.
        readings: What it rests on.
    """

    window: Window
    totals: Mapping[str, float | None]
    readings: tuple[str, ...]

    def agree_with(self, timeline: Timeline, tolerance_percent: float, subject: str) -> Fact:
        """Whether logs tell of as many requests, and as many failed ones, within the tolerance.

        Raises:
            NotEvaluated: There is no metric of any request.
        """
        requests = self.totals[REQUESTS]
        if requests is None:
            raise NotEvaluated(
                f"The metric {REQUESTS} has no value from {self.window.told}.",
                "Check [telemetry] component; a metric that has no values cannot confirm the logs.",
                self.readings,
            )
        logged, logged_failed = (
            sum(interval.all for interval in timeline.in_order),
            sum(interval.all_failed for interval in timeline.in_order),
        )
        # No failed request at all leaves the metric without values.
        failed = self.totals[FAILED] or 0.0
        allowed = max(EDGE_REQUESTS, requests * tolerance_percent / 100)
        holds = abs(logged - requests) <= allowed and abs(logged_failed - failed) <= allowed
        return Fact(
            holds,
            f"logs and metrics tell of as many requests, and as many failed, within {tolerance_percent:g} % of all",
            f"logs tell of {logged:,} requests, {logged_failed:,} failed; metrics of {requests:,.0f} and {failed:,.0f} "
            f"({self.window.told})",
            subject,
            (*timeline.readings, *self.readings),
            "" if holds else REMEDY,
        )


def metrics_of(window: Window, answer: Document) -> Metrics:
    """Return what metrics answer.

    Raises:
        BrokenReading: A metric is missing, has several series, or says that it failed.
    """
    metrics = {_name(item): item for item in answer.required_items("value")}
    missing = sorted(set(METRICS) - set(metrics))
    if missing:
        raise BrokenReading(
            f"The answer lacks the metric {', '.join(missing)}.", "Look at the reading.", answer.readings
        )
    totals = {name: _total(metrics[name], aggregation) for name, aggregation in METRICS.items()}
    return Metrics(window, totals, answer.readings)


def _name(metric: Document) -> str:
    return metric.required_text("name", "value")


def _total(metric: Document, aggregation: str) -> float | None:
    """Return the sum over all intervals; one that has only its time is a gap, not a zero."""
    code = metric.text("errorCode")
    series = metric.items("timeseries")
    if code not in {None, "Success"} or len(series) > 1:
        raise BrokenReading(
            f"The metric {_name(metric)} has {len(series)} series and says {code!r}.",
            "Look at the reading.",
            metric.readings,
        )
    values = [point.number(aggregation) for part in series for point in part.required_items("data")]
    present = [value for value in values if value is not None]
    return sum(present) if present else None


@dataclass(frozen=True, slots=True)
class Dependency:
    """One call.

    Attributes:
        at: When it began, in UTC.
        operation_id: The trace id of the request that it served.
        target: Whom it called, as the telemetry names it: a host, or a host and a database.
        type: How: `SQL`, `HTTP`, `Azure blob`, ...
        operation: What it asked for.
        succeeded: Whether it succeeded.
        milliseconds: How long it took; None where the telemetry does not say.
    """

    at: datetime
    operation_id: str
    target: str
    type: str
    operation: str
    succeeded: bool
    milliseconds: float | None


@dataclass(frozen=True, slots=True)
class Dependencies:
    """The calls that had arrived when they were last asked for.

    Attributes:
        operation_ids: The trace ids that were asked for.
        rows: The rows of the answer.
        readings: What it rests on: the last answer.
        asked: How often they were asked for.
    """

    operation_ids: tuple[str, ...]
    rows: Sequence[ResultRow]
    readings: tuple[str, ...]
    asked: int

    @property
    def calls(self) -> tuple[Dependency, ...]:
        """The calls, in order of time."""
        return tuple(
            Dependency(
                at=row.moment("At"),
                operation_id=row.text("OperationId"),
                target=row.text("Target"),
                type=row.text("Type"),
                operation=row.text("Operation"),
                succeeded=row.count("Succeeded") == 1,
                milliseconds=row.number("Milliseconds"),
            )
            for row in self.rows
        )

    def of(self, matches: Callable[[Dependency], bool]) -> tuple[Dependency, ...]:
        """Return those calls for which this is true."""
        return tuple(call for call in self.calls if matches(call))
