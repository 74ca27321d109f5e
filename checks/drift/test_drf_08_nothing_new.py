"""DRF-08: nothing exists in the deployment beside what was approved."""

from assurance.drift.survey import Additions
from assurance.judging.checking import control

pytestmark = control("DRF-08", "nightly")


def test_nothing_is_new(additions: Additions) -> None:
    """No resource, role assignment, record or secret exists that the baseline does not have."""
    assert additions.are_none()
