"""DEP-24: ways in which there is no revision to go back to once the new one serves."""
# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

from falsification.azure.changes import Violation, drops, sets
from falsification.azure.world import Change

PREVIOUS = "test_previous_revision_can_be_activated"
OLD = "revisions/ca-apex-{environment}--r0011"


def _of(name: str, wrong: str, check: str, change: Change, *others: str) -> Violation:
    return Violation(name, wrong, change, ("DEP-24", *others), check)


VIOLATIONS = (
    _of("previous-missing", "There is no older revision.", PREVIOUS, drops(OLD)),
    _of("previous-failed", "The older revision was never provisioned.", PREVIOUS, sets(OLD, "properties.provisioningState", "Failed")),
    _of("previous-still-provisioning", "The older revision is still being provisioned.", PREVIOUS, sets(OLD, "properties.provisioningState", "Provisioning")),
    _of("previous-with-error", "The older revision has an error.", PREVIOUS, sets(OLD, "properties.provisioningError", "ImagePullFailure")),
    _of("previous-unhealthy", "The older revision is unhealthy.", PREVIOUS, sets(OLD, "properties.healthState", "Unhealthy")),
    _of("previous-without-state", "The answer does not tell the older revision's state.", PREVIOUS, drops(OLD, "properties.provisioningState")),
    _of("previous-is-younger", "The other revision is younger than the newest.", PREVIOUS, sets(OLD, "properties.createdTime", "2026-02-05T10:00:00+00:00")),
    _of("previous-without-date", "The answer does not tell when the older revision was made.", PREVIOUS, drops(OLD, "properties.createdTime")),
)  # fmt: skip
