"""DEP-20: ways in which the record of a deployment is not what was deployed."""
# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

from falsification.azure.changes import Violation, says
from falsification.azure.world import Change

CURRENT = "test_inventory_is_current"
TAGGED = "test_release_is_tagged"
FILE, TAGS = "inventory.json", "git-tags.txt"
_COMMIT = "3f9a1c7e52d84b60a9e7f1b2c3d4e5f60718293a"


def _of(name: str, wrong: str, check: str, change: Change) -> Violation:
    return Violation(name, wrong, change, ("DEP-20",), check)


VIOLATIONS = (
    _of("inventory-of-the-last-revision", "The inventory has the last revision.", CURRENT, says(FILE, "r0012", "r0011")),
    _of("inventory-of-the-last-image", "The inventory has the last image.", CURRENT, says(FILE, "1.4.2", "1.4.1")),
    _of("inventory-of-another-digest", "The inventory has another digest.", CURRENT, says(FILE, "sha256:7c1f", "sha256:8c1f")),
    _of("inventory-of-an-older-schema", "The inventory has an older schema.", CURRENT, says(FILE, "7d2e91b4c0a5", "51c0b7a9e3d2")),
    _of("inventory-without-schema", "The inventory has no schema.", CURRENT, says(FILE, "schema_revision", "schema")),
    _of("inventory-older-than-the-revision", "The inventory was written before the revision was made.", CURRENT, says(FILE, "2026-02-03T09:44:00Z", "2026-02-02T09:44:00Z")),
    _of("inventory-of-the-future", "The inventory's date lies ahead.", CURRENT, says(FILE, "2026-02-03T09:44:00Z", "2099-02-03T09:44:00Z")),
    _of("inventory-without-a-time", "The inventory's date is no time.", CURRENT, says(FILE, "2026-02-03T09:44:00Z", "yesterday")),
    _of("tag-missing-in-git", "The release is not tagged.", TAGGED, says(TAGS, "v1.4.2", "v1.4.2-rc1")),
    _of("tag-on-another-commit", "The tag is on another commit.", TAGGED, says(TAGS, _COMMIT, "0" * 40)),
    _of("tag-lightweight", "The tag is not an annotated one.", TAGGED, says(TAGS, "v1.4.2^{}", "v1.4.2-old^{}")),
)  # fmt: skip
