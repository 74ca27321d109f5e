"""DEP-32: ways in which what was deleted or spoilt cannot be recovered."""
# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

from falsification.azure.changes import Violation, drops, sets
from falsification.azure.world import Change

REACHES = "test_database_backups_reach_back"
LONG = "test_long_term_backups_are_kept"
RECOVERED = "test_deleted_data_can_be_recovered"
_DATABASE = "databases/db-apex-{environment}"
SHORT_TERM = f"{_DATABASE}/backupShortTermRetentionPolicies/default"
LONG_TERM = f"{_DATABASE}/backupLongTermRetentionPolicies/default"
BLOBS = "storageAccounts/stapex{environment}{suffix}/blobServices/default"
BLOB_POLICY, CONTAINER_POLICY = "properties.deleteRetentionPolicy", "properties.containerDeleteRetentionPolicy"


def _of(name: str, wrong: str, check: str, change: Change) -> Violation:
    return Violation(name, wrong, change, ("DEP-32",), check)


VIOLATIONS = (
    _of("retention-of-a-day", "The database can be restored for one day.", REACHES, sets(SHORT_TERM, "properties.retentionDays", 1)),
    _of("retention-of-six-days", "The database can be restored for six days.", REACHES, sets(SHORT_TERM, "properties.retentionDays", 6)),
    _of("retention-null", "The number of days is null.", REACHES, sets(SHORT_TERM, "properties.retentionDays", None)),
    _of("retention-beyond-azure", "The number of days is none that Azure keeps.", REACHES, sets(SHORT_TERM, "properties.retentionDays", 36)),
    _of("retention-policy-missing", "There is no policy.", REACHES, drops(SHORT_TERM)),
    _of("long-term-off", "No weekly backups are kept.", LONG, sets(LONG_TERM, "properties.weeklyRetention", "PT0S")),
    _of("long-term-shorter", "Weekly backups are kept for a week.", LONG, sets(LONG_TERM, "properties.weeklyRetention", "P1W")),
    _of("long-term-monthly-absent", "Monthly backups are not told of.", LONG, drops(LONG_TERM, "properties.monthlyRetention")),
    _of("long-term-policy-missing", "There is no policy for long-term retention.", LONG, drops(LONG_TERM)),
    _of("blobs-not-kept", "Deleted blobs are gone.", RECOVERED, sets(BLOBS, BLOB_POLICY, {"enabled": False})),
    _of("blobs-kept-for-a-week", "Deleted blobs are kept for seven days.", RECOVERED, sets(BLOBS, f"{BLOB_POLICY}.days", 7)),
    _of("blobs-kept-for-thirteen-days", "Deleted blobs are kept for thirteen days.", RECOVERED, sets(BLOBS, f"{BLOB_POLICY}.days", 13)),
    _of("blobs-days-absent", "The answer does not tell for how long.", RECOVERED, drops(BLOBS, f"{BLOB_POLICY}.days")),
    _of("blobs-enabled-absent", "The answer does not tell whether deleted blobs are kept.", RECOVERED, drops(BLOBS, f"{BLOB_POLICY}.enabled")),
    _of("blob-policy-missing", "There is no policy for blobs.", RECOVERED, drops(BLOBS, BLOB_POLICY)),
    _of("containers-not-kept", "Deleted containers are gone.", RECOVERED, sets(BLOBS, f"{CONTAINER_POLICY}.enabled", False)),
    _of("containers-kept-for-a-day", "Deleted containers are kept for a day.", RECOVERED, sets(BLOBS, f"{CONTAINER_POLICY}.days", 1)),
    _of("container-policy-missing", "There is no policy for containers.", RECOVERED, drops(BLOBS, CONTAINER_POLICY)),
)  # fmt: skip
