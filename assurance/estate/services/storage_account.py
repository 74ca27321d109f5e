"""Storage accounts."""

from __future__ import annotations

from dataclasses import dataclass

from assurance.estate.resources.resource import Judgement, listed, resource_group_of, same_id, wrong_among
from assurance.estate.services.platform_service import WithLeastTls, WithNetworkRules
from assurance.verdicts import Fact
from assurance.world.azure.document import Document


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
    def admits_no_resource(self) -> Fact:
        """Whether no resource is let in by its id, but those that are permitted."""
        permitted = self.declared.permitted_resources

        def told(rule: Document) -> str | None:
            found = rule.text("resourceId")
            return None if any(same_id(found, one) for one in permitted) else found or "a resource not named"

        def none(document: Document) -> Judgement:
            found = wrong_among(document.items("properties", "networkAcls", "resourceAccessRules"), told)
            return not found, f"lets in {listed(found)}"

        remedy = (
            f"az storage account network-rule remove --resource-group {resource_group_of(self.id)} --account-name "
            f"{self.name} --resource-id ID --tenant-id ID; or add it to permitted_resources of the service"
        )
        return self.judge("no resource is let in by its id", none, remedy)

    @property
    def refuses_local_authentication(self) -> Fact:
        """Whether only Microsoft Entra identities are accepted, and no account keys."""
        return self.flag_is("properties.allowSharedKeyAccess", False, self.update("--allow-shared-key-access false"))
