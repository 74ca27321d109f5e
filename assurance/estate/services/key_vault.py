"""Key vaults."""

from __future__ import annotations

from dataclasses import dataclass

from assurance.estate.services.platform_service import WithNetworkRules
from assurance.verdicts import Fact


@dataclass(frozen=True, slots=True)
class KeyVault(WithNetworkRules):
    """A key vault (Microsoft.KeyVault/vaults)."""

    LISTING = ("key_vault", "vaults", "list_by_resource_group")
    UPDATE = "az keyvault update"

    def has_sku(self, name: str) -> Fact:
        """Whether its SKU is that one, which a vault tells among its properties."""
        return self._sku_is("properties.sku.name", name)

    @property
    def refuses_local_authentication(self) -> Fact:
        """Whether access is granted by roles only, and not by the vault's own policies."""
        return self.flag_is("properties.enableRbacAuthorization", True, self.update("--enable-rbac-authorization true"))
