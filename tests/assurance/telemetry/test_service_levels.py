"""Service levels: worlds in which they hold and do not hold, and worlds that do not let anybody know."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from falsification.azure.world import MemoryTape
from sandbox import Fault
from sandbox.kql import Value
from sandbox.log_analytics import TelemetryStore, Traffic
from sandbox.log_analytics.metrics import ComponentMetrics
from tests.assurance.telemetry.telemetry_world import STARTED, TelemetryWorld, header, silence

USUAL = Traffic()
RESPONSES = ("SLA-02", "SLA-03", "SLA-04", "SLA-05", "SLA-06")
FROM_LOGS = ("SLA-01", *RESPONSES)
ALL = (*FROM_LOGS, "SLA-07")
IN_SECONDS = {"columns": [{"name": "Rows", "type": "long"}], "rows": [[100]], "name": "PrimaryResult"}


def not_passing(world: TelemetryWorld) -> dict[str, str]:
    """Return the controls whose window does not pass, with their verdicts."""
    found = {case.split()[0]: verdict for case, verdict in world.verdicts().items() if "threshold" not in case}
    return {control: verdict for control, verdict in found.items() if verdict != "pass"}


def test_everything_holds_in_both_windows() -> None:
    """Where all is well every case passes, over thirty minutes and over a day, in two windows that end together."""
    outcomes = TelemetryWorld(declared={"windows_minutes": [30, 1440]}).judged()

    assert {str(outcome.verdict) for outcome in outcomes.values()} == {"pass"}
    assert len(outcomes) == 7 * 2 + 6
    assert "2026-03-02 14:30 to 2026-03-02 15:00 UTC" in outcomes["SLA-03 last-30-minutes"].observed
    assert "2026-03-01 15:00 to 2026-03-02 15:00 UTC" in outcomes["SLA-03 last-24-hours"].observed


def test_component_and_workspace_tell_the_same() -> None:
    """Asked of the component, with its names and its texts for true and false, the figures are the workspace's."""
    wrong = replace(USUAL, failed_share=0.2, slow_share=0.2, tests_failed_share=0.3)
    workspace = TelemetryWorld(wrong).judged()
    component = TelemetryWorld(wrong, declared={"workspace_id": None}).judged()

    assert {case: one.observed for case, one in workspace.items()} == {
        case: one.observed for case, one in component.items()
    }
    assert {str(one.verdict) for one in component.values()} == {"pass", "fail"}


@pytest.mark.parametrize(
    ("traffic", "failing"),
    [
        (replace(USUAL, tests_failed_share=0.2), {"SLA-01"}),
        (replace(USUAL, median_milliseconds=700.0, spread=0.1), {"SLA-02", "SLA-03"}),
        (replace(USUAL, slow_share=0.2), {"SLA-03", "SLA-04"}),
        (replace(USUAL, failed_share=0.05), {"SLA-05", "SLA-06"}),
        (replace(USUAL, failed_share=0.2, requests_per_minute=60.0, sampling=4), {"SLA-05", "SLA-06"}),
    ],
    ids=["unavailable", "sluggish", "slow-at-times", "failing", "failing-and-sampled"],
)
def test_what_is_wrong_fails_where_it_is_wrong(traffic: Traffic, failing: set[str]) -> None:
    """Each way of being bad fails the controls that it breaks, and no others."""
    found = not_passing(TelemetryWorld(traffic))

    assert found == dict.fromkeys(failing, "fail")


def test_probes_do_not_hide_slow_requests() -> None:
    """Ten quick health probes to each slow request bring no percentile below its threshold."""
    traffic = replace(USUAL, median_milliseconds=9000.0, spread=0.01, probes_per_minute=240)

    assert not_passing(TelemetryWorld(traffic)).keys() >= {"SLA-02", "SLA-03", "SLA-04"}
    assert not_passing(TelemetryWorld(traffic, declared={"excluded_requests": []})).keys() == {"SLA-03", "SLA-04"}


def test_rows_of_other_applications_do_not_count() -> None:
    """What another component has sent to the same workspace is left out."""
    world = TelemetryWorld()
    for second in range(0, 1800, 3):
        at = STARTED.replace(minute=0, second=0) - timedelta(seconds=second + 1)
        row: dict[str, Value] = {
            "TimeGenerated": at,
            "Name": "GET /",
            "Success": False,
            "DurationMs": 60_000.0,
            "_ResourceId": "/other",
        }
        world.store.sink("AppRequests", row)
    outcomes = world.judged()

    assert {str(one.verdict) for case, one in outcomes.items() if "SLA-07" not in case} == {"pass"}


@pytest.mark.parametrize(
    ("world", "unjudged"),
    [
        (lambda: TelemetryWorld(None), ALL),
        (lambda: TelemetryWorld(replace(USUAL, requests_per_minute=1.0)), RESPONSES),
        (lambda: TelemetryWorld(replace(USUAL, sampling=10)), RESPONSES),
        (lambda: TelemetryWorld(replace(USUAL, silent=(silence(25, 25),))), FROM_LOGS),
        (lambda: TelemetryWorld(replace(USUAL, silent=(silence(30, 20),))), FROM_LOGS),
        (lambda: TelemetryWorld(replace(USUAL, tests_per_minute=0)), ("SLA-01",)),
        (lambda: TelemetryWorld(replace(USUAL, tests_per_minute=0, requests_per_minute=0.0, probes_per_minute=0)), ALL),
    ],
    ids=["no-telemetry", "few-requests", "sampled-away", "gap-at-the-end", "gap-at-the-beginning", "no-tests", "idle"],
)
def test_what_was_not_watched_is_not_judged(world: Callable[[], TelemetryWorld], unjudged: tuple[str, ...]) -> None:
    """No traffic, too little of it, a gap, or sampling that leaves too few rows is never a pass, nor a failure."""
    assert not_passing(world()) == dict.fromkeys(unjudged, "not_evaluated")


def test_gap_is_told() -> None:
    """The reason names how long the gap is, the bound, and the window."""
    outcome = TelemetryWorld(replace(USUAL, silent=(silence(25, 20),))).judged()["SLA-03 last-30-minutes"]

    assert "A gap of at least 20 minutes" in outcome.reason
    assert "at most 15 are allowed" in outcome.reason
    assert outcome.readings


def test_sampled_figures_say_so() -> None:
    """What was estimated from sampled rows names them and the requests that they stand for."""
    outcome = TelemetryWorld(replace(USUAL, requests_per_minute=40.0, sampling=4)).judged()["SLA-03 last-30-minutes"]

    assert str(outcome.verdict) == "pass"
    assert "estimated from" in outcome.observed
    assert "sampled rows, which stand for" in outcome.observed


def test_rows_without_a_duration_are_not_judged() -> None:
    """A row whose duration is missing makes response times "not evaluated", not quicker."""
    world = TelemetryWorld()
    world.store.sink(
        "AppRequests", {"TimeGenerated": STARTED - timedelta(minutes=10), "Name": "GET /", "Success": True}
    )
    outcome = world.judged()["SLA-02 last-30-minutes"]

    assert str(outcome.verdict) == "not_evaluated"
    assert "1 rows have no duration or weight" in outcome.reason


def test_availability_of_requests() -> None:
    """Where the environment says so, availability is the share of requests that succeeded, and needs no tests."""
    declared = {"availability_from": "requests"}

    assert not_passing(TelemetryWorld(replace(USUAL, tests_per_minute=0), declared=declared)) == {}
    assert not_passing(TelemetryWorld(replace(USUAL, failed_share=0.05), declared=declared)).keys() == {
        "SLA-01",
        "SLA-05",
        "SLA-06",
    }


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Fault("/query", status=429), "Throttled"),
        (Fault("/query", status=403), "No permission"),
        (Fault("/query", status=200, body="<html>sign in</html>"), "not JSON"),
        (Fault("/query", status=200, body={"tables": []}), "one table"),
        (Fault("/query", status=200, body={"tables": [IN_SECONDS]}), "columns"),
        (Fault("/query", ending="cut"), "No whole answer"),
        (Fault("/query", status=404, body={"error": {"code": "PathNotFoundError", "message": "?"}}), "PathNotFound"),
    ],
    ids=["throttled", "forbidden", "html", "no-table", "other-columns", "cut", "no-workspace"],
)
def test_without_an_answer_nothing_is_judged(fault: Fault, told: str) -> None:
    """Whatever Log Analytics answers instead of the result, every case that needs it is not evaluated and says why."""
    world = TelemetryWorld()
    world.logs.faults.append(fault)
    outcomes = {case: one for case, one in world.judged().items() if "threshold" not in case}

    assert {str(outcome.verdict) for outcome in outcomes.values()} == {"not_evaluated"}
    assert all(told in outcome.reason for outcome in outcomes.values()), {
        outcome.reason for outcome in outcomes.values()
    }


def test_partial_result_is_refused() -> None:
    """A result that was cut is a part, and a part is not judged: the status 200 and the rows that came do not help."""
    world = TelemetryWorld()
    world.logs.most_rows = 2
    outcomes = world.judged()

    assert str(outcomes["SLA-01 last-30-minutes"].verdict) == "not_evaluated"
    assert "PartialError" in outcomes["SLA-01 last-30-minutes"].reason


def test_logs_and_metrics_that_disagree_fail() -> None:
    """Where metrics count half as many requests again, the two cannot both be right, and that is reported."""
    world = TelemetryWorld()
    more = TelemetryStore(world.store.component_id, replace(USUAL, requests_per_minute=24.0))
    world.resource_manager.metrics = ComponentMetrics(more)

    assert not_passing(world) == {"SLA-07": "fail"}


@pytest.mark.parametrize("status", [403, 404, 429, 500])
def test_metrics_that_are_not_answered_leave_only_the_comparison_open(status: int) -> None:
    """Without metrics the comparison is not evaluated, and the service levels are judged all the same."""
    world = TelemetryWorld()
    world.resource_manager.faults.append(Fault("Insights/metrics", status=status))

    assert not_passing(world) == {"SLA-07": "not_evaluated"}


@pytest.mark.parametrize(
    ("control", "name", "looser", "stricter"),
    [
        ("SLA-01", "availability_percent", 99.5, 99.99),
        ("SLA-02", "p50_milliseconds", 501.0, 400.0),
        ("SLA-03", "p95_milliseconds", 3000.0, 1500.0),
        ("SLA-04", "p99_milliseconds", 5001.0, 4000.0),
        ("SLA-05", "error_rate_percent", 2.0, 0.5),
        ("SLA-06", "failed_requests_per_hour", 11.0, 5.0),
    ],
)
def test_a_looser_threshold_fails_by_itself(control: str, name: str, looser: float, stricter: float) -> None:
    """A threshold that asks for less than the guide's fails its control; one that asks for more does not."""
    assert TelemetryWorld(declared={"thresholds": {name: looser}}).verdicts()[f"{control} threshold"] == "fail"
    assert TelemetryWorld(declared={"thresholds": {name: stricter}}).verdicts()[f"{control} threshold"] == "pass"


def test_thresholds_are_those_of_the_environment_file() -> None:
    """A stricter threshold that the application does not meet fails, though the guide's would hold."""
    assert not_passing(TelemetryWorld(declared={"thresholds": {"p95_milliseconds": 100.0}})) == {"SLA-03": "fail"}


def test_a_run_asks_the_same_again_from_its_tape() -> None:
    """With the answers of the first run on its tape, the second needs no Azure at all, and judges alike."""
    first = TelemetryWorld(replace(USUAL, slow_share=0.2))
    judged = first.judged()
    known = {reading.key: reading for reading in first.tape.readings()}
    second = TelemetryWorld(None, tape=MemoryTape(header(), known))
    again = second.judged()

    assert judged == again
    assert second.logs.requests_served == []
    assert second.resource_manager.requests_served == []
