"""SEC-11: whatever exists in the environment is judged or named in its file, and lets no public network in."""

from assurance.estate.inventory.contents import GroupContents, InfrastructureContents, OtherDoors
from assurance.judging.checking import control

pytestmark = control("SEC-11")


def test_everything_is_accounted_for(group_contents: GroupContents) -> None:
    """Each resource of the environment's groups is judged by a check, or named in the environment file."""
    assert group_contents.is_accounted_for


def test_infrastructure_group_holds_nothing_else(infrastructure_contents: InfrastructureContents) -> None:
    """The group of the Container Apps environment's own parts holds nothing but what Azure makes."""
    assert infrastructure_contents.is_azures_own


def test_other_public_doors_are_shut(other_doors: OtherDoors) -> None:
    """Nothing that no other check judges is open to public networks, whatever its kind."""
    assert other_doors.are_shut
