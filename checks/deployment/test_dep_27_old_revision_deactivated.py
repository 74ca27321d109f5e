"""DEP-27: the old revision is kept for 24 hours, and after them only the new one is active."""

from assurance.estate.deployment.revisions import Revisions
from assurance.judging.checking import control

pytestmark = control("DEP-27", "post_deployment", "nightly")


def test_old_revisions_are_kept_then_deactivated(revisions: Revisions) -> None:
    """During the stability window an old revision is active, and after it only the newest one."""
    assert revisions.old_ones_are_kept_then_deactivated
