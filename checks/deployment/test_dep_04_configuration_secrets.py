"""DEP-04: the Key Vault holds each required secret, enabled and not expired."""

from datetime import datetime

from assurance.estate.services.platform_service import PlatformService
from assurance.estate.services.registry import VaultSecrets
from assurance.judging.checking import control

pytestmark = control("DEP-04", "pre_deployment", "nightly")


def test_vault_exists(key_vault: PlatformService) -> None:
    """The declared Key Vault exists."""
    assert key_vault.exists


def test_secret_is_usable(vault_secrets: VaultSecrets, usable_secret: str, begun: datetime) -> None:
    """Each secret that the guide asks for is in the vault, enabled and not expired; only names are read."""
    assert vault_secrets.hold(usable_secret, begun)
