"""Where telemetry is kept: a plausible history that follows from a seed, minute by minute."""

from __future__ import annotations

import math
import random
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from sandbox.kql import Value
from sandbox.log_analytics.schema import RESOURCE_ID, TIME, Values, checked

MINUTE = timedelta(minutes=1)
MINUTES_PER_DAY = 24 * 60
Rows = list[tuple[str, dict[str, Value]]]

# Operation, share of the requests, and how many times the median it takes.
OPERATIONS = (
    ("GET /api/v1/projects", 0.40, 1.0),
    ("GET /api/v1/projects/{project_id}", 0.30, 0.6),
    ("GET /api/v1/jobs/{job_id}", 0.18, 0.5),
    ("POST /api/v1/documents/upload", 0.06, 4.0),
    ("POST /api/v1/estimates/generate", 0.06, 2.5),
)
PROBE = "GET /health/live"
LOCATIONS = ("East US", "West US", "North Europe", "Southeast Asia", "Brazil South")


@dataclass(frozen=True, slots=True)
class Traffic:
    """What the application went through.

    Attributes:
        seed: What everything follows from.
        requests_per_minute: Requests of users, on average; more by day than by night (UTC), and by chance.
        probes_per_minute: Health probes of the platform.
        median_milliseconds: The median duration of a list request.
        spread: The standard deviation of the durations' logarithm.
        failed_share: The share of requests that fail with status 500.
        slow_share: The share of requests that take thirty times as long.
        sampling: How many items each row stands for; the others were not sent.
        tests_per_minute: Availability tests, each from the next location.
        tests_failed_share: The share of availability tests that fail.
        silent: Spans in which nothing arrived, from and until.
    """

    seed: str = "apex"
    requests_per_minute: float = 12.0
    probes_per_minute: int = 6
    median_milliseconds: float = 110.0
    spread: float = 0.45
    failed_share: float = 0.0001
    slow_share: float = 0.0
    sampling: int = 1
    tests_per_minute: int = 1
    tests_failed_share: float = 0.0
    silent: tuple[tuple[datetime, datetime], ...] = ()

    def minute(self, begin: datetime) -> Rows:
        """Return what arrived of one minute, as table and row; `begin` is its first moment."""
        chance = random.Random(f"{self.seed}/{begin.astimezone(UTC):%Y%m%dT%H%M}")  # noqa: S311  (no secret)
        rows = [
            *self._requests(chance, begin),
            *self._probes(chance, begin),
            *self._tests(chance, begin),
        ]
        return [row for row in rows if not self._is_silent(row[1])]

    def _is_silent(self, row: dict[str, Value]) -> bool:
        at = row["TimeGenerated"]
        return any(isinstance(at, datetime) and since <= at < until for since, until in self.silent)

    def _requests(self, chance: random.Random, begin: datetime) -> Rows:
        rows: Rows = []
        for _ in range(self._count(chance, begin)):
            name, _, factor = chance.choices(OPERATIONS, [share for _, share, _ in OPERATIONS])[0]
            slow = 30.0 if chance.random() < self.slow_share else 1.0
            duration = self.median_milliseconds * factor * slow * math.exp(chance.gauss(0.0, self.spread))
            failed = chance.random() < self.failed_share
            rows += self._request(chance, begin, name, duration, "500" if failed else "200")
        return rows

    def _count(self, chance: random.Random, begin: datetime) -> int:
        """Return how many rows of requests a minute has, each that stands for as many requests as are sampled."""
        rhythm = 1.0 - 0.5 * math.cos(2 * math.pi * (begin.hour * 60 + begin.minute) / MINUTES_PER_DAY)
        expected = self.requests_per_minute * rhythm / self.sampling
        # How many arrivals fall within a minute if their distances are exponential: Poisson's number.
        count, reached = 0, chance.expovariate(1.0)
        while reached < expected:
            count += 1
            reached += chance.expovariate(1.0)
        return count

    def _request(self, chance: random.Random, begin: datetime, name: str, milliseconds: float, status: str) -> Rows:
        """Return a request with the call of the database within it."""
        operation, request = f"{chance.getrandbits(128):032x}", f"{chance.getrandbits(64):016x}"
        at = begin + MINUTE * chance.random()
        common: dict[str, Value] = {
            "TimeGenerated": at,
            "ItemCount": self.sampling,
            "OperationId": operation,
            "OperationName": name,
            "AppRoleName": "apex-backend",
        }
        succeeded = status < "400"
        served: dict[str, Value] = {
            **common,
            "Id": request,
            "Name": name,
            "Success": succeeded,
            "ResultCode": status,
            "DurationMs": round(milliseconds, 4),
        }
        called: dict[str, Value] = {
            **common,
            "Id": f"{chance.getrandbits(64):016x}",
            "ParentId": request,
            "Name": "SELECT",
            "Target": "database",
            "DependencyType": "SQL",
            "Success": succeeded,
            "DurationMs": round(milliseconds * 0.6, 4),
        }
        return [("AppRequests", served), ("AppDependencies", called)]

    def _probes(self, chance: random.Random, begin: datetime) -> Rows:
        rows: Rows = []
        for number in range(self.probes_per_minute):
            row: dict[str, Value] = {
                "TimeGenerated": begin + MINUTE * ((number + chance.random()) / self.probes_per_minute),
                "ItemCount": 1,
                "OperationId": f"{chance.getrandbits(128):032x}",
                "OperationName": PROBE,
                "Name": PROBE,
                "Success": True,
                "ResultCode": "200",
                "DurationMs": round(2.0 + 3.0 * chance.random(), 4),
                "AppRoleName": "apex-backend",
            }
            rows.append(("AppRequests", row))
        return rows

    def _tests(self, chance: random.Random, begin: datetime) -> Rows:
        rows: Rows = []
        for number in range(self.tests_per_minute):
            failed = chance.random() < self.tests_failed_share
            row: dict[str, Value] = {
                "TimeGenerated": begin + MINUTE * chance.random(),
                "ItemCount": 1,
                "Id": f"{chance.getrandbits(128):032x}",
                "Name": "health",
                "Location": LOCATIONS[(begin.minute + number) % len(LOCATIONS)],
                "Success": not failed,
                "DurationMs": round(200.0 + 100.0 * chance.random(), 4),
                "Message": "Failed" if failed else "Passed",
            }
            rows.append(("AppAvailabilityResults", row))
        return rows


@lru_cache(maxsize=20_000)
def minute_of(traffic: Traffic, begin: datetime) -> Rows:
    """Return what arrived of one minute, remembered: a day is asked for again and again."""
    return traffic.minute(begin)


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
        rows = [*self._history(table, since, min(until, now)), *(row for row in sunk if since <= _time(row) <= until)]
        # Log Analytics gives the ids of resources in lower case.
        return [{RESOURCE_ID: self.component_id.lower(), **row} for row in sorted(rows, key=_time)]

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
