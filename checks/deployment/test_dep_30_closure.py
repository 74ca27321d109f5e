"""DEP-30: the change is closed in form."""

from assurance.change_records import Change
from assurance.judging.checking import control

pytestmark = control("DEP-30", "closing")


def test_change_is_closed(change: Change) -> None:
    """The change was closed after the stability window, with its evidence kept."""
    assert change.is_closed
