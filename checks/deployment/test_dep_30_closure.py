"""DEP-30: the change is closed in form."""

from assurance.changes import Change
from assurance.checking import control

pytestmark = control("DEP-30", "closing")


def test_change_is_closed(change: Change) -> None:
    """The change was closed after the stability window, with its evidence kept."""
    assert change.is_closed
