"""DEP-26: ways in which a new revision is not stable."""
# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from falsification.azure.changes import Violation, all_of, drops, edits, sets
from falsification.azure.violations.dep_08 import NEW
from falsification.azure.world import Change, World

RESTARTED = "test_nothing_has_restarted"
CRITICAL = "test_no_critical_alert_was_fired"
REPLICAS = tuple(f"replicas/ca-apex-{{environment}}--r0012-5d7f9c6b4-{end}" for end in ("2xkq8", "9mzt4"))
ALERT = "alerts/6f1d9a40-58b2-4c7e-a3d0-92b8c4e7f151"
ESSENTIALS = "properties.essentials"
CREATED = "properties.createdTime"


def _of(name: str, wrong: str, check: str, change: Change, *others: str) -> Violation:
    return Violation(name, wrong, change, ("DEP-26", *others), check)


def _ago(hours: float) -> str:
    return (datetime.now(UTC) - timedelta(hours=hours)).isoformat()


def _alert(hours: float, severity: str, target: str | None = "", revision_days: float | None = None) -> Change:
    """Return the change that fires an alert some hours ago; and makes the newest revision some days old."""

    def change(world: World) -> None:
        azure = world.azure
        azure.change(ALERT, f"{ESSENTIALS}.startDateTime", _ago(hours))
        azure.change(ALERT, f"{ESSENTIALS}.severity", severity)
        if target != "":
            azure.change(ALERT, f"{ESSENTIALS}.targetResource", target if target is None else azure.fill(target))
        if revision_days is not None:
            azure.change(NEW, CREATED, _ago(24 * revision_days))

    return change


VIOLATIONS = (
    _of("replica-restarted", "A container has restarted once.", RESTARTED, sets(REPLICAS[0], "properties.containers[0].restartCount", 1)),
    _of("replica-restarted-often", "A container restarts again and again.", RESTARTED, sets(REPLICAS[1], "properties.containers[0].restartCount", 47)),
    _of("sidecar-restarted", "A second container of a replica has restarted.", RESTARTED,
        edits(REPLICAS[0], lambda one: one["properties"]["containers"].append({"name": "s", "restartCount": 3}))),
    _of("replicas-missing", "No replica runs.", RESTARTED, all_of(*(drops(one) for one in REPLICAS))),
    _of("replica-without-containers", "A replica has no containers.", RESTARTED, sets(REPLICAS[0], "properties.containers", [])),
    _of("alert-critical", "A critical alert was fired an hour ago.", CRITICAL, _alert(1, "Sev0")),
    _of("alert-error", "An alert of severity 1 was fired yesterday.", CRITICAL, _alert(23, "Sev1")),
    _of("alert-critical-in-other-casing", "A critical alert was fired, in other casing.", CRITICAL, _alert(2, "SEV0")),
    _of("alert-on-the-database", "A critical alert on the database was fired.", CRITICAL,
        _alert(2, "Sev0", "{resource_group_id}/providers/microsoft.sql/servers/sql-apex-{environment}/databases/db-apex-{environment}")),
    _of("alert-without-target", "A critical alert names no resource.", CRITICAL, _alert(2, "Sev0", None)),
    _of("alert-in-the-window", "A critical alert was fired in the stability window, days ago.", CRITICAL, _alert(90, "Sev0", revision_days=4), "DEP-20"),
)  # fmt: skip
