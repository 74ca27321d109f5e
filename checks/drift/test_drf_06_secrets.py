"""DRF-06: the names of the secrets, and whether each is enabled and expires, are as approved."""

from assurance.drift.survey import ResourceDrift
from assurance.judging.checking import control

pytestmark = control("DRF-06", "nightly")


def test_secret_is_as_approved(secret_name: ResourceDrift) -> None:
    """Each secret of the baseline still has its name, is enabled as it was, and expires when it did."""
    assert secret_name.is_as_approved
