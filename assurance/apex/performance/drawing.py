"""Draws the sample of the list baseline: requests one after the other, each a question of its own on the tape."""

from __future__ import annotations

import math
from http import HTTPStatus

from assurance.apex.client import Application
from assurance.apex.client.api import LIST_PROJECTS
from assurance.apex.client.exchange import Exchange
from assurance.apex.client.question import Contents, Question
from assurance.apex.performance.baseline import PERCENT, Latency, ListBaseline
from assurance.environment.application_tables import DeclaredTelemetry
from assurance.errors import NotEvaluated
from assurance.judging.statistics import judge, plan

CALLER = "estimator"
# Under which the requests that count stand on the tape.
SERIES = "list-baseline"


class Measurements:
    """Measures one application.

    It is asked when its check runs, and not ahead with what is read: what ran beside it would be in its figures.
    """

    def __init__(self, application: Application, declared: DeclaredTelemetry) -> None:
        self._application = application
        self._declared = declared

    def list_baseline(self) -> ListBaseline:
        """Return the list baseline.

        Raises:
            NotEvaluated: Nothing answered, or the application refused the list, so that its speed says nothing.
        """
        baseline = self._declared.baseline
        threshold = self._declared.thresholds.list_p95_milliseconds
        looks = plan(PERCENT, baseline.fewest_requests, baseline.most_requests, baseline.error_probability)
        for number in range(1, baseline.warm_up_requests + 1):
            self._draw(f"{SERIES}-warm-up", number)
        drawn: list[Exchange] = []
        for look in looks:
            while len(drawn) < look.size:
                drawn.append(self._draw(SERIES, len(drawn) + 1))
            finding = judge([_counted(exchange) for exchange in drawn], threshold, looks)
            if finding.conclusion != "undecided":
                break
        return ListBaseline(
            tuple(_latency(exchange) for exchange in drawn),
            finding,
            threshold,
            baseline,
            f"GET {self._application.declared.api_prefix}{LIST_PROJECTS.path()}",
            tuple(key for exchange in drawn for key in exchange.readings),
        )

    def _draw(self, series: str, number: int) -> Exchange:
        """Make one request; in a replay, take the answer that it got."""
        path = f"{self._application.declared.api_prefix}{LIST_PROJECTS.path()}"
        exchange = self._application.send("GET", path, Question("GET", CALLER, flow=series, ordinal=number), Contents())
        if exchange.status != HTTPStatus.OK and exchange.status < HTTPStatus.INTERNAL_SERVER_ERROR:
            raise NotEvaluated(
                f"{exchange.called} {exchange.outcome}: how fast it refuses says nothing of how fast it lists.",
                "Check [application.identities] estimator, and the application's limits on requests.",
                exchange.readings,
            )
        if exchange.status == HTTPStatus.OK:
            # Whoever answers in place of the application is no measure of it.
            exchange.document.required_items("items")
        return exchange


def _latency(found: Exchange) -> Latency:
    milliseconds = sum(reading.elapsed_milliseconds for reading in found.hops)
    return Latency(milliseconds, found.status, found.attempts)


def _counted(found: Exchange) -> float:
    """Return the milliseconds that count: what failed was never served, however quickly."""
    return _latency(found).milliseconds if found.status == HTTPStatus.OK else math.inf
