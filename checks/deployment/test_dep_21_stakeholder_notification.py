"""DEP-21: stakeholders know that the deployment succeeded."""

from assurance.change_records import Change
from assurance.judging.checking import control

pytestmark = control("DEP-21", "closing")


def test_success_was_told(change: Change) -> None:
    """Estimators, managers, auditors and IT leadership were told of the success, after it."""
    assert change.success_was_told
