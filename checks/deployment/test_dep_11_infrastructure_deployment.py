"""DEP-11: the deployment is recorded and kept to its window."""

from assurance.change_records import Change
from assurance.judging.checking import control

pytestmark = control("DEP-11", "closing")


def test_start_was_announced(change: Change) -> None:
    """The deployment is recorded, within its window, and its start was announced."""
    assert change.start_was_announced
