"""SLA-01 to SLA-07: ways in which service levels do not hold, or in which what tells of them is wrong."""
# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

from dataclasses import replace

from falsification.apex.changes import Change, Violation, declares
from falsification.apex.stand_ins import ApexStandIns
from sandbox.log_analytics import TelemetryStore, Traffic
from sandbox.log_analytics.metrics import ComponentMetrics

USUAL = Traffic()
AVAILABLE = "test_application_is_available"
RESPONSE = "test_response_time_is_below_its_threshold"
ERRORS = "test_error_rate_is_below_its_threshold"
AGREE = "test_logs_and_metrics_agree"
LOOSER = "test_threshold_is_not_looser_than_the_guides"


def _went(traffic: Traffic) -> Change:
    """Let the application have gone through this, by logs and by metrics."""

    def change(stage: ApexStandIns) -> None:
        stage.store.traffic = traffic

    return change


def _counted(traffic: Traffic) -> Change:
    """Let the metrics tell of other traffic than the logs."""

    def change(stage: ApexStandIns) -> None:
        stage.resource_manager.metrics = ComponentMetrics(TelemetryStore(stage.store.component_id, traffic))

    return change


def _of(name: str, wrong: str, change: Change, check: str, *controls: str) -> Violation:
    return Violation(name, wrong, change, controls, check)


def _loose(control: str, threshold: str, value: float) -> Violation:
    name = f"loose-{threshold.replace('_', '-')}"
    wrong = f"The environment file declares {threshold} = {value:g}, which is looser than the guide's."
    return Violation(name, wrong, declares({"telemetry": {"thresholds": {threshold: value}}}), (control,), LOOSER)


VIOLATIONS: tuple[Violation, ...] = (
    _of("tests-fail-at-times", "One availability test in five fails.", _went(replace(USUAL, tests_failed_share=0.2)), AVAILABLE, "SLA-01"),
    _of("tests-all-fail", "Every availability test fails.", _went(replace(USUAL, tests_failed_share=1.0)), AVAILABLE, "SLA-01"),
    _of("sluggish", "The usual request takes more than half a second.", _went(replace(USUAL, median_milliseconds=700.0, spread=0.1)), RESPONSE, "SLA-02", "SLA-03"),
    _of("slow-throughout", "Every request takes about nine seconds.", _went(replace(USUAL, median_milliseconds=9000.0, spread=0.01)), RESPONSE, "SLA-02", "SLA-03", "SLA-04"),
    _of("slow-behind-quick-probes", "Every request takes about nine seconds, and there are ten times as many quick health probes.", _went(replace(USUAL, median_milliseconds=9000.0, spread=0.01, probes_per_minute=240)), RESPONSE, "SLA-02", "SLA-03", "SLA-04"),
    _of("slow-at-times", "One request in five takes thirty times as long.", _went(replace(USUAL, slow_share=0.2)), RESPONSE, "SLA-03", "SLA-04"),
    _of("slow-and-sampled", "One request in five takes thirty times as long, and one row stands for four requests.", _went(replace(USUAL, slow_share=0.2, requests_per_minute=60.0, sampling=4)), RESPONSE, "SLA-03", "SLA-04"),
    _of("failing", "One request in twenty fails.", _went(replace(USUAL, failed_share=0.05)), ERRORS, "SLA-05", "SLA-06"),
    _of("failing-and-sampled", "One request in five fails, and one row stands for four requests.", _went(replace(USUAL, failed_share=0.2, requests_per_minute=60.0, sampling=4)), ERRORS, "SLA-05", "SLA-06"),
    _of("failing-altogether", "Every request fails.", _went(replace(USUAL, failed_share=1.0)), ERRORS, "SLA-05", "SLA-06"),
    _of("metrics-count-more", "Metrics count twice as many requests as the logs.", _counted(replace(USUAL, requests_per_minute=24.0)), AGREE, "SLA-07"),
    _of("metrics-count-less", "Metrics count half as many requests as the logs.", _counted(replace(USUAL, requests_per_minute=6.0)), AGREE, "SLA-07"),
    _of("metrics-count-failures", "Metrics count failed requests of which the logs know nothing.", _counted(replace(USUAL, failed_share=0.3)), AGREE, "SLA-07"),
    _loose("SLA-01", "availability_percent", 99.5),
    _loose("SLA-02", "p50_milliseconds", 501.0),
    _loose("SLA-03", "p95_milliseconds", 3000.0),
    _loose("SLA-04", "p99_milliseconds", 5001.0),
    _loose("SLA-05", "error_rate_percent", 2.0),
    _loose("SLA-06", "failed_requests_per_hour", 11.0),
    _loose("SLA-08", "list_p95_milliseconds", 501.0),
)  # fmt: skip
