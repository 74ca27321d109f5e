"""DEP-29: the figures of the deployment are kept."""

from assurance.change_records import Change
from assurance.judging.checking import control

pytestmark = control("DEP-29", "closing")


def test_metrics_are_kept(change: Change) -> None:
    """The guide's nine figures are there, and agree with the record."""
    assert change.metrics_are_kept
