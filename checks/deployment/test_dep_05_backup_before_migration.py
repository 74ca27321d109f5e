"""DEP-05: the database can be restored to before the migration, and staging has been migrated."""

from assurance.environment.deployment import DeclaredRelease
from assurance.estate.deployment.inventory import SchemaState
from assurance.estate.services.backup import Database, DatabaseBackups
from assurance.judging.checking import control

pytestmark = control("DEP-05", "pre_deployment")


def test_database_can_be_restored(database: Database) -> None:
    """The database is online, and can be restored to a point in time."""
    assert database.can_be_restored


def test_backup_is_recent(database_backups: DatabaseBackups, copy_prefix: str) -> None:
    """The database was copied, or exported, within the last 24 hours."""
    assert database_backups.one_is_recent(copy_prefix)


def test_staging_is_migrated(staging_schema: SchemaState, release: DeclaredRelease) -> None:
    """The database in staging is at the release's revision of the schema, which is the newest."""
    assert staging_schema.is_at(release.schema_revision)
