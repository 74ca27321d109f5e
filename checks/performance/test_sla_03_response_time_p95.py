"""SLA-03: 95 % of all requests take less than 2 s."""

from assurance.environment.application_tables import Thresholds
from assurance.judging.checking import control
from assurance.telemetry.requests import RequestLevel
from assurance.telemetry.window import Targets

pytestmark = control("SLA-03", "post_deployment", "nightly")


def test_response_time_is_below_its_threshold(served_requests: RequestLevel, sla_thresholds: Thresholds) -> None:
    """Within each window the 95th percentile of the response times is below its threshold."""
    assert served_requests.percentile_is_below(95, sla_thresholds.p95_milliseconds)


def test_threshold_is_not_looser_than_the_guides(sla_targets: Targets) -> None:
    """The declared threshold is not above the guide's 2 s."""
    assert sla_targets.is_not_looser("p95_milliseconds")
