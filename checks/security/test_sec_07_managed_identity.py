"""SEC-07: the application authenticates with its user-assigned identity, and holds no secret in plain text."""

from assurance.estate.deployment.container_apps import ContainerApp
from assurance.estate.deployment.container_environment import ContainerEnvironment, FurtherWorkload
from assurance.estate.deployment.plain_secrets import Workloads
from assurance.estate.identity.identity import FederatedCredentials, ManagedIdentity
from assurance.estate.services.platform_service import PlatformService
from assurance.estate.services.registry import VaultSecrets
from assurance.judging.checking import control

pytestmark = control("SEC-07")


def test_identity_exists(managed_identity: ManagedIdentity) -> None:
    """The declared user-assigned identity exists."""
    assert managed_identity.exists


def test_identity_is_on_the_application(container_app: ContainerApp, identity_id: str) -> None:
    """The declared user-assigned identity is assigned to the application."""
    assert container_app.has_identity(identity_id)


def test_nobody_else_signs_in_as_the_identity(
    federated_credentials: FederatedCredentials, declared_credentials: tuple[str, ...]
) -> None:
    """Nobody outside Azure can sign in as the identity, but by the credentials that are declared."""
    assert federated_credentials.are_at_most(declared_credentials)


def test_images_are_pulled_with_the_identity(container_app: ContainerApp, identity_id: str) -> None:
    """The application signs in to its registry with the identity, not with a password."""
    assert container_app.pulls_images_with(identity_id)


def test_no_secret_stands_in_plain_text(container_app: ContainerApp) -> None:
    """Nothing of the application holds a secret in plain text: variables, arguments, probes, scale rules, tags."""
    assert container_app.holds_no_plaintext_secret


def test_no_secret_stands_in_plain_text_in_a_revision(serving_revisions: Workloads) -> None:
    """No revision of the application that still serves or runs holds a secret in plain text."""
    assert serving_revisions.hold_no_plaintext_secret


def test_no_secret_stands_in_plain_text_beside_the_application(other_applications: Workloads) -> None:
    """No other application of the environment holds a secret in plain text."""
    assert other_applications.hold_no_plaintext_secret


def test_no_secret_stands_in_plain_text_in_a_job(jobs: Workloads) -> None:
    """No job of the environment holds a secret in plain text."""
    assert jobs.hold_no_plaintext_secret


def test_no_secret_stands_in_plain_text_in_the_environment(container_environment: ContainerEnvironment) -> None:
    """The Container Apps environment itself holds no secret in plain text, such as a header of its telemetry."""
    assert container_environment.holds_no_plaintext_secret


def test_secrets_come_from_the_vault(container_app: ContainerApp, vault_host: str, identity_id: str) -> None:
    """Each secret of the application is a reference to the Key Vault, resolved by the identity."""
    assert container_app.takes_secrets_from(vault_host, identity_id)


def test_further_workloads_use_the_identity(workload: FurtherWorkload, identity_id: str) -> None:
    """Each further application, and each job, has the identity, and signs in to its registry with it."""
    assert workload.has_identity(identity_id)
    assert workload.pulls_images_with(identity_id)


def test_secrets_of_further_workloads_come_from_the_vault(
    workload: FurtherWorkload, vault_host: str, identity_id: str
) -> None:
    """Each secret of a further application or a job is a reference to the Key Vault, resolved by the identity."""
    assert workload.takes_secrets_from(vault_host, identity_id)


def test_referenced_secrets_are_in_the_vault(container_app: ContainerApp, vault_secrets: VaultSecrets) -> None:
    """Each secret that the application refers to is in the Key Vault, and enabled."""
    assert vault_secrets.hold_enabled(container_app.vault_secret_names(), container_app.readings)


def test_local_authentication_is_off(keyless_service: PlatformService) -> None:
    """Each service accepts Microsoft Entra identities only: no SQL logins, keys or access policies."""
    assert keyless_service.refuses_local_authentication
