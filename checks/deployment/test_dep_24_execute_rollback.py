"""DEP-24: once a new revision serves, an older one can take the traffic back."""

from assurance.estate.deployment.revisions import Revisions
from assurance.judging.checking import control

pytestmark = control("DEP-24", "post_deployment")


def test_previous_revision_can_be_activated(revisions: Revisions) -> None:
    """An older revision can be activated, and take the traffic."""
    assert revisions.previous_can_be_activated
