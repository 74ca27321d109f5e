"""DEP-28: the team looks back within 48 hours."""

from assurance.change_records import Change
from assurance.judging.checking import control

pytestmark = control("DEP-28", "closing")


def test_retrospective_was_held(change: Change) -> None:
    """The team met within 48 hours, with technical lead and operations manager."""
    assert change.retrospective_was_held
