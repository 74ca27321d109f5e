"""DEP-25: a rollback is analysed."""

from assurance.change_records import Change
from assurance.judging.checking import control

pytestmark = control("DEP-25", "closing")


def test_rollback_is_analysed(change: Change) -> None:
    """There was no rollback, or its analysis is whole."""
    assert change.rollback_is_analysed
