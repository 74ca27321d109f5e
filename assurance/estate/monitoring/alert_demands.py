"""The alerts that the guide demands (Step 7): what each must measure, how soon, and how severe it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from assurance.estate.monitoring.log_queries import (
    Measure,
)

WITHIN = timedelta(minutes=5)
"""The window of the guide's alerts (Step 7); restarts, for which it names none, must show within the hour."""
RESTARTS_WITHIN = timedelta(hours=1)
COUNTED = frozenset({"failed-requests", "restarts"})


@dataclass(frozen=True, slots=True)
class AlertDemand:
    """One alert that the guide demands.

    Attributes:
        name: What it is called here.
        says: What it must say, in the guide's words.
        measures: What a log query may measure to say so, with the limit in that unit.
        metrics: Metrics that say so, with the aggregations that are right and the limit.
        above: Whether it fires above its limit; else below it.
        percentile: Which percentile, where a percentile is meant.
        within: The longest window.
    """

    name: str
    says: str
    measures: Mapping[Measure, float]
    metrics: Mapping[str, tuple[frozenset[str], float]]
    above: bool = True
    percentile: int | None = None
    within: timedelta = WITHIN


# The guide's five (Step 7). An average of durations is no percentile, and a number of failures no rate.
DEMANDS = (
    AlertDemand("error-rate", "error rate above 5 %", {"failures in percent": 5.0, "failures as a fraction": 0.05}, {}),
    AlertDemand("response-time", "P95 above 2 s", {"percentile": 2000.0}, {}, percentile=95),
    AlertDemand(
        "availability",
        "availability below 99.9 %",
        {"successes in percent": 99.9},
        {"availabilityresults/availabilitypercentage": (frozenset({"average"}), 99.9)},
        above=False,
    ),
    AlertDemand(
        "failed-requests",
        "more than 10 failed requests",
        {"failures": 10.0},
        {"requests/failed": (frozenset({"count", "total"}), 10.0)},
    ),
    AlertDemand(
        "restarts",
        "restarts of a container",
        {},
        {"restartcount": (frozenset({"total", "maximum"}), 0.0)},
        within=RESTARTS_WITHIN,
    ),
)
