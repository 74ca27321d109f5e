"""Cognitive Services accounts: Azure OpenAI, Document Intelligence and their kin."""

from __future__ import annotations

from dataclasses import dataclass

from assurance.estate.services.platform_service import WithNetworkRules
from assurance.verdicts import Fact


@dataclass(frozen=True, slots=True)
class CognitiveAccount(WithNetworkRules):
    """A Cognitive Services account (Microsoft.CognitiveServices/accounts)."""

    LISTING = ("cognitive_services", "accounts", "list_by_resource_group")
    UPDATE = "az cognitiveservices account update"
    # "Grant access to trusted Azure services for Azure OpenAI", Microsoft Learn: none passes unless it is switched on.
    BYPASS_WHEN_ABSENT = "None"

    @classmethod
    def closing(cls, service_id: str) -> str:
        """Return the command that disables public network access; the Azure CLI has none of its own."""
        return f"az resource update --ids {service_id} --set properties.publicNetworkAccess=Disabled"

    @property
    def refuses_local_authentication(self) -> Fact:
        """Whether only Microsoft Entra identities are accepted, and no account keys."""
        remedy = f"az resource update --ids {self.id} --set properties.disableLocalAuth=true"
        return self.flag_is("properties.disableLocalAuth", True, remedy)
