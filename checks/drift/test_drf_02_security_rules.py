"""DRF-02: each network security group decides every packet as it did when its baseline was approved."""

from assurance.drift.survey import ResourceDrift
from assurance.judging.checking import control

pytestmark = control("DRF-02", "nightly")


def test_traffic_is_decided_as_approved(group_of_rules: ResourceDrift) -> None:
    """Each network security group lets through and stops exactly what it did, whatever its rules are called."""
    assert group_of_rules.is_as_approved
