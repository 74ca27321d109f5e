"""DEP-33: each service has the SKU that is declared."""

from assurance.estate.services.backup import Database
from assurance.estate.services.platform_service import PlatformService
from assurance.judging.checking import control

pytestmark = control("DEP-33")


def test_database_has_its_objective(database: Database, database_objective: str) -> None:
    """The database has the declared service objective: S2 in production."""
    assert database.has_objective(database_objective)


def test_service_has_its_sku(service_of_size: PlatformService, declared_sku: str) -> None:
    """Each service has the declared SKU."""
    assert service_of_size.has_sku(declared_sku)
