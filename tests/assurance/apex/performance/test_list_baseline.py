"""The list baseline: how many requests it makes, what it concludes, and the same again from its tape."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from assurance.apex.client import Application
from assurance.apex.performance import ListBaseline, Measurements
from assurance.environment import load
from assurance.environment.application_tables import DeclaredTelemetry
from assurance.errors import NotEvaluated
from assurance.tape import Tape, TapeHeader, utc_now
from assurance.tape.redaction import Redactor

ROOT = Path(__file__).parents[4]
VARIABLE = "APEX_TEST_TOKEN_OF_THE_BASELINE"
HEADER = TapeHeader(
    environment="sandbox",
    subscription_id="22222222-2222-4222-8222-222222222222",
    resource_group="apex-rg-sandbox",
    source="SANDBOX",
    origin="a test",
    vantage=("inside",),
    started="2026-03-01T10:00:00.000Z",
    run_id="20260301T100000Z-abcdef",
)
Serve = Callable[[int], tuple[int, float]]


class Upstream(httpx.BaseTransport):
    """An application that takes its time.

    Attributes:
        requests: How many requests it has served.

    Args:
        serve: Gives the status and how many seconds it takes, by the number of the request, from 1.
    """

    def __init__(self, serve: Serve) -> None:
        self.requests = 0
        self._serve = serve

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer after a while."""
        assert str(request.url).endswith("/api/v1/projects")
        self.requests += 1
        status, seconds = self._serve(self.requests)
        time.sleep(seconds)
        return httpx.Response(status, json={"items": [], "total": 0})


@pytest.fixture(autouse=True)
def _token() -> Iterator[None]:
    """The estimator's token, where the environment file says that it is."""
    os.environ[VARIABLE] = "estimators-token-0123456789"
    yield
    del os.environ[VARIABLE]


def measured(tape: Tape, upstream: Upstream | None, **declared: object) -> ListBaseline:
    """Measure an application whose list should take less than 100 ms."""
    identity = {"kind": "token", "token_variable": VARIABLE}
    overlay = {
        "application": {
            "base_url": "https://apex.test",
            "identities": {"estimator": identity},
            "limits": {"attempts": 1, "retry_budget_seconds": 0.0},
        }
    }
    environment = load(ROOT / "environments" / "sandbox.toml", overlay)
    assert environment.application is not None
    application = Application(environment, environment.application, tape, Redactor(salt="test"), upstream)
    telemetry = DeclaredTelemetry.model_validate(
        {"component": "appi", "thresholds": {"list_p95_milliseconds": 100.0}, "baseline": declared}
    )
    return Measurements(application, telemetry).list_baseline()


@pytest.fixture
def tape(tmp_path: Path) -> Tape:
    """A tape that is being written."""
    return Tape.create(tmp_path / "tape", HEADER)


def test_a_quick_list_passes_with_as_few_requests_as_show_it(tape: Tape) -> None:
    """Where no request is slow, 87 show it; one more came before and does not count, and the fact says all that."""
    upstream = Upstream(lambda _: (200, 0.0))
    baseline = measured(tape, upstream)
    fact = baseline.is_below_its_threshold

    assert fact.holds
    assert upstream.requests == 88
    assert len(fact.readings) == len(baseline.drawn) == 87
    assert "87 requests" in fact.observed
    assert "connections kept open, after 1 not counted" in fact.observed
    assert "error in at most 5 %" in fact.expected


def test_a_slow_list_fails_after_the_guides_ten(tape: Tape) -> None:
    """Where every request is slow, ten are enough to fail."""
    upstream = Upstream(lambda _: (200, 0.12))
    fact = measured(tape, upstream).is_below_its_threshold

    assert not fact.holds
    assert upstream.requests == 11
    assert fact.remedy


def test_requests_that_fail_are_slow_however_quickly(tape: Tape) -> None:
    """A server error counts as a request that was not served in time."""
    baseline = measured(tape, Upstream(lambda number: (500 if number % 2 else 200, 0.0)))

    assert not baseline.is_below_its_threshold.holds
    assert "did not answer 200 and count as slow" in baseline.is_below_its_threshold.observed


def test_what_does_not_tell_is_not_evaluated(tape: Tape) -> None:
    """Where as many requests as are allowed leave it open, neither a pass nor a failure comes."""
    baseline = measured(tape, Upstream(lambda _: (200, 0.0)), most_requests=40)

    with pytest.raises(NotEvaluated, match="40 requests do not tell whether P95 is below 100 ms") as refused:
        _ = baseline.is_below_its_threshold
    assert len(refused.value.readings) == 40


@pytest.mark.parametrize("status", [401, 403, 404, 429])
def test_a_refusal_says_nothing_of_speed(tape: Tape, status: int) -> None:
    """A list that is refused, however quickly, is not measured."""
    with pytest.raises(NotEvaluated, match="says nothing of how fast it lists"):
        measured(tape, Upstream(lambda _: (status, 0.0)))


def test_the_tape_gives_the_same_latencies(tape: Tape) -> None:
    """A replay judges the very latencies that were measured, without a request."""
    first = measured(tape, Upstream(lambda number: (200, 0.002 * (number % 3))))
    tape.seal(utc_now())
    again = measured(Tape.open(tape.directory), None)

    assert again.drawn == first.drawn
    assert again.is_below_its_threshold == first.is_below_its_threshold
