"""Storage accounts."""

from __future__ import annotations

from dataclasses import dataclass

from assurance.estate.services.platform_service import WithLeastTls, WithNetworkRules
from assurance.verdicts import Fact


@dataclass(frozen=True, slots=True)
class StorageAccount(WithNetworkRules, WithLeastTls):
    """A storage account (Microsoft.Storage/storageAccounts)."""

    LISTING = ("storage", "storage_accounts", "list_by_resource_group")
    UPDATE = "az storage account update"
    TLS = "properties.minimumTlsVersion"
    TLS_OPTION = "--min-tls-version TLS1_2"

    @property
    def requires_https(self) -> Fact:
        """Whether it refuses plain HTTP."""
        return self.flag_is("properties.supportsHttpsTrafficOnly", True, self.update("--https-only true"))

    @property
    def forbids_public_blobs(self) -> Fact:
        """Whether it explicitly forbids anonymous access to blobs."""
        return self.flag_is("properties.allowBlobPublicAccess", False, self.update("--allow-blob-public-access false"))

    @property
    def refuses_local_authentication(self) -> Fact:
        """Whether only Microsoft Entra identities are accepted, and no account keys."""
        return self.flag_is("properties.allowSharedKeyAccess", False, self.update("--allow-shared-key-access false"))
