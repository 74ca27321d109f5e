"""DEP-05: ways in which there is no way back from a migration, or staging was not migrated."""
# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

from falsification.azure.changes import Violation, drops, rewrites, says, sets
from falsification.azure.world import Change, World
from sandbox.azure.activity_log import event

RESTORE = "test_database_can_be_restored"
RECENT = "test_backup_is_recent"
STAGING = "test_staging_is_migrated"
DATABASE = "Microsoft.Sql/servers/sql-apex-{environment}/databases/db-apex-{environment}"
COPY = f"{DATABASE}-backup-{{today}}"
OLD = "2026-01-05T02:00:00Z"
EXPORTS = "Microsoft.Sql/servers/databases/export/action"


def _of(name: str, wrong: str, check: str, change: Change, *others: str) -> Violation:
    return Violation(name, wrong, change, ("DEP-05", *others), check)


def _exported(
    operation: str = EXPORTS, moment: str = "{ago_3_hours}", status: str = "Succeeded", server: str = ""
) -> Change:
    """Return the change that leaves no copy, and an event of that kind."""

    def change(world: World) -> None:
        azure = world.azure
        azure.remove(COPY)
        database = azure.find(DATABASE)["id"]
        about = database.replace("/servers/sql-", f"/servers/{server}sql-")
        told = event(about, "pipeline@apex.example", operation, azure.fill(moment))
        azure.activity.append({**told, "status": {"value": status, "localizedValue": status}})

    return change


VIOLATIONS = (
    _of("database-missing", "The database does not exist.", RESTORE, drops(DATABASE), "DEP-32", "DEP-33"),
    _of("database-offline", "The database is not online.", RESTORE, sets(DATABASE, "properties.status", "Offline")),
    _of("database-status-absent", "The answer does not tell the database's status.", RESTORE, drops(DATABASE, "properties.status")),
    _of("database-not-restorable", "No point in time to restore to is told.", RESTORE, drops(DATABASE, "properties.earliestRestoreDate")),
    _of("backup-missing", "There is no copy, and no export.", RECENT, drops(COPY)),
    _of("backup-old", "The only copy is of an earlier month.", RECENT, sets(COPY, "properties.creationDate", OLD)),
    _of("backup-from-the-future", "The copy's date lies ahead.", RECENT, sets(COPY, "properties.creationDate", "2099-01-01T00:00:00Z")),
    _of("backup-not-online", "The copy is still being made.", RECENT, sets(COPY, "properties.status", "Creating")),
    _of("backup-of-another-name", "The only fresh database is none that a migration's copy is called.", RECENT,
        rewrites(COPY, "db-apex-{environment}-backup-", "db-apex-{environment}-test-")),
    _of("export-failed", "There is no copy, and the export failed.", RECENT, _exported(status="Failed")),
    _of("export-only-accepted", "There is no copy, and the export was only accepted.", RECENT, _exported(status="Accepted")),
    _of("export-of-another-server", "The export is of a namesake on another server.", RECENT, _exported(server="old-")),
    _of("no-export-but-a-write", "The activity log has a write, but no export.", RECENT, _exported("Microsoft.Sql/servers/databases/write")),
    _of("staging-not-migrated", "Staging is at an older revision of the schema.", STAGING, says("staging-schema.txt", "7d2e91b4c0a5 (head)", "51c0b7a9e3d2")),
    _of("staging-not-at-the-head", "Staging is at the release's revision, and the scripts know a newer one.", STAGING, says("staging-schema.txt", " (head)", "")),
    _of("staging-at-another-head", "Staging is at the head of other scripts.", STAGING, says("staging-schema.txt", "7d2e91b4c0a5", "0a1b2c3d4e5f")),
    _of("staging-at-two-heads", "Staging is at two heads.", STAGING, says("staging-schema.txt", "(head)", "(head)\n0a1b2c3d4e5f (head)")),
)  # fmt: skip
