"""SLA-01: the application is available at least 99.9 % of the time."""

from assurance.environment.application_tables import Thresholds
from assurance.judging.checking import control
from assurance.telemetry.requests import Availability
from assurance.telemetry.window import Targets

pytestmark = control("SLA-01", "post_deployment", "nightly")


def test_application_is_available(availability: Availability, sla_thresholds: Thresholds) -> None:
    """Within each window the application was available at least as often as declared."""
    assert availability.is_at_least(sla_thresholds.availability_percent)


def test_threshold_is_not_looser_than_the_guides(sla_targets: Targets) -> None:
    """The declared availability is not below the guide's 99.9 %."""
    assert sla_targets.is_not_looser("availability_percent")
