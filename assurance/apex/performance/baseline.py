"""The list baseline: how long the project list takes, as a client sees it, and how surely that is known.

Guide, Step 14: ten requests, P95 below 500 ms. Ten requests can show that a percentile is too high, never that it is
low enough: where one request in twenty is slow, ten show none of them in six runs of ten. So ten are the floor, and
more are drawn until the sample tells on which side of the threshold the percentile lies, or a bound is reached (see
`assurance.judging.statistics`). That takes the requests to be independent draws of one distribution, which a
load that rises meanwhile, or a cache that warms up, would break; the requests before those that count are for the
latter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from assurance.environment.application_tables import Baseline
from assurance.errors import NotEvaluated
from assurance.judging.statistics import Finding, percentile
from assurance.verdicts import Fact, Measure

PERCENT = 95
REMEDY = "Look at the list's query and the database's load; Application Insights (Performance) has both."


@dataclass(frozen=True, slots=True)
class Latency:
    """One request of the list.

    Attributes:
        milliseconds: From before it was sent until its body was whole, on the monotonic clock, to the millisecond;
            with the time of repeated attempts and of redirects, if there were any.
        status: The HTTP status.
        attempts: How often it was sent.
    """

    milliseconds: int
    status: int
    attempts: int


@dataclass(frozen=True, slots=True)
class ListBaseline:
    """The requests that were drawn, in order, and what they tell.

    Attributes:
        drawn: The requests.
        finding: What they tell of the 95th percentile against the threshold.
        threshold_milliseconds: The threshold.
        declared: How they were drawn.
        subject: What was asked for.
        readings: What it rests on.
    """

    drawn: Sequence[Latency]
    finding: Finding
    threshold_milliseconds: float
    declared: Baseline
    subject: str
    readings: tuple[str, ...]

    @property
    def is_below_its_threshold(self) -> Fact:
        """Whether the 95th percentile lies below the threshold.

        Raises:
            NotEvaluated: As many requests as are allowed do not tell.
        """
        if self.finding.conclusion == "undecided":
            raise NotEvaluated(
                f"{self.finding.size} requests do not tell whether P{PERCENT} is below "
                f"{self.threshold_milliseconds:g} ms: {self._observed}.",
                "Run again when the application is otherwise idle, or raise [telemetry.baseline] most_requests.",
                self.readings,
            )
        holds = self.finding.conclusion == "below"
        return Fact(
            holds,
            f"P{PERCENT} below {self.threshold_milliseconds:g} ms, with an error in at most "
            f"{100 * self.declared.error_probability:g} % of such runs",
            self._observed,
            self.subject,
            self.readings,
            "" if holds else REMEDY,
            Measure(f"P{PERCENT} of the project list", self._percentile, self.threshold_milliseconds, "ms"),
        )

    @property
    def _percentile(self) -> float:
        return percentile([exchange.milliseconds for exchange in self.drawn[: self.finding.size]], PERCENT)

    @property
    def _observed(self) -> str:
        finding = self.finding
        seen = [exchange.milliseconds for exchange in self.drawn[: finding.size]]
        low = f"{finding.lower:g}" if finding.lower is not None else "unbounded"
        high = f"{finding.upper:g}" if finding.upper is not None else "unbounded"
        failed = sum(exchange.status != HTTPStatus.OK for exchange in self.drawn[: finding.size])
        repeated = sum(exchange.attempts > 1 for exchange in self.drawn[: finding.size])
        failures = [f"{failed} did not answer 200 and count as slow"] if failed else []
        failures += [f"{repeated} had to be repeated"] if repeated else []
        percentiles = f"P50 {percentile(seen, 50):g} ms, P{PERCENT} {self._percentile:g} ms"
        return "; ".join(
            [
                f"{percentiles} of {finding.size} requests, P{PERCENT} between {low} and {high}",
                f"{finding.slow} not below the threshold",
                *failures,
                f"one after the other, over connections kept open, after {self.declared.warm_up_requests} not counted",
            ]
        )
