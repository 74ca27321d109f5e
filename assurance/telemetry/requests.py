"""How the requests of users were served within a window, and how available the application was in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assurance.environment.application_tables import DeclaredTelemetry
from assurance.errors import BrokenReading, NotEvaluated
from assurance.telemetry.result import ResultRow
from assurance.telemetry.timeline import Timeline, begin_of, longest_gap_minutes
from assurance.telemetry.window import Window
from assurance.verdicts import Fact, Measure

SLOW_REMEDY = "Look at Application Insights (Performance); consider the rollback of the guide's Step 23."
FAILING_REMEDY = "Look at Application Insights (Failures); consider the rollback of the guide's Step 23."


@dataclass(frozen=True, slots=True)
class RequestLevel:
    """The requests of users within a window.

    Attributes:
        rows: Rows that arrived.
        requests: Requests that they stand for.
        failed: Of these, those that failed.
        heaviest: How many requests one row stands for, at most.
        percentiles: Response times in milliseconds, by percentile.
        timeline: The same requests over time.
        declared: What is declared.
        subject: The component.
        readings: What it rests on.
    """

    rows: int
    requests: int
    failed: int
    heaviest: int
    percentiles: dict[int, float]
    timeline: Timeline
    declared: DeclaredTelemetry
    subject: str
    readings: tuple[str, ...]

    @classmethod
    def of(
        cls, row: ResultRow, timeline: Timeline, declared: DeclaredTelemetry, subject: str, readings: tuple[str, ...]
    ) -> RequestLevel:
        """Return what `service_level.kql` answers, if it is enough to judge by.

        Raises:
            NotEvaluated: Too few requests, sampling that left too few rows, or a gap in the window.
            BrokenReading: The numbers cannot be.
        """
        cited = (*readings, *timeline.readings)
        _refuse_too_little(row.count("Rows"), row.count("Requests"), timeline, declared, cited)
        percentiles = {share: row.number(f"P{share}") for share in (50, 95, 99)}
        known = {
            share: milliseconds
            for share, milliseconds in percentiles.items()
            if milliseconds is not None and milliseconds >= 0
        }
        unusable = row.count("Unusable")
        inconsistent = row.count("Failed") > row.count("Requests") or sorted(known.values()) != list(known.values())
        if unusable or len(known) != len(percentiles) or inconsistent:
            raise BrokenReading(
                f"{row.where} cannot be judged: {unusable} rows have no duration or weight, percentiles {percentiles}, "
                f"{row.count('Failed')} failed of {row.count('Requests')}.",
                "Look at the reading, and at what sends the telemetry.",
                cited,
            )
        return cls(
            row.count("Rows"),
            row.count("Requests"),
            row.count("Failed"),
            row.count("Heaviest"),
            known,
            timeline,
            declared,
            subject,
            cited,
        )

    @property
    def error_rate_percent(self) -> float:
        """The share of requests that failed."""
        return 100.0 * self.failed / self.requests

    def percentile_is_below(self, share: int, milliseconds: float) -> Fact:
        """Whether a percentile of the response times is below a threshold."""
        measured = self.percentiles[share]
        return self._fact(
            measured < milliseconds,
            f"P{share} of the response times below {milliseconds:,g} ms",
            f"P{share} is {measured:,.0f} ms",
            SLOW_REMEDY,
            self._measure(f"P{share} of the response times", measured, milliseconds, "ms"),
        )

    def error_rate_is_below(self, percent: float) -> Fact:
        """Whether the share of requests that failed is below a threshold."""
        return self._fact(
            self.error_rate_percent < percent,
            f"error rate below {percent:g} %",
            f"{self.failed:,} of {self.requests:,} requests failed, {self.error_rate_percent:.3f} %",
            FAILING_REMEDY,
            self._measure("error rate", self.error_rate_percent, percent, "%"),
        )

    def failed_per_hour_are_below(self, most: float) -> Fact:
        """Whether fewer requests than so many failed in every hour of the window."""
        failures = self.timeline.failed_in_worst_hour
        hourly = self.timeline.window.minutes >= 60
        how = "in the worst hour" if hourly else f"an hour, at the rate of these {self.timeline.window.minutes} minutes"
        return self._fact(
            failures < most,
            f"fewer than {most:g} failed requests an hour",
            f"{failures:g} failed {how}",
            FAILING_REMEDY,
            self._measure("failed requests an hour", failures, most, "requests"),
        )

    def _fact(self, holds: bool, expected: str, observed: str, remedy: str, measure: Measure) -> Fact:
        window = self.timeline.window
        return Fact(
            holds,
            expected,
            f"{observed} ({self._basis}; {window.told})",
            self.subject,
            self.readings,
            "" if holds else remedy,
            measure,
        )

    def _measure(self, name: str, value: float, limit: float, unit: str) -> Measure:
        return Measure(name, value, limit, unit, self.timeline.window.minutes)

    @property
    def _basis(self) -> str:
        """Say what the figures rest on."""
        if self.heaviest <= 1:
            return f"all {self.requests:,} requests recorded"
        return f"estimated from {self.rows:,} sampled rows, which stand for {self.requests:,} requests"


def _refuse_too_little(
    rows: int, requests: int, timeline: Timeline, declared: DeclaredTelemetry, readings: tuple[str, ...]
) -> None:
    """Refuse to judge what was not watched, or was watched through too few rows."""
    window = timeline.window.told
    gap = timeline.longest_gap_minutes
    if not timeline.intervals:
        raise NotEvaluated(
            f"No telemetry of any request from {window}: no traffic is not health.",
            "Check that the application runs and sends telemetry, and [telemetry] component and workspace_id.",
            readings,
        )
    if gap > declared.longest_gap_minutes:
        raise NotEvaluated(
            f"A gap of at least {gap} minutes in the telemetry from {window}; at most "
            f"{declared.longest_gap_minutes} are allowed.",
            "Find out whether the application, its telemetry or its traffic stopped; then run again.",
            readings,
        )
    if rows < declared.minimum_requests:
        sampled = f", which stand for {requests:,} requests," if requests > rows else ""
        raise NotEvaluated(
            f"{rows:,} rows of requests{sampled} from {window} are too few to judge by; "
            f"{declared.minimum_requests:,} are needed.",
            "Run again after more traffic, or with less sampling; a smaller minimum_requests judges by less.",
            readings,
        )


REMEDY = "Look at Application Insights (Availability, Failures); consider the rollback of the guide's Step 23."


@dataclass(frozen=True, slots=True)
class Availability:
    """How often the application was found available.

    Attributes:
        runs: How often it was asked.
        passed: How often it was found available.
        what: What was asked, in words.
        window: When.
        subject: The component.
        readings: What it rests on.
    """

    runs: int
    passed: int
    what: str
    window: Window
    subject: str
    readings: tuple[str, ...]

    @classmethod
    def from_tests(
        cls,
        window: Window,
        rows: Sequence[ResultRow],
        declared: DeclaredTelemetry,
        subject: str,
        readings: tuple[str, ...],
    ) -> Availability:
        """Return what `availability.kql` answers, if it is enough to judge by.

        Raises:
            NotEvaluated: Too few runs, or a gap in the window.
            BrokenReading: The numbers cannot be.
        """
        runs, passed = sum(row.count("Runs") for row in rows), sum(row.count("Passed") for row in rows)
        counts = {begin_of(window, row): row.count("Rows") for row in rows}
        if passed > runs or len(counts) != len(rows):
            raise BrokenReading(f"{passed} of {runs} runs passed, which cannot be.", "Look at the reading.", readings)
        if runs < declared.minimum_tests:
            raise NotEvaluated(
                f"{runs} runs of availability tests from {window.told} are too few to judge by; "
                f"{declared.minimum_tests} are needed. No test is not availability.",
                'Set up availability tests, or say availability_from = "requests" in [telemetry].',
                readings,
            )
        gap = longest_gap_minutes([counts.get(begin, 0) for begin in window.bins])
        if gap > declared.longest_gap_minutes:
            raise NotEvaluated(
                f"A gap of at least {gap} minutes in the availability tests from {window.told}; at most "
                f"{declared.longest_gap_minutes} are allowed.",
                "Find out why the tests stopped; then run again.",
                readings,
            )
        return cls(runs, passed, "runs of availability tests", window, subject, readings)

    @classmethod
    def from_requests(cls, level: RequestLevel) -> Availability:
        """Return the share of requests that succeeded."""
        window = level.timeline.window
        return cls(level.requests, level.requests - level.failed, "requests", window, level.subject, level.readings)

    @property
    def percent(self) -> float:
        """The share of the times that the application was found available."""
        return 100.0 * self.passed / self.runs

    def is_at_least(self, percent: float) -> Fact:
        """Whether the application was available often enough."""
        holds = self.percent >= percent
        return Fact(
            holds,
            f"availability at least {percent:g} %",
            f"{self.passed:,} of {self.runs:,} {self.what} passed, {self.percent:.3f} % ({self.window.told})",
            self.subject,
            self.readings,
            "" if holds else REMEDY,
            Measure("availability", self.percent, percent, "%", self.window.minutes),
        )
