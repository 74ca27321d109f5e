"""Reads telemetry of one environment: logs by our queries, metrics beside them, each question once a run."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta

from assurance.environment import Environment
from assurance.environment.application_tables import DeclaredTelemetry
from assurance.errors import BrokenReading, NotEvaluated
from assurance.tape import Tape
from assurance.tape.moments import to_text
from assurance.telemetry.metrics import METRICS, Dependencies, Metrics, metrics_of
from assurance.telemetry.requests import Availability, RequestLevel
from assurance.telemetry.result import Query, ResultRow, query, rows_of
from assurance.telemetry.timeline import Minute, Timeline, WatchedSpan, minutes_of, timeline_of
from assurance.telemetry.window import Targets, Window, declared_targets, window_before
from assurance.world.azure import reader
from assurance.world.azure.clients import AzureClients

Rows = tuple[tuple[ResultRow, ...], tuple[str, ...]]
# Beyond what is waited for, so that rows whose clock is ahead are within.
CLOCK_SLACK = timedelta(minutes=5)


class Telemetry:
    """What Application Insights has recorded.

    Every method raises NotEvaluated where Azure did not say.

    Attributes:
        declared: What the environment file says of it.
        component_id: The id of the Application Insights resource.
    """

    def __init__(
        self, environment: Environment, declared: DeclaredTelemetry, clients: AzureClients, tape: Tape
    ) -> None:
        self.declared = declared
        group = declared.resource_group or environment.resource_group
        self.component_id = (
            f"/subscriptions/{environment.subscription_id}/resourceGroups/{group}"
            f"/providers/Microsoft.Insights/components/{declared.component}"
        )
        self._clients = clients
        self._tape = tape

    def window(self, minutes: int) -> Window:
        """Return the last minutes of which all telemetry had arrived when the run began."""
        return window_before(self._tape.header.started, self.declared.arrival_seconds, minutes)

    def requests(self, window: Window) -> RequestLevel:
        """Return how the requests of users were served."""
        return self._read_requests(window)

    def targets(self) -> Targets:
        """Return the thresholds that are declared."""
        return declared_targets(self.declared.thresholds, self._tape)

    def timeline(self, window: Window) -> Timeline:
        """Return the requests, interval by interval."""
        return self._read_timeline(window)

    def minutes(self, window: Window) -> tuple[Minute, ...]:
        """Return the requests of users, minute by minute, as far as they have arrived."""
        rows, readings = self._ask(query("requests_by_minute"), window)
        return minutes_of(window, rows, readings)

    def watched(self, window: Window) -> WatchedSpan:
        """Return the requests of users within a span of whole minutes that need not be whole intervals."""
        rows, readings = self._ask(query("requests_by_minute"), window)
        total, cited = self._ask(query("service_level"), window)
        if len(total) != 1:
            raise BrokenReading(f"service_level.kql returns one row, and {len(total)} came.", "", cited)
        minutes = minutes_of(window, rows, readings)
        return WatchedSpan.of(window, minutes, total[0], self.declared, self.component_id, (*readings, *cited))

    def availability(self, window: Window) -> Availability:
        """Return how available the application was."""
        return self._read_availability(window)

    def metrics(self, window: Window) -> Metrics:
        """Return what Azure Monitor's metrics say of the same window."""
        return self._read_metrics(window)

    def dependencies(
        self, operation_ids: Collection[str], since: datetime, enough: Callable[[Dependencies], bool]
    ) -> Dependencies:
        """Return the calls that served these operations, after waiting until they are enough, within the bound.

        It asks again and again; the n-th asking is a question of its own, and time is told by the readings, so that a
        replay ends where the run did, and does not wait.

        Args:
            operation_ids: Trace ids of our own requests (`Exchange.trace_id`).
            since: When the first of them was made, in UTC.
            enough: Tells whether all that is waited for has arrived.
        """
        bound = timedelta(seconds=self.declared.arrival_seconds)
        ids = sorted(set(operation_ids))
        window = Window(since - CLOCK_SLACK, since + bound + CLOCK_SLACK + timedelta(hours=1))
        first: datetime | None = None
        ordinal = 1
        while True:
            rows, readings = self._ask(query("dependencies"), window, ids, ordinal)
            dependencies = Dependencies(tuple(ids), rows, readings, ordinal)
            asked = self._asked_at(readings)
            first = first or asked
            if enough(dependencies) or asked - first >= bound:
                return dependencies
            self._pause(asked)
            ordinal += 1

    def _asked_at(self, readings: tuple[str, ...]) -> datetime:
        reading = self._tape.look_up(readings[-1])
        if reading is None:
            raise RuntimeError(f"reading {readings[-1]} is not on the tape that it was just put on")
        return reading.started_at

    def _pause(self, asked: datetime) -> None:
        """Wait until it is time to ask again; not in a replay, nor where another worker has asked long ago."""
        due = asked + timedelta(seconds=self.declared.poll_seconds)
        if not self._tape.replaying:
            time.sleep(max(0.0, (due - datetime.now(UTC)).total_seconds()))

    def _read_requests(self, window: Window) -> RequestLevel:
        timeline = self.timeline(window)
        asked = query("service_level")
        rows, readings = self._ask(asked, window)
        if len(rows) != 1:
            raise BrokenReading(f"{asked.name}.kql returns one row, and {len(rows)} came.", "", readings)
        return RequestLevel.of(rows[0], timeline, self.declared, self.component_id, readings)

    def _read_timeline(self, window: Window) -> Timeline:
        rows, readings = self._ask(query("requests_over_time"), window)
        return timeline_of(window, rows, readings)

    def _read_availability(self, window: Window) -> Availability:
        if self.declared.availability_from == "requests":
            return Availability.from_requests(self.requests(window))
        rows, readings = self._ask(query("availability"), window)
        return Availability.from_tests(window, rows, self.declared, self.component_id, readings)

    def _read_metrics(self, window: Window) -> Metrics:
        operation = self._clients.management("monitor").metrics.list
        answer, readings = reader.get(
            operation,
            self.component_id.lstrip("/"),
            timespan=f"{to_text(window.since)}/{to_text(window.until)}",
            interval="PT5M",
            metricnames=",".join(METRICS),
            aggregation=",".join(sorted(set(METRICS.values()))),
        )
        if answer is None:
            raise NotEvaluated(
                f"There is no {self.component_id}.", "Correct [telemetry] component in the environment file.", readings
            )
        return metrics_of(window, answer)

    def _ask(self, asked: Query, window: Window, ids: Collection[str] = (), ordinal: int = 0) -> Rows:
        """Ask where the environment file says, in that place's spelling."""
        declared = self.declared
        client = self._clients.logs()
        text = asked.over(
            window,
            "workspace" if declared.workspace_id is not None else "component",
            self.component_id,
            excluded=declared.excluded_requests,
            operation_ids=tuple(ids),
            ordinal=ordinal,
        )
        span = (window.since, window.until)
        if declared.workspace_id is not None:
            answer, readings = reader.ask(client.query_workspace, declared.workspace_id, text, timespan=span)
        else:
            answer, readings = reader.ask(client.query_resource, self.component_id.lstrip("/"), text, timespan=span)
        return rows_of(answer, asked.columns), readings
