"""SLA-06: fewer than ten requests fail in an hour."""

from assurance.environment.application_tables import Thresholds
from assurance.judging.checking import control
from assurance.telemetry.requests import RequestLevel
from assurance.telemetry.window import Targets

pytestmark = control("SLA-06", "post_deployment", "nightly")


def test_few_requests_failed_in_every_hour(served_requests: RequestLevel, sla_thresholds: Thresholds) -> None:
    """In every hour of each window fewer requests failed than declared; a shorter window is taken at its rate."""
    assert served_requests.failed_per_hour_are_below(sla_thresholds.failed_requests_per_hour)


def test_threshold_is_not_looser_than_the_guides(sla_targets: Targets) -> None:
    """The declared threshold is not above the guide's ten an hour."""
    assert sla_targets.is_not_looser("failed_requests_per_hour")
