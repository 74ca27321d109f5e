"""The rights that the suite needs, and the controls that cannot be judged without each."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from assurance.world.azure.document import Document

ROLE_ASSIGNING = "Microsoft.Authorization/roleAssignments/write"


@dataclass(frozen=True, slots=True)
class Need:
    """A right that checks rest on.

    Attributes:
        action: The action of Azure's role-based access control.
        controls: The controls that read with it.
        role: The built-in role that gives it with the least beside.
        is_data: Whether it is a data action.
    """

    action: str
    controls: tuple[str, ...]
    role: str = "Reader"
    is_data: bool = False


def _reader(action: str, *controls: str) -> Need:
    return Need(f"{action}/read", controls)


NEEDS = (
    _reader("Microsoft.Network/virtualNetworks", "SEC-01", "SEC-04", "SEC-05"),
    _reader("Microsoft.Network/networkSecurityGroups", "SEC-02"),
    _reader("Microsoft.Network/privateEndpoints", "SEC-03", "SEC-04", "SEC-09"),
    _reader("Microsoft.Network/privateEndpoints/privateDnsZoneGroups", "SEC-04"),
    _reader("Microsoft.Network/networkInterfaces", "SEC-03", "SEC-04"),
    _reader("Microsoft.Network/privateDnsZones", "SEC-04"),
    _reader("Microsoft.Network/privateDnsZones/virtualNetworkLinks", "SEC-04"),
    _reader("Microsoft.Network/privateDnsZones/ALL", "SEC-04"),
    _reader("Microsoft.Network/publicIPAddresses", "SEC-06"),
    _reader("Microsoft.Network/publicIPPrefixes", "SEC-06"),
    _reader("Microsoft.Network/natGateways", "SEC-06"),
    _reader("Microsoft.ContainerRegistry/registries", "SEC-06", "DEP-06"),
    _reader("Microsoft.App/managedEnvironments", "SEC-05"),
    _reader("Microsoft.App/containerApps", "SEC-05", "SEC-07", "DEP-13", "DEP-15"),
    _reader("Microsoft.App/containerApps/revisions", "DEP-08", "DEP-13", "DEP-15", "DEP-24", "DEP-27"),
    _reader("Microsoft.Sql/servers", "SEC-06", "SEC-07"),
    _reader("Microsoft.Sql/servers/databases", "DEP-05"),
    _reader("Microsoft.Sql/servers/firewallRules", "SEC-06"),
    _reader("Microsoft.Sql/servers/virtualNetworkRules", "SEC-06"),
    _reader("Microsoft.Sql/servers/azureADOnlyAuthentications", "SEC-07"),
    _reader("Microsoft.Storage/storageAccounts", "SEC-06", "SEC-07"),
    _reader("Microsoft.CognitiveServices/accounts", "SEC-06", "SEC-07"),
    _reader("Microsoft.KeyVault/vaults", "SEC-06", "SEC-07", "DEP-04"),
    _reader("Microsoft.ManagedIdentity/userAssignedIdentities", "SEC-07", "SEC-08"),
    _reader("Microsoft.Authorization/roleAssignments", "SEC-08"),
    _reader("Microsoft.Authorization/denyAssignments", "SEC-08"),
    _reader("Microsoft.Authorization/roleDefinitions", "SEC-08"),
    _reader("Microsoft.Insights/components", "DEP-07", "SLA-01"),
    _reader("Microsoft.Insights/metricAlerts", "DEP-07"),
    _reader("Microsoft.Insights/scheduledQueryRules", "DEP-07"),
    _reader("Microsoft.Insights/actionGroups", "DEP-07"),
    _reader("Microsoft.AlertsManagement/actionRules", "DEP-07"),
    _reader("Microsoft.OperationalInsights/workspaces", "DEP-07"),
    _reader("Microsoft.OperationalInsights/workspaces/query", "SLA-01"),
    _reader("Microsoft.Portal/dashboards", "DEP-19"),
    Need("Microsoft.KeyVault/vaults/secrets/readMetadata/action", ("SEC-07", "DEP-04"), "Key Vault Reader", True),
)


@dataclass(frozen=True, slots=True)
class Rights:
    """What whoever is signed in may do at a scope, as Azure's permissions API tells it."""

    permissions: tuple[Document, ...]

    def allow(self, need: Need) -> bool:
        """Whether a need is met: some role grants the action and does not except it (Azure's own rule)."""
        granted, excepted = ("dataActions", "notDataActions") if need.is_data else ("actions", "notActions")
        return any(
            _matches(need.action, permission.texts(granted)) and not _matches(need.action, permission.texts(excepted))
            for permission in self.permissions
        )

    def changing(self) -> tuple[str, ...]:
        """Return the actions granted that could change what is judged: an auditor's hands should be tied."""
        granted = {action for permission in self.permissions for action in permission.texts("actions")}
        return tuple(sorted(action for action in granted if not _only_reads(action)))


def _matches(action: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(action.casefold(), pattern.casefold()) for pattern in patterns)


def _only_reads(action: str) -> bool:
    """Whether an action reads, or asks for support, which every reader's role grants along."""
    lower = action.casefold()
    harmless = ("microsoft.support/", "microsoft.insights/alertrules/", "microsoft.resources/deployments/")
    return lower.endswith("/read") or lower.startswith(harmless)
