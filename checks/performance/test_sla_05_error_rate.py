"""SLA-05: less than 1 % of all requests fail."""

from assurance.environment.application_tables import Thresholds
from assurance.judging.checking import control
from assurance.telemetry.requests import RequestLevel
from assurance.telemetry.window import Targets

pytestmark = control("SLA-05", "post_deployment", "nightly")


def test_error_rate_is_below_its_threshold(served_requests: RequestLevel, sla_thresholds: Thresholds) -> None:
    """Within each window the share of requests that failed is below its threshold."""
    assert served_requests.error_rate_is_below(sla_thresholds.error_rate_percent)


def test_threshold_is_not_looser_than_the_guides(sla_targets: Targets) -> None:
    """The declared threshold is not above the guide's 1 %."""
    assert sla_targets.is_not_looser("error_rate_percent")
