"""What may stand in the environment's resource groups without a word: what watches, and what Azure makes itself."""
# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

import re

from falsification.azure.changes import SHARED, Harmless, drops, sets
from falsification.azure.violations.sec_05 import ENVIRONMENT
from falsification.azure.violations.sec_11 import INFRASTRUCTURE, OPEN, stands

WATCHERS = (
    "Microsoft.Insights/metricAlerts/alert-more",
    "Microsoft.Insights/activityLogAlerts/alert-activity",
    "Microsoft.Insights/workbooks/3f6c1a52-7c1e-4a2b-9a55-1d7e0c5f8b21",
    "Microsoft.Insights/webtests/ping-appi",
    "microsoft.alertsmanagement/smartDetectorAlertRules/failure anomalies - appi-apex-{environment}",
    "microsoft.insights/actiongroups/Application Insights Smart Detection",
    "Microsoft.OperationsManagement/solutions/SecurityInsights(log-apex-{environment})",
    "Microsoft.Network/networkWatchers/NetworkWatcher_eastus",
    "Microsoft.Portal/dashboards/dash-more",
)
PARTS = (
    "Microsoft.App/managedEnvironments/cae-apex-{environment}/certificates/cert",
    "Microsoft.App/managedEnvironments/cae-apex-{environment}/managedCertificates/cert",
    "Microsoft.Network/networkWatchers/NetworkWatcher_eastus/flowLogs/vnet",
    "Microsoft.Sql/servers/sql-apex-{environment}/databases/db-apex-{environment}-backup-20200101",
)
INFRASTRUCTURE_NAME = "properties.infrastructureResourceGroup"


def _name(resource: str) -> str:
    kind, _, name = resource.rpartition("/")
    words = f"{kind.rpartition('/')[2]}-{name}".lower().replace("{environment}", "x")
    return re.sub("[^a-z0-9]+", "-", words).strip("-")


INVENTORY = (
    *(Harmless(f"exists-{_name(one)}", f"{one} stands there.", stands(one, {})) for one in (*WATCHERS, *PARTS)),
    *(
        Harmless(f"exists-elsewhere-{number}", f"{one} stands in a group that is shared.", stands(one, values, SHARED))
        for number, (one, values) in enumerate(list(OPEN.items())[::3], start=1)
    ),
    *(
        Harmless(f"infrastructure-has-{kind}", f"The platform has another of {kind}.", stands(one, {}, INFRASTRUCTURE))
        for kind, one in {
            "load-balancer": "Microsoft.Network/loadBalancers/capp-svc-lb-internal",
            "address": "Microsoft.Network/publicIPAddresses/capp-svc-lb-ip-2",
            "machines": "Microsoft.Compute/virtualMachineScaleSets/aks-pool",
            "rules": "Microsoft.Network/networkSecurityGroups/aks-agentpool-nsg",
        }.items()
    ),
    Harmless("infrastructure-empty", "The platform's group is empty.", drops("loadBalancers/capp-svc-lb")),
    Harmless("infrastructure-unnamed", "The environment names no such group.", sets(ENVIRONMENT, INFRASTRUCTURE_NAME, None)),
    Harmless("infrastructure-out-of-sight", "The group is not of this subscription.", sets(ENVIRONMENT, INFRASTRUCTURE_NAME, "MC_gone")),
)  # fmt: skip
