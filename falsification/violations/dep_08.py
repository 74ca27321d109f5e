"""DEP-08: ways in which there is nothing to go back to."""
# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

from falsification.changes import Violation, drops, sets
from falsification.world import Change

SERVING = "test_serving_revision_is_known"
PREVIOUS = "test_previous_revision_can_be_activated"
NEW = "revisions/ca-apex-{environment}--r0012"
OLD = "revisions/ca-apex-{environment}--r0011"
APP = "containerApps/ca-apex-{environment}"
TRAFFIC = "properties.configuration.ingress.traffic"


def _of(name: str, wrong: str, check: str, change: Change, *others: str) -> Violation:
    return Violation(name, wrong, change, ("DEP-08", *others), check)


VIOLATIONS = (
    _of("previous-missing", "There is no older revision.", PREVIOUS, drops(OLD)),
    _of("previous-failed", "The older revision was never provisioned.", PREVIOUS, sets(OLD, "properties.provisioningState", "Failed")),
    _of("previous-still-provisioning", "The older revision is still being provisioned.", PREVIOUS, sets(OLD, "properties.provisioningState", "Provisioning")),
    _of("previous-with-error", "The older revision has an error.", PREVIOUS, sets(OLD, "properties.provisioningError", "ImagePullFailure")),
    _of("previous-unhealthy", "The older revision is unhealthy.", PREVIOUS, sets(OLD, "properties.healthState", "Unhealthy")),
    _of("previous-without-state", "The answer does not tell the older revision's state.", PREVIOUS, drops(OLD, "properties.provisioningState")),
    _of("previous-is-younger", "The other revision is younger than the newest.", PREVIOUS, sets(OLD, "properties.createdTime", "2026-02-05T10:00:00+00:00")),
    _of("previous-without-date", "The answer does not tell when the older revision was made.", PREVIOUS, drops(OLD, "properties.createdTime")),
    _of("nothing-serves", "No revision has traffic.", SERVING, sets(APP, TRAFFIC, []), "DEP-15"),
    _of("two-serve-alike", "Two revisions share the traffic by halves.", SERVING,
        sets(APP, TRAFFIC, [{"revisionName": "ca-apex-{environment}--r0012", "weight": 50}, {"revisionName": "ca-apex-{environment}--r0011", "weight": 50}]), "DEP-15"),
    _of("serving-one-unknown", "Traffic goes to a revision that is not listed.", SERVING,
        sets(APP, TRAFFIC, [{"revisionName": "ca-apex-{environment}--r0009", "weight": 100}]), "DEP-15"),
    _of("serving-one-unhealthy", "The revision that serves is unhealthy.", SERVING, sets(NEW, "properties.healthState", "Unhealthy"), "DEP-15"),
)  # fmt: skip
