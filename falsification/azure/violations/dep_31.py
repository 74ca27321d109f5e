"""DEP-31: ways in which the application does not scale as declared."""
# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

from falsification.azure.changes import Violation, appends, drops, sets
from falsification.azure.violations.dep_08 import APP
from falsification.azure.world import Change

BOUNDED = "test_replicas_are_bounded"
FOLLOWS = "test_replicas_follow_requests"
SCALE = "properties.template.scale"
RULE = f"{SCALE}.rules[0]"


def _of(name: str, wrong: str, check: str, change: Change) -> Violation:
    return Violation(name, wrong, change, ("DEP-31",), check)


VIOLATIONS = (
    _of("replicas-may-be-none", "The application may scale to nothing.", BOUNDED, sets(APP, f"{SCALE}.minReplicas", 0)),
    _of("replicas-may-be-one", "One replica may serve alone.", BOUNDED, sets(APP, f"{SCALE}.minReplicas", 1)),
    _of("least-replicas-null", "The least number of replicas is null, which means none.", BOUNDED, sets(APP, f"{SCALE}.minReplicas", None)),
    _of("most-replicas-three", "There may be three replicas at most.", BOUNDED, sets(APP, f"{SCALE}.maxReplicas", 3)),
    _of("most-replicas-absent", "The answer does not tell the highest number.", BOUNDED, drops(APP, f"{SCALE}.maxReplicas")),
    _of("most-replicas-hundred", "There may be a hundred replicas.", BOUNDED, sets(APP, f"{SCALE}.maxReplicas", 100)),
    _of("scale-missing", "The template has no scaling at all.", BOUNDED, sets(APP, SCALE, None)),
    _of("scale-rule-missing", "No rule adds replicas.", FOLLOWS, sets(APP, f"{SCALE}.rules", [])),
    _of("scale-rule-at-hundred", "Replicas are added at 100 concurrent requests.", FOLLOWS, sets(APP, f"{RULE}.http.metadata.concurrentRequests", "100")),
    _of("scale-rule-on-tcp", "The rule counts connections.", FOLLOWS, sets(APP, RULE, {"name": "tcp", "tcp": {"metadata": {"concurrentConnections": "50"}}})),
    _of("scale-rule-without-number", "The rule names no number.", FOLLOWS, sets(APP, f"{RULE}.http.metadata", {})),
    _of("scale-rules-differ", "A second rule adds replicas at another number.", FOLLOWS,
        appends(APP, f"{SCALE}.rules", {"name": "second", "http": {"metadata": {"concurrentRequests": "500"}}})),
)  # fmt: skip
