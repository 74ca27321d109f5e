"""DEP-08: a revision to go back to is known, and can be activated."""

from assurance.checking import control
from assurance.estate.revisions import Revisions

pytestmark = control("DEP-08", "pre_deployment", "post_deployment")


def test_serving_revision_is_known(revisions: Revisions) -> None:
    """One revision serves production, and is healthy: it is what the next rollback returns to."""
    assert revisions.serving_one_is_healthy


def test_previous_revision_can_be_activated(revisions: Revisions) -> None:
    """An older revision can be activated, and take the traffic."""
    assert revisions.previous_can_be_activated
