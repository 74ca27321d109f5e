"""DEP-26: the new revision has run for 24 hours without restarts and without a critical alert."""

from assurance.estate.deployment.application_setup import Replicas
from assurance.estate.deployment.revisions import Revisions
from assurance.estate.monitoring.monitoring import FiredAlerts
from assurance.judging.checking import control

pytestmark = control("DEP-26", "nightly")


def test_nothing_has_restarted(replicas: Replicas) -> None:
    """No container of the newest revision has restarted; while it is younger than 24 hours, that is not enough."""
    assert replicas.have_not_restarted


def test_no_critical_alert_was_fired(fired_alerts: FiredAlerts, revisions: Revisions) -> None:
    """No critical alert was fired in the first 24 hours of the newest revision, nor in the last 24."""
    assert fired_alerts.none_critical_since(revisions)
