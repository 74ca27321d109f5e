"""DEP-34: storage and the application refuse plain HTTP."""

from assurance.estate.deployment.container_apps import ContainerApp
from assurance.estate.services.data_services import StorageAccount
from assurance.judging.checking import control

pytestmark = control("DEP-34")


def test_storage_requires_https(storage_account: StorageAccount) -> None:
    """The storage account refuses plain HTTP."""
    assert storage_account.requires_https


def test_application_requires_https(container_app: ContainerApp) -> None:
    """The application redirects plain HTTP instead of serving it."""
    assert container_app.refuses_plain_http
