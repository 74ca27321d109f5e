"""DEP-08: ways in which nothing is known that a rollback would return to."""
# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

from falsification.azure.changes import Violation, sets
from falsification.azure.world import Change

SERVING = "test_serving_revision_is_known"
NEW = "revisions/ca-apex-{environment}--r0012"
APP = "containerApps/ca-apex-{environment}"
TRAFFIC = "properties.configuration.ingress.traffic"


def _of(name: str, wrong: str, check: str, change: Change, *others: str) -> Violation:
    return Violation(name, wrong, change, ("DEP-08", *others), check)


VIOLATIONS = (
    _of("nothing-serves", "No revision has traffic.", SERVING, sets(APP, TRAFFIC, []), "DEP-15"),
    _of("two-serve-alike", "Two revisions share the traffic by halves.", SERVING,
        sets(APP, TRAFFIC, [{"revisionName": "ca-apex-{environment}--r0012", "weight": 50}, {"revisionName": "ca-apex-{environment}--r0011", "weight": 50}]), "DEP-15"),
    _of("serving-one-unknown", "Traffic goes to a revision that is not listed.", SERVING,
        sets(APP, TRAFFIC, [{"revisionName": "ca-apex-{environment}--r0009", "weight": 100}]), "DEP-15"),
    _of("serving-one-unhealthy", "The revision that serves is unhealthy.", SERVING, sets(NEW, "properties.healthState", "Unhealthy"), "DEP-15"),
    _of("both-have-all-traffic", "Two revisions have all the traffic each.", SERVING,
        sets(APP, TRAFFIC, [{"revisionName": "ca-apex-{environment}--r0012", "weight": 100}, {"revisionName": "ca-apex-{environment}--r0011", "weight": 100}]), "DEP-15"),
    _of("serving-one-provisioning", "The revision that serves is still being provisioned.", SERVING, sets(NEW, "properties.provisioningState", "Provisioning"), "DEP-13", "DEP-15"),
)  # fmt: skip
