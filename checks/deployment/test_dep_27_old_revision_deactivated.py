"""DEP-27: the old revision is kept for 24 hours, and after them only the new one is active."""

from assurance.checking import control
from assurance.estate.revisions import Revisions

pytestmark = control("DEP-27", "post_deployment", "nightly")


def test_old_revisions_are_kept_then_deactivated(revisions: Revisions) -> None:
    """During the stability window an old revision is active, and after it only the newest one."""
    assert revisions.old_ones_are_kept_then_deactivated
