"""DRF-03: roles, their assignments and the identities that hold them are as approved."""

from assurance.drift.survey import ResourceDrift
from assurance.judging.checking import control

pytestmark = control("DRF-03", "nightly")


def test_access_is_as_approved(access_granted: ResourceDrift) -> None:
    """Each role assignment, role and identity of the baseline still exists, and grants what was approved."""
    assert access_granted.is_as_approved
