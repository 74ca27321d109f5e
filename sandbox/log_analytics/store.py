"""Where telemetry is kept: a history that follows from a seed, and what really happens while the sandbox runs."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from sandbox.kql import Value
from sandbox.log_analytics.schema import RESOURCE_ID, TIME, Values, checked
from sandbox.log_analytics.traffic import MINUTE, Traffic, minute_of

# What a query without any bound in time sees; a real workspace keeps thirty days or more.
RETENTION = timedelta(days=2)


class TelemetryStore:
    """The telemetry of one component.

    Attributes:
        component_id: The id of the Application Insights resource, as Azure Resource Manager spells it.
        traffic: The history; None for none.
        arrival_seconds: How long a row takes from `sink` until queries see it.
    """

    def __init__(self, component_id: str, traffic: Traffic | None = None, *, arrival_seconds: float = 0.0) -> None:
        self.component_id = component_id
        self.traffic = traffic
        self.arrival_seconds = arrival_seconds
        self._lock = threading.Lock()
        self._sunk: list[tuple[datetime, str, Values]] = []

    def sink(self, table: str, row: Mapping[str, Value]) -> None:
        """Keep what has happened; `row` has the columns of a workspace, and gets the time and the weight if absent.

        Raises:
            ValueError: There is no such table or column.
        """
        now = datetime.now(UTC)
        kept = checked(table, {TIME: now, **row})
        with self._lock:
            self._sunk.append((now + timedelta(seconds=self.arrival_seconds), table, kept))

    def clear(self) -> None:
        """Forget what has happened; the history stays."""
        with self._lock:
            self._sunk.clear()

    def rows(self, table: str, since: datetime, until: datetime) -> list[Values]:
        """Return the rows of a table within a span, both ends included, as far as they have arrived by now."""
        now = datetime.now(UTC)
        with self._lock:
            sunk = [row for visible, name, row in self._sunk if name == table and visible <= now]
        found = [*self._history(table, since, min(until, now)), *(row for row in sunk if since <= _time(row) <= until)]
        # Log Analytics gives the ids of resources in lower case.
        return [{RESOURCE_ID: self.component_id.lower(), **row} for row in sorted(found, key=_time)]

    def _history(self, table: str, since: datetime, until: datetime) -> Iterator[Values]:
        if self.traffic is None:
            return
        begin = since.astimezone(UTC).replace(second=0, microsecond=0)
        while begin <= until:
            for name, row in minute_of(self.traffic, begin):
                if name == table and since <= _time(row) <= until:
                    yield row
            begin += MINUTE


def _time(row: Values) -> datetime:
    at = row[TIME]
    if not isinstance(at, datetime):
        raise TypeError(f"{TIME} is {at!r}")
    return at
