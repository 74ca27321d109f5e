"""DRF-05: the application, its image, its environment and its registry are as approved."""

from assurance.drift.survey import ResourceDrift
from assurance.judging.checking import control

pytestmark = control("DRF-05", "nightly")


def test_application_is_as_approved(application_part: ResourceDrift) -> None:
    """The application, its image and what it runs in are as approved, but for what a release may change."""
    assert application_part.is_as_approved
