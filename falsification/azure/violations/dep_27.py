"""DEP-27: ways in which old revisions are left too long, or taken away too soon."""
# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from falsification.azure.changes import Violation, all_of, copies, sets
from falsification.azure.violations.dep_08 import NEW
from falsification.azure.violations.dep_24 import OLD
from falsification.azure.world import Change, World

KEPT = "test_old_revisions_are_kept_then_deactivated"


def _of(name: str, wrong: str, change: Change, *others: str) -> Violation:
    return Violation(name, wrong, change, ("DEP-27", *others), KEPT)


def _made(hours: float) -> Change:
    def change(world: World) -> None:
        world.azure.change(NEW, "properties.createdTime", (datetime.now(UTC) - timedelta(hours=hours)).isoformat())

    return change


VIOLATIONS = (
    _of("old-revision-still-active", "The old revision is still active, long after the window.", sets(OLD, "properties.active", True)),
    _of("older-revision-still-active", "A revision before the old one is still active.",
        all_of(copies(OLD, "r0011", "r0003"), sets("revisions/ca-apex-{environment}--r0003", "properties.active", True))),
    _of("younger-revision-active", "A revision that is younger, and not the application's newest, is active.",
        copies(NEW, "r0012", "r0013")),
    _of("no-revision-active", "No revision is active.", sets(NEW, "properties.active", False), "DEP-08", "DEP-13", "DEP-15"),
    _of("old-revision-gone-too-soon", "The old revision was deactivated an hour after the deployment.", _made(1), "DEP-20"),
    _of("old-revision-gone-on-the-last-hour", "The old revision was deactivated within the window's last hour.", _made(23.5), "DEP-20"),
)  # fmt: skip
