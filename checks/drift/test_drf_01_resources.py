"""DRF-01: each resource is as it was when its baseline was approved."""

from assurance.drift.survey import ResourceDrift
from assurance.judging.checking import control

pytestmark = control("DRF-01", "nightly")


def test_resource_is_as_approved(resource: ResourceDrift) -> None:
    """Each resource of the baseline still exists, and its properties are as approved."""
    assert resource.is_as_approved
