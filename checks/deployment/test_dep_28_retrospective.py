"""DEP-28: the team looks back within 48 hours."""

from assurance.changes import Change
from assurance.checking import control

pytestmark = control("DEP-28", "closing")


def test_retrospective_was_held(change: Change) -> None:
    """The team met within 48 hours, with technical lead and operations manager."""
    assert change.retrospective_was_held
