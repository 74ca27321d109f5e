"""How available the application was within a window.

By availability tests: the share of their runs that passed, which is Application Insights' own metric. Or, where the
environment file says so, by requests: the share of users' requests that succeeded. Either is what was recorded in the
window: with a test a minute, a day resolves 0.07 percentage points and half an hour 3.3, and the observation says of
how many runs it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assurance.environment.telemetry import DeclaredTelemetry
from assurance.errors import BrokenReading, NotEvaluated
from assurance.telemetry.requests import RequestLevel
from assurance.telemetry.result import ResultRow
from assurance.telemetry.timeline import begin_of, longest_gap_minutes
from assurance.telemetry.window import Window
from assurance.verdicts import Fact, Measure

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
        found = {begin_of(window, row): row.count("Rows") for row in rows}
        if passed > runs or len(found) != len(rows):
            raise BrokenReading(f"{passed} of {runs} runs passed, which cannot be.", "Look at the reading.", readings)
        if runs < declared.minimum_tests:
            raise NotEvaluated(
                f"{runs} runs of availability tests from {window.told} are too few to judge by; "
                f"{declared.minimum_tests} are needed. No test is not availability.",
                'Set up availability tests, or say availability_from = "requests" in [telemetry].',
                readings,
            )
        gap = longest_gap_minutes([found.get(begin, 0) for begin in window.bins])
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
