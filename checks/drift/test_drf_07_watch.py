"""DRF-07: Defender's plans, the secure score, alert rules and where logs go are as approved."""

from assurance.drift.survey import ResourceDrift
from assurance.judging.checking import control

pytestmark = control("DRF-07", "nightly")


def test_watch_is_as_approved(watch: ResourceDrift) -> None:
    """Each plan and alert rule of the baseline still watches, and the secure score has not fallen."""
    assert watch.is_as_approved
