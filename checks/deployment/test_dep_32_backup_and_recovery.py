"""DEP-32: deleted blobs and containers can be recovered for 14 days, and the database for 7 to 35."""

from assurance.environment.deployment import DeclaredLongTermRetention
from assurance.estate.services.backup import BlobService, Database, Recoverable
from assurance.judging.checking import control

pytestmark = control("DEP-32")


def test_database_backups_reach_back(database: Database) -> None:
    """The database can be restored to any point of the last 7 to 35 days."""
    assert database.keeps_backups_long_enough


def test_long_term_backups_are_kept(database: Database, long_term_retention: DeclaredLongTermRetention) -> None:
    """Where long-term retention is declared, backups are kept for so long."""
    assert database.keeps_backups_for(long_term_retention)


def test_deleted_data_can_be_recovered(blob_service: BlobService, recoverable: Recoverable) -> None:
    """Deleted blobs and deleted containers are kept for at least 14 days."""
    assert blob_service.recovers(recoverable)
