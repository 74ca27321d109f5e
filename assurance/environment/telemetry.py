"""The table `[telemetry]`: where the application's telemetry is kept, and what service level it must show."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from assurance.environment.base import Declared, Seconds, Text
from assurance.environment.values import Guid

# Windows and charts are made of intervals of this length, which Azure Monitor's metrics have too.
BIN_MINUTES = 5
# The last half hour (Step 17) and the day after a deployment (Step 26).
GUIDES_WINDOWS = (30, 24 * 60)

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
WindowMinutes = Annotated[int, Field(ge=BIN_MINUTES, le=30 * 24 * 60, multiple_of=BIN_MINUTES)]


class Thresholds(Declared):
    """The service level; as they stand, the guide's (Step 17). A looser one is a failure of its own.

    Attributes:
        availability_percent: At least so much.
        p50_milliseconds: The median response time is below this.
        p95_milliseconds: The 95th percentile is below this.
        p99_milliseconds: The 99th percentile is below this.
        error_rate_percent: The share of requests that fail is below this.
        failed_requests_per_hour: Fewer requests than this fail in an hour.
        list_p95_milliseconds: The 95th percentile of the project list, as a client sees it, is below this (Step 14).
    """

    availability_percent: Percent = 99.9
    p50_milliseconds: Positive = 500.0
    p95_milliseconds: Positive = 2000.0
    p99_milliseconds: Positive = 5000.0
    error_rate_percent: Percent = 1.0
    failed_requests_per_hour: Positive = 10.0
    list_p95_milliseconds: Positive = 500.0


class Baseline(Declared):
    """How the list baseline is drawn.

    Attributes:
        fewest_requests: How many requests are made at least; the guide asks for ten.
        most_requests: After how many it is "not evaluated" where they do not tell the percentile from the threshold.
        error_probability: How often at most a verdict may be wrong, either way, over all looks together.
        warm_up_requests: How many are made before, and not counted.
    """

    fewest_requests: Annotated[int, Field(ge=10)] = 10
    most_requests: Annotated[int, Field(ge=10, le=10_000)] = 500
    error_probability: Annotated[float, Field(gt=0, le=0.05)] = 0.05
    warm_up_requests: Annotated[int, Field(ge=0, le=20)] = 1

    @model_validator(mode="after")
    def _bounds_are_in_order(self) -> Self:
        if self.most_requests < self.fewest_requests:
            raise ValueError("most_requests is below fewest_requests")
        return self


class DeclaredTelemetry(Declared):
    """Application Insights, how it is read, and what is too little to judge by.

    Attributes:
        component: The name of the Application Insights resource.
        resource_group: Its resource group; the environment's own where absent.
        workspace_id: The id of its Log Analytics workspace, to query that (`AppRequests`, ...); where absent, the
            component itself is queried (`requests`, ...).
        thresholds: The service level.
        windows_minutes: Over which spans it is judged; the guide asks for thirty minutes (Step 17) and a day (Step 26).
        availability_from: Whether availability is that of availability tests, or the share of requests that succeed.
        excluded_requests: Names of requests that are no service to users; in the percentiles they would hide others.
        minimum_requests: With fewer rows in a window, response times and errors are "not evaluated".
        minimum_tests: With fewer runs of availability tests in a window, availability is "not evaluated".
        longest_gap_minutes: With a longer span without any telemetry, a window is "not evaluated".
        arrival_seconds: How long telemetry takes to arrive; windows end so long before the run, and who waits for
            telemetry waits so long at most.
        poll_seconds: How long to wait between two looks for telemetry that has not arrived.
        metrics_tolerance_percent: How far logs and metrics may tell differing numbers of the same window.
        baseline: How the list baseline is drawn.
    """

    component: Text
    resource_group: Text | None = None
    workspace_id: Guid | None = None
    thresholds: Thresholds = Thresholds()
    windows_minutes: Annotated[tuple[WindowMinutes, ...], Field(min_length=1, strict=False)] = GUIDES_WINDOWS
    availability_from: Literal["tests", "requests"] = "tests"
    excluded_requests: tuple[Text, ...] = Field(default=("GET /health/live", "GET /health/ready"), strict=False)
    minimum_requests: Annotated[int, Field(ge=1)] = 100
    minimum_tests: Annotated[int, Field(ge=1)] = 5
    longest_gap_minutes: Annotated[int, Field(ge=BIN_MINUTES, multiple_of=BIN_MINUTES)] = 15
    arrival_seconds: Annotated[Seconds, Field(ge=0)] = 300.0
    poll_seconds: Annotated[Seconds, Field(gt=0)] = 10.0
    metrics_tolerance_percent: Annotated[float, Field(ge=0, le=50)] = 5.0
    baseline: Baseline = Baseline()
