"""DEP-22: people have signed that the deployment succeeded."""

from assurance.change_records import Change
from assurance.judging.checking import control

pytestmark = control("DEP-22", "closing")


def test_outcome_is_signed(change: Change) -> None:
    """Three roles signed after the deployment that it is a success."""
    assert change.outcome_is_signed


def test_manual_tests_passed(change: Change) -> None:
    """What people tried by hand (Step 16) passed, after the deployment."""
    assert change.manual_tests_passed
