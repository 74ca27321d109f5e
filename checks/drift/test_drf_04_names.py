"""DRF-04: private zones, their records and links are as approved."""

from assurance.drift.survey import ResourceDrift
from assurance.judging.checking import control

pytestmark = control("DRF-04", "nightly")


def test_name_leads_where_it_was_approved_to(private_name: ResourceDrift) -> None:
    """Each private zone, record and link of the baseline still exists, and leads where it did."""
    assert private_name.is_as_approved
