"""The metrics of the component, as Azure Resource Manager answers them: counted from the telemetry without any query.

Source: "Supported metrics for microsoft.insights/components" and the reference of Metrics - List, 2024-02-01.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from sandbox.log_analytics.query_service import duration_of, span_of, written
from sandbox.log_analytics.schema import TIME, WEIGHT, Values
from sandbox.log_analytics.store import TelemetryStore
from sandbox.network.http_server import Answer, Request

PATH = "/providers/microsoft.insights/metrics"
GRAINS = ("PT1M", "PT5M", "PT15M", "PT30M", "PT1H", "PT6H", "PT12H", "P1D")
Bin = list[Values]


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric.

    Attributes:
        table: The table whose rows it counts.
        aggregation: The only aggregation that it has.
        unit: Its unit.
        compute: What it is of the rows of one interval.
    """

    table: str
    aggregation: str
    unit: str
    compute: Callable[[Bin], float]


def _weight(row: Values) -> float:
    weight = row[WEIGHT]
    return float(weight) if isinstance(weight, (int, float)) else 0.0


def _failed(row: Values) -> bool:
    return row.get("Success") is not True


def _duration(row: Values) -> float:
    duration = row.get("DurationMs")
    return float(duration) if isinstance(duration, (int, float)) else 0.0


def _count(rows: Bin) -> float:
    return sum(map(_weight, rows))


METRICS: Mapping[str, Metric] = {
    "requests/count": Metric("AppRequests", "count", "Count", _count),
    "requests/failed": Metric(
        "AppRequests", "count", "Count", lambda rows: _count([row for row in rows if _failed(row)])
    ),
    "requests/duration": Metric(
        "AppRequests",
        "average",
        "MilliSeconds",
        lambda rows: sum(_duration(row) * _weight(row) for row in rows) / _count(rows),
    ),
    "availabilityResults/count": Metric("AppAvailabilityResults", "count", "Count", _count),
    "availabilityResults/availabilityPercentage": Metric(
        "AppAvailabilityResults",
        "average",
        "Percent",
        lambda rows: 100.0 * _count([row for row in rows if not _failed(row)]) / _count(rows),
    ),
}


class ComponentMetrics:
    """Answers for the metrics of one component.

    Attributes:
        store: The telemetry that they are counted from.
    """

    def __init__(self, store: TelemetryStore) -> None:
        self.store = store

    def serves(self, path: str) -> bool:
        """Whether a path of Azure Resource Manager asks for metrics of this component."""
        return path.lower() == f"{self.store.component_id.lower()}{PATH}"

    def answer(self, request: Request) -> Answer:
        """The answer to one request, which Azure Resource Manager has admitted."""
        try:
            return Answer.of_json(HTTPStatus.OK, self._series(request.query))
        except (ValueError, KeyError) as error:
            # Metrics refuse in a form of their own, without "error" around it.
            return Answer.of_json(HTTPStatus.BAD_REQUEST, {"code": "BadRequest", "message": str(error)})

    def _series(self, query: Mapping[str, str]) -> dict[str, object]:
        since, until = span_of(query["timespan"], datetime.now(UTC))
        grain = query["interval"]
        if grain not in GRAINS:
            raise ValueError(f"Detected invalid time grain input: {grain}. Supported: {','.join(GRAINS)}")
        names = query["metricnames"].split(",")
        asked = {aggregation.lower() for aggregation in query["aggregation"].split(",")}
        unknown = [name for name in names if name not in METRICS]
        if unknown:
            raise ValueError(f"Failed to find metric configuration for metric: {', '.join(unknown)}")
        return {
            "cost": 0,
            "timespan": f"{written(since)}/{written(until)}",
            "interval": grain,
            "value": [self._metric(name, asked, since, until, duration_of(grain)) for name in names],
            "namespace": "microsoft.insights/components",
            "resourceregion": "eastus",
        }

    def _metric(
        self, name: str, asked: set[str], since: datetime, until: datetime, grain: timedelta
    ) -> dict[str, object]:
        metric = METRICS[name]
        bins: dict[int, Bin] = {}
        for row in self.store.rows(metric.table, since, until):
            at = row[TIME]
            if isinstance(at, datetime) and at < until:
                bins.setdefault((at - since) // grain, []).append(row)
        data: list[dict[str, object]] = []
        for number in range(-(-(until - since) // grain)):
            point: dict[str, object] = {"timeStamp": written(since + number * grain)}
            # An interval in which nothing was measured has its time and nothing else.
            if number in bins and metric.aggregation in asked:
                point[metric.aggregation] = metric.compute(bins[number])
            data.append(point)
        return {
            "id": f"{self.store.component_id}{PATH}/{name}",
            "type": "Microsoft.Insights/metrics",
            "name": {"value": name, "localizedValue": name},
            "displayDescription": name,
            "unit": metric.unit,
            "timeseries": [{"metadatavalues": [], "data": data}],
            "errorCode": "Success",
        }
