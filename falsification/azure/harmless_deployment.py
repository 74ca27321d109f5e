"""Harmless changes to what the deployment checks look at; what else may stand in the resource groups."""

# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from falsification.azure.changes import (
    SHARED,
    Harmless,
    all_of,
    copies,
    drops,
    edits,
    images,
    leaves,
    rewrites,
    says,
    sets,
)
from falsification.azure.violations.dep_monitoring import (
    AVAILABILITY,
    CRITERION,
    CRITICAL,
    DASHBOARD,
    ERRORS,
    FAILED,
    PARTS,
    RESTARTS,
    SLOW,
    TIMES,
)
from falsification.azure.violations.dep_monitoring import DASHBOARD_ERRORS as ERRORS_TILE
from falsification.azure.violations.dep_release import APP, COPY, DATABASE, NEW, TRAFFIC
from falsification.azure.violations.dep_rollout import ALERT, ESSENTIALS, OLD, POLICY, REPLICAS
from falsification.azure.violations.sec_defender_and_strangers import INFRASTRUCTURE, OPEN, stands
from falsification.azure.violations.sec_network import ENVIRONMENT
from falsification.azure.world import Change, World
from sandbox.azure.activity_log import event

_IMAGE = "apexacr.azurecr.io/apex-backend"
_DIGEST = "sha256:7c1f0a5be2d94836a1c7f3e08b5d29664fa0c3d18e7b52946d3a9f10c8e7b4d2"
_RATE = "AppRequests | where TimeGenerated > ago(5m) | summarize Failed = sumif(ItemCount, Success == false), All = sum(ItemCount) | extend Rate = todouble(Failed) / All | where Rate > 0.04"
_SLOW = "requests // of users\n| summarize percentile(duration, 95)"


def _asks(reference: str, **values: object) -> Change:
    return all_of(*(sets(reference, f"{CRITERION}.{key}", value) for key, value in values.items()))


def _exported(world: World) -> None:
    azure = world.azure
    azure.remove(COPY)
    database = azure.find(DATABASE)["id"]
    azure.activity.append(
        event(
            f"{database}",
            "pipeline@apex.example",
            "MICROSOFT.SQL/servers/databases/export/action",
            azure.fill("{ago_3_hours}"),
        )
    )


def _by_digest(name: str) -> Change:
    place = "properties.template.containers[0].image"
    return all_of(sets(APP, place, name), sets(NEW, place, name), says("inventory.json", f"{_IMAGE}:1.4.2", name))


def _of_two_days(world: World) -> None:
    """Make the newest revision two days old, and the inventory as old as it."""
    made = datetime.now(UTC) - timedelta(days=2)
    world.azure.change(NEW, "properties.createdTime", made.isoformat())
    world.files["inventory.json"] = world.files["inventory.json"].replace(
        b"2026-02-03T09:44:00Z", f"{made + timedelta(minutes=9):%Y-%m-%dT%H:%M:%SZ}".encode()
    )


DEPLOYMENT = (
    Harmless("revision-of-two-days", "The newest revision is two days old.", _of_two_days),
    Harmless("revision-at-its-scale", "The newest revision runs at its highest scale.", sets(NEW, "properties.runningState", "RunningAtMaxScale")),
    Harmless("revision-times-in-seven-digits", "A revision's time has seven digits of a second, and no zone.", sets(NEW, "properties.createdTime", "2026-02-03T09:31:07.1234567")),
    Harmless("revision-of-long-ago", "A revision of long ago is listed, too, and had failed.",
             all_of(copies(OLD, "r0011", "r0002"), sets("revisions/ca-apex-{environment}--r0002", "properties.provisioningState", "Failed"), sets("revisions/ca-apex-{environment}--r0002", "properties.createdTime", "2025-12-01T08:00:00+00:00"))),
    Harmless("traffic-to-the-latest", "Traffic goes to the latest revision, whichever that is.", sets(APP, TRAFFIC, [{"latestRevision": True, "weight": 100}])),
    Harmless("traffic-of-the-newest-in-two-entries", "The newest revision's share is told in two entries.",
             sets(APP, TRAFFIC, [{"revisionName": "ca-apex-{environment}--r0012", "weight": 60}, {"latestRevision": True, "weight": 40}])),
    Harmless("image-by-digest", "The image is named by its digest.", _by_digest(f"{_IMAGE}@{_DIGEST}")),
    Harmless("image-by-tag-and-digest", "The image is named by its tag and its digest.", _by_digest(f"{_IMAGE}:1.4.2@{_DIGEST}")),
    Harmless("image-by-digest-and-moved-tag", "The image is named by its digest, and the tag was touched later.",
             all_of(_by_digest(f"{_IMAGE}@{_DIGEST}"), images(lambda tags: tags[1].update(updated="2026-02-10T08:00:00Z")))),
    Harmless("images-of-others", "The registry has further images.", images(lambda tags: tags.append({**tags[1], "repository": "other", "tag": "1.4.2", "digest": f"sha256:{'a' * 64}"}))),
    Harmless("origins-at-the-ingress-too", "The ingress admits the declared origin as well.", sets(APP, POLICY, {"allowedOrigins": ["https://apex-frontend-{environment}.azurewebsites.net"]})),
    Harmless("startup-probe", "There is a startup probe as well.",
             edits(APP, lambda resource: resource["properties"]["template"]["containers"][0]["probes"].append({"type": "Startup", "httpGet": {"path": "/", "port": 8000}}))),
    Harmless("replica-more", "There are three replicas.", copies(REPLICAS[0], "2xkq8", "7wqlp")),
    Harmless("export-and-no-copy", "The database was exported, and not copied.", _exported),
    Harmless("copy-in-other-casing", "The copy's name is in capitals.", rewrites(COPY, "db-apex-{environment}-backup", "DB-APEX-{environment}-BACKUP")),
    Harmless("retention-longer", "Backups are kept for 35 days.", sets("databases/db-apex-{environment}/backupShortTermRetentionPolicies/default", "properties.retentionDays", 35)),
    Harmless("soft-delete-longer", "Deleted blobs are kept for a year.", sets("storageAccounts/stapex{environment}{suffix}/blobServices/default", "properties.deleteRetentionPolicy.days", 365)),
    Harmless("rules-named-otherwise", "Every alert rule has another name.", all_of(*(rewrites(rule, rule.rpartition("/")[2], f"rule-{number}") for number, rule in enumerate((AVAILABILITY, FAILED, RESTARTS, ERRORS, SLOW))))),
    Harmless("error-rate-in-the-query", "The query compares the rate itself, weighs by itemCount, and looks at the workspace.",
             all_of(sets(ERRORS, "properties.scopes", ["{resource_group_id}/providers/microsoft.operationalinsights/workspaces/log-apex-{environment}"]),
                    _asks(ERRORS, query=_RATE, metricMeasureColumn=None, timeAggregation="Count", threshold=0))),
    Harmless("error-rate-stricter", "The rule on errors fires above 1 %.", _asks(ERRORS, threshold=1.0)),
    Harmless("slow-with-a-comment", "The query has a comment, and a column that is named by Kusto.", _asks(SLOW, query=_SLOW, metricMeasureColumn="percentile_duration_95")),
    Harmless("availability-stricter", "The rule on availability fires below 99.95 %.", _asks(AVAILABILITY, threshold=99.95)),
    Harmless("failed-requests-at-least-eleven", "The rule on failures fires at eleven or more.", _asks(FAILED, operator="GreaterThanOrEqual", threshold=11)),
    Harmless("dimension-of-all", "A rule splits by a dimension, over all its values.", _asks(FAILED, dimensions=[{"name": "cloud/roleName", "operator": "Include", "values": ["*"]}])),
    Harmless("rule-more", "A second rule on availability is off.", all_of(copies(AVAILABILITY, "LowAvailability", "OldAvailability"), sets("metricAlerts/APEX-OldAvailability-Critical", "properties.enabled", False))),
    Harmless("webhook-only", "The critical action group has a webhook and no e-mail.", sets(CRITICAL, "properties.emailReceivers", [])),
    Harmless("dashboard-titles-other", "The tiles have other titles.", rewrites(DASHBOARD, '"PartTitle"', '"PartSubTitle"')),
    Harmless("tile-over-the-workspace", "A tile asks the workspace.",
             all_of(sets(DASHBOARD, f"{PARTS}[{ERRORS_TILE}].metadata.inputs[Query].value", "AppRequests | summarize 100.0 * countif(Success == false) / count() by bin(TimeGenerated, 1h)"),
                    sets(DASHBOARD, f"{PARTS}[{ERRORS_TILE}].metadata.inputs[Scope].value", {"resourceIds": ["{resource_group_id}/providers/Microsoft.OperationalInsights/workspaces/log-apex-{environment}"]}))),
    Harmless("tile-of-three-percentiles", "A tile computes the three percentiles one by one.",
             sets(DASHBOARD, f"{PARTS}[{TIMES}].metadata.inputs[Query].value", "requests | summarize percentile(duration, 50), percentile(duration, 95), percentile(duration, 99) by bin(timestamp, 5m)")),
    Harmless("alert-of-a-mild-severity", "An alert of severity 3 was fired today.", all_of(sets(ALERT, f"{ESSENTIALS}.severity", "Sev3"), sets(ALERT, f"{ESSENTIALS}.startDateTime", "{ago_3_hours}"))),
    Harmless("alert-on-others", "A critical alert on another group's resource was fired today.",
             all_of(sets(ALERT, f"{ESSENTIALS}.severity", "Sev0"), sets(ALERT, f"{ESSENTIALS}.startDateTime", "{ago_3_hours}"),
                    sets(ALERT, f"{ESSENTIALS}.targetResource", "/subscriptions/{subscription_id}/resourceGroups/apex-rg-shared/providers/Microsoft.App/containerApps/other"))),
    Harmless("alerts-none", "No alert was fired at all.", drops(ALERT)),
    Harmless("pipeline-of-azure", "The pipeline's run is one of Azure Pipelines.",
             leaves("ci-run.json", '{"sourceVersion": "3F9A1C7E52D84B60A9E7F1B2C3D4E5F60718293A", "sourceBranch": "refs/heads/main", "status": "completed", "result": "succeeded", "url": "https://dev.azure.com/apex/1"}')),
    Harmless("trivy-finds-nothing", "Trivy found nothing at all.", says("trivy.json", '"Vulnerabilities"', '"Licenses"')),
    Harmless("trivy-unrated", "Trivy found a vulnerability that nobody has rated.", says("trivy.json", '"Severity": "LOW"', '"Severity": "UNKNOWN"')),
    Harmless("coverage-just-enough", "Unit tests cover exactly 80 % of the lines.",
             all_of(says("unit-coverage.xml", 'lines-covered="3690"', 'lines-covered="3346"'), says("unit-coverage.xml", "0.8824", "0.8001"))),
    Harmless("inventory-with-more", "The inventory tells more.", says("inventory.json", '"revision"', '"configuration_changes": ["none"], "revision"')),
)  # fmt: skip


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
INVENTORY_PARTS = (
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
    *(Harmless(f"exists-{_name(resource)}", f"{resource} stands there.", stands(resource, {})) for resource in (*WATCHERS, *INVENTORY_PARTS)),
    *(
        Harmless(f"exists-elsewhere-{number}", f"{resource} stands in a group that is shared.", stands(resource, values, SHARED))
        for number, (resource, values) in enumerate(list(OPEN.items())[::3], start=1)
    ),
    *(
        Harmless(f"infrastructure-has-{kind}", f"The platform has another of {kind}.", stands(resource, {}, INFRASTRUCTURE))
        for kind, resource in {
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
