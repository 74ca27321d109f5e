"""DEP-08: the revision that a rollback returns to is known, and is healthy."""

from assurance.estate.deployment.revisions import Revisions
from assurance.judging.checking import control

pytestmark = control("DEP-08", "pre_deployment", "post_deployment")


def test_serving_revision_is_known(revisions: Revisions) -> None:
    """One revision serves production, and is healthy: it is what the next rollback returns to."""
    assert revisions.serving_one_is_healthy
