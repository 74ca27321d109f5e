"""SLA-07: logs and metrics, which are counted apart, tell the same of each window."""

from assurance.judging.checking import control
from assurance.telemetry.metrics import Metrics
from assurance.telemetry.timeline import Timeline

pytestmark = control("SLA-07", "post_deployment", "nightly")


def test_logs_and_metrics_agree(
    component_metrics: Metrics, request_timeline: Timeline, metrics_tolerance_percent: float, telemetry_component: str
) -> None:
    """Logs and metrics tell of as many requests, and of as many failed ones, within the declared tolerance."""
    assert component_metrics.agree_with(request_timeline, metrics_tolerance_percent, telemetry_component)
