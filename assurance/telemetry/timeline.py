"""Requests over time, and whether a window was watched all along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from assurance.environment.telemetry import BIN_MINUTES
from assurance.errors import BrokenReading
from assurance.tape.moments import to_text
from assurance.telemetry.result import ResultRow
from assurance.telemetry.window import BIN, MINUTES_PER_HOUR, Window

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
