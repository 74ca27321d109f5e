"""DEP-23: a rollback is decided by somebody who may decide it."""

from assurance.change_records import Change
from assurance.judging.checking import control

pytestmark = control("DEP-23", "closing")


def test_rollback_was_decided(change: Change) -> None:
    """There was no rollback, or it was decided with authority and told."""
    assert change.rollback_was_decided
