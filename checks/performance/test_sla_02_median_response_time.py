"""SLA-02: half of all requests take less than 500 ms."""

from assurance.environment.application_tables import Thresholds
from assurance.judging.checking import control
from assurance.telemetry.requests import RequestLevel
from assurance.telemetry.window import Targets

pytestmark = control("SLA-02", "post_deployment", "nightly")


def test_response_time_is_below_its_threshold(served_requests: RequestLevel, sla_thresholds: Thresholds) -> None:
    """Within each window the median of the response times is below its threshold."""
    assert served_requests.percentile_is_below(50, sla_thresholds.p50_milliseconds)


def test_threshold_is_not_looser_than_the_guides(sla_targets: Targets) -> None:
    """The declared threshold is not above the guide's 500 ms."""
    assert sla_targets.is_not_looser("p50_milliseconds")
