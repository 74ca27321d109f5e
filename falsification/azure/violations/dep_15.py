"""DEP-15: ways in which traffic goes elsewhere than planned, or to what is not well."""
# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

from falsification.azure.changes import Violation, drops, sets
from falsification.azure.violations.dep_08 import APP, NEW, TRAFFIC
from falsification.azure.world import Change

MODE = "test_several_revisions_can_be_active"
PLANNED = "test_traffic_is_shared_as_planned"
HEALTHY = "test_serving_revisions_are_healthy"
REVISIONS_MODE = "properties.configuration.activeRevisionsMode"
_NEW, _OLD = "ca-apex-{environment}--r0012", "ca-apex-{environment}--r0011"


def _of(name: str, wrong: str, check: str, change: Change, *others: str) -> Violation:
    return Violation(name, wrong, change, ("DEP-15", *others), check)


def _shares(**weights: int) -> Change:
    names = {"new": _NEW, "old": _OLD}
    return sets(APP, TRAFFIC, [{"revisionName": names[key], "weight": weight} for key, weight in weights.items()])


VIOLATIONS = (
    _of("mode-single", "Only one revision can be active.", MODE, sets(APP, REVISIONS_MODE, "Single")),
    _of("mode-absent", "The answer does not tell the mode.", MODE, drops(APP, REVISIONS_MODE)),
    _of("mode-labels", "Revisions are kept by labels.", MODE, sets(APP, REVISIONS_MODE, "Labels")),
    _of("traffic-still-on-the-old-one", "All traffic goes to the old revision.", PLANNED, _shares(new=0, old=100), "DEP-08"),
    _of("traffic-still-a-canary", "The new revision has 10 %.", PLANNED, _shares(new=10, old=90), "DEP-08"),
    _of("traffic-not-whole", "The shares add up to 90 %.", PLANNED, _shares(new=90)),
    _of("traffic-above-whole", "The shares add up to 110 %.", PLANNED, _shares(new=100, old=10)),
    _of("traffic-mostly-new", "A rest of the traffic is left on the old revision.", PLANNED, _shares(new=99, old=1)),
    _of("ingress-without-traffic", "The ingress names no shares.", PLANNED, sets(APP, TRAFFIC, None), "DEP-08"),
    _of("serving-health-absent", "The answer does not tell how the serving revision is.", HEALTHY, drops(NEW, "properties.healthState"), "DEP-08"),
    _of("serving-health-none", "The serving revision's health is None.", HEALTHY, sets(NEW, "properties.healthState", "None"), "DEP-08"),
    _of("serving-stopped", "The serving revision is stopped.", HEALTHY, sets(NEW, "properties.runningState", "Stopped"), "DEP-08", "DEP-13"),
)  # fmt: skip
