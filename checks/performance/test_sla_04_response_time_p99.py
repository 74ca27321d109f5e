"""SLA-04: 99 % of all requests take less than 5 s."""

from assurance.environment.application_tables import Thresholds
from assurance.judging.checking import control
from assurance.telemetry.requests import RequestLevel
from assurance.telemetry.window import Targets

pytestmark = control("SLA-04", "post_deployment", "nightly")


def test_response_time_is_below_its_threshold(served_requests: RequestLevel, sla_thresholds: Thresholds) -> None:
    """Within each window the 99th percentile of the response times is below its threshold."""
    assert served_requests.percentile_is_below(99, sla_thresholds.p99_milliseconds)


def test_threshold_is_not_looser_than_the_guides(sla_targets: Targets) -> None:
    """The declared threshold is not above the guide's 5 s."""
    assert sla_targets.is_not_looser("p99_milliseconds")
