"""Requests over time, minute by minute, and whether a window was watched all along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from assurance.environment.application_tables import BIN_MINUTES, DeclaredTelemetry
from assurance.errors import BrokenReading, NotEvaluated
from assurance.tape.moments import to_text
from assurance.telemetry.result import ResultRow
from assurance.telemetry.window import BIN, MINUTES_PER_HOUR, Window
from assurance.verdicts import Fact, Measure

BINS_PER_HOUR = MINUTES_PER_HOUR // BIN_MINUTES


@dataclass(frozen=True, slots=True)
class Interval:
    """Five minutes of requests.

    Attributes:
        rows: Rows that arrived.
        all: Requests that they stand for, of users and of probes.
        all_failed: Of these, those that failed.
        requests: Requests of users.
        failed: Of these, those that failed.
        p50_milliseconds: The median of users' requests; None without any.
        p95_milliseconds: The 95th percentile of the same; None without any.
    """

    rows: int
    all: int
    all_failed: int
    requests: int
    failed: int
    p50_milliseconds: float | None
    p95_milliseconds: float | None


EMPTY = Interval(0, 0, 0, 0, 0, None, None)


@dataclass(frozen=True, slots=True)
class Timeline:
    """The intervals of a window.

    Attributes:
        window: The window.
        intervals: Those in which anything arrived, by when they begin.
        readings: What it rests on.
    """

    window: Window
    intervals: Mapping[datetime, Interval]
    readings: tuple[str, ...]

    @property
    def in_order(self) -> tuple[Interval, ...]:
        """Every interval of the window, also those in which nothing arrived."""
        return tuple(self.intervals.get(begin, EMPTY) for begin in self.window.bins)

    @property
    def longest_gap_minutes(self) -> int:
        """The longest span, in whole intervals, in which nothing arrived."""
        return longest_gap_minutes([interval.rows for interval in self.in_order])

    @property
    def failed_in_worst_hour(self) -> float:
        """How many requests of users failed in the hour with most of them, of all hours that begin at an interval.

        Of a window shorter than an hour: as many as an hour would have at the window's rate.
        """
        failed = [interval.failed for interval in self.in_order]
        if len(failed) < BINS_PER_HOUR:
            return sum(failed) * BINS_PER_HOUR / len(failed)
        starts = range(len(failed) - BINS_PER_HOUR + 1)
        return float(max(sum(failed[start : start + BINS_PER_HOUR]) for start in starts))


def longest_gap_minutes(counts: Sequence[int]) -> int:
    """Return how many minutes the longest run of intervals with nothing in them lasts."""
    longest = current = 0
    for count in counts:
        current = 0 if count else current + 1
        longest = max(longest, current)
    return longest * BIN_MINUTES


def timeline_of(window: Window, rows: Sequence[ResultRow], readings: tuple[str, ...]) -> Timeline:
    """Return the timeline that `requests_over_time.kql` answers.

    Raises:
        BrokenReading: An interval is not one of the window's, or counts do not fit together.
    """
    intervals = {begin_of(window, row): _interval(row) for row in rows}
    if len(intervals) != len(rows):
        raise BrokenReading("An interval stands twice in the result.", "Look at the reading.", readings)
    return Timeline(window, intervals, readings)


def begin_of(window: Window, row: ResultRow) -> datetime:
    """Return when the interval of a row begins.

    Raises:
        BrokenReading: It is not one of the window's.
    """
    begin = row.moment("At")
    if not window.since <= begin < window.until or (begin - window.since) % BIN:
        raise BrokenReading(
            f"{row.where} begins at {to_text(begin)}, which is no interval of {window.told}.",
            "Look at the reading.",
            row.readings,
        )
    return begin


def _interval(row: ResultRow) -> Interval:
    interval = Interval(
        row.count("Rows"),
        row.count("All"),
        row.count("AllFailed"),
        row.count("Requests"),
        row.count("Failed"),
        row.number("P50"),
        row.number("P95"),
    )
    if not interval.failed <= interval.requests <= interval.all or not interval.all_failed <= interval.all:
        raise BrokenReading(f"{row.where} counts a part greater than its whole.", "Look at the reading.", row.readings)
    return interval


MINUTE = timedelta(minutes=1)
REMEDY = "Look at Application Insights; roll back if it is the new revision (guide, Steps 15 and 24)."


@dataclass(frozen=True, slots=True)
class Minute:
    """One minute in which requests of users were served.

    Attributes:
        at: When it begins, in UTC.
        rows: Rows that arrived.
        requests: Requests that they stand for.
        failed: Of these, those that failed.
        p95_milliseconds: The 95th percentile of their durations; None where none is known.
    """

    at: datetime
    rows: int
    requests: int
    failed: int
    p95_milliseconds: float | None

    @property
    def error_rate_percent(self) -> float:
        """The share of requests that failed; 0 without any."""
        return 100.0 * self.failed / self.requests if self.requests else 0.0


@dataclass(frozen=True, slots=True)
class WatchedSpan:
    """All requests of users within a span, however short.

    Attributes:
        window: The span, in whole minutes.
        minutes: The minutes in which there were any, in order.
        p95_milliseconds: The 95th percentile of all their durations.
        subject: The component.
        readings: What it rests on.
    """

    window: Window
    minutes: tuple[Minute, ...]
    p95_milliseconds: float
    subject: str
    readings: tuple[str, ...]

    @classmethod
    def of(
        cls,
        window: Window,
        minutes: Sequence[Minute],
        total: ResultRow,
        declared: DeclaredTelemetry,
        subject: str,
        readings: tuple[str, ...],
    ) -> WatchedSpan:
        """Return the span, if enough was seen of it to judge by.

        Args:
            window: The span.
            minutes: Its minutes.
            total: The row of `service_level.kql` over the same span.
            declared: What is too little to judge by.
            subject: The component.
            readings: What it rests on.

        Raises:
            NotEvaluated: Too few requests, or a gap.
            BrokenReading: The span as a whole is not the sum of its minutes.
        """
        rows = sum(minute.rows for minute in minutes)
        if rows < declared.minimum_requests:
            needed = f"{declared.minimum_requests:,} are needed"
            reason = f"{rows:,} rows of requests from {window.told} are too few to judge by; {needed}."
            raise NotEvaluated(reason, "Watch longer, or send traffic; no traffic is not health.", readings)
        gap = _longest_gap(window, minutes)
        if gap > timedelta(minutes=declared.longest_gap_minutes):
            most = f"at most {declared.longest_gap_minutes} are allowed"
            reason = f"A gap of {gap // MINUTE} minutes in the telemetry from {window.told}; {most}."
            raise NotEvaluated(reason, "Find out whether the application or its telemetry stopped.", readings)
        p95 = total.number("P95")
        if (
            p95 is None
            or total.count("Requests") < sum(minute.requests for minute in minutes)
            or total.count("Unusable")
        ):
            raise BrokenReading(f"{total.where} does not fit the minutes of {window.told}.", "Run again.", readings)
        return cls(window, tuple(minutes), p95, subject, readings)

    def error_rate_is_below(self, percent: float) -> Fact:
        """Whether the share of requests that failed is below a threshold."""
        requests = sum(minute.requests for minute in self.minutes)
        failed = sum(minute.failed for minute in self.minutes)
        observed = f"{failed:,} of {requests:,} requests failed, {100 * failed / requests:.3f} %"
        rate = 100 * failed / requests
        measure = Measure("error rate", rate, percent, "%", self.window.minutes)
        return self._fact(rate < percent, f"error rate below {percent:g} %", observed, measure)

    def p95_is_below(self, milliseconds: float) -> Fact:
        """Whether the 95th percentile of the response times is below a threshold."""
        holds = self.p95_milliseconds < milliseconds
        return self._fact(
            holds,
            f"P95 of the response times below {milliseconds:,g} ms",
            f"P95 is {self.p95_milliseconds:,.0f} ms",
            Measure("P95 of the response times", self.p95_milliseconds, milliseconds, "ms", self.window.minutes),
        )

    def _fact(self, holds: bool, expected: str, observed: str, measure: Measure) -> Fact:
        shown = f"{observed} ({self.window.told})"
        return Fact(holds, expected, shown, self.subject, self.readings, "" if holds else REMEDY, measure)


def minutes_of(window: Window, rows: Sequence[ResultRow], readings: tuple[str, ...]) -> tuple[Minute, ...]:
    """Return the minutes that `requests_by_minute.kql` answers, in order.

    Raises:
        BrokenReading: A minute is not one of the window's, stands twice, or counts a part greater than its whole.
    """
    minutes = [
        Minute(row.moment("At"), row.count("Rows"), row.count("Requests"), row.count("Failed"), row.number("P95"))
        for row in rows
    ]
    begins = [minute.at for minute in minutes]
    within = all(window.since - MINUTE < begin < window.until and not begin.second for begin in begins)
    if not within or len(set(begins)) < len(begins) or any(minute.failed > minute.requests for minute in minutes):
        raise BrokenReading(f"The minutes of {window.told} do not fit together.", "Look at the reading.", readings)
    return tuple(sorted(minutes, key=lambda minute: minute.at))


def _longest_gap(window: Window, minutes: Sequence[Minute]) -> timedelta:
    """Return the longest span in which there were no requests of users."""
    ends = [window.since, *(minute.at + MINUTE for minute in minutes)]
    begins = [*(minute.at for minute in minutes), window.until]
    return max((begin - end for end, begin in zip(ends, begins, strict=True)), default=timedelta())
