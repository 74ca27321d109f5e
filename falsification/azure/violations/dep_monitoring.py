"""Monitoring (DEP-07, 19): ways in which it exists and does not work, or its dashboard does not show what it must."""

# ruff: noqa: E501  (a catalogue is read as a table: one change, one line)

from __future__ import annotations

from falsification.azure.changes import (
    SHARED,
    MeantFor,
    Violation,
    all_of,
    appends,
    drops,
    edits,
    moves,
    rewrites,
    sets,
)
from falsification.azure.world import Change
from sandbox.azure.azure_estate import Resource

COMPONENT_LINKED = "test_component_is_workspace_based"
LOGS = "test_workspace_receives_logs"
CONFIGURED = "test_alert_is_configured"
MAIL = "test_operations_are_notified_by_mail"

COMPONENT = "Microsoft.Insights/components/appi-apex-{environment}"
WORKSPACE = "Microsoft.OperationalInsights/workspaces/log-apex-{environment}"
ENVIRONMENT = "managedEnvironments/cae-apex-{environment}"
AVAILABILITY = "metricAlerts/APEX-LowAvailability-Critical"
FAILED = "metricAlerts/APEX-FailedRequests-Critical"
RESTARTS = "metricAlerts/APEX-ContainerUnhealthy-Critical"
ERRORS = "scheduledqueryrules/APEX-HighErrorRate-Critical"
SLOW = "scheduledqueryrules/APEX-SlowResponseTime-Warning"
CRITICAL = "actionGroups/APEX-Critical-ActionGroup"
WARNING = "actionGroups/APEX-Warning-ActionGroup"
CRITERION = "properties.criteria.allOf[0]"


_of = MeantFor("DEP-07")


def _asks(reference: str, query: str, column: str = "value") -> Change:
    """Return the change that lets a rule ask another question, and compare a column of its answer."""
    return all_of(
        sets(reference, f"{CRITERION}.query", query), sets(reference, f"{CRITERION}.metricMeasureColumn", column)
    )


_WHERE = (
    _of("component-missing", "The Application Insights component does not exist.", COMPONENT_LINKED, drops(COMPONENT)),
    _of("component-in-another-group", "Only a namesake in another resource group exists.", COMPONENT_LINKED, moves(COMPONENT)),
    _of("component-failed", "The component's last deployment failed.", COMPONENT_LINKED, sets(COMPONENT, "properties.provisioningState", "Failed")),
    _of("component-classic", "The component is of the classic kind.", COMPONENT_LINKED,
        all_of(sets(COMPONENT, "properties.IngestionMode", "ApplicationInsights"), drops(COMPONENT, "properties.WorkspaceResourceId"))),
    _of("component-on-another-workspace", "The component keeps its telemetry in another workspace.", COMPONENT_LINKED,
        sets(COMPONENT, "properties.WorkspaceResourceId", f"{SHARED}/providers/Microsoft.OperationalInsights/workspaces/log-apex-{{environment}}")),
    _of("component-mode-absent", "The component does not tell its mode.", COMPONENT_LINKED, drops(COMPONENT, "properties.IngestionMode")),
    _of("workspace-missing", "The workspace does not exist.", LOGS, drops(WORKSPACE)),
    _of("workspace-failed", "The workspace's last deployment failed.", LOGS, sets(WORKSPACE, "properties.provisioningState", "Failed")),
    _of("logs-go-to-another-workspace", "The Container Apps environment logs to another workspace.", LOGS,
        sets(ENVIRONMENT, "properties.appLogsConfiguration.logAnalyticsConfiguration.customerId", "00000000-3c61-4f18-9d52-6e7c8b9a0f13")),
    _of("logs-go-to-azure-monitor", "The Container Apps environment leaves its logs to diagnostic settings.", LOGS,
        sets(ENVIRONMENT, "properties.appLogsConfiguration.destination", "azure-monitor")),
    _of("logs-go-nowhere", "The Container Apps environment keeps no logs.", LOGS, sets(ENVIRONMENT, "properties.appLogsConfiguration", None)),
)  # fmt: skip

_MEASURES = (
    _of("error-rate-missing", "No rule is on the error rate.", CONFIGURED, drops(ERRORS)),
    _of("error-rate-as-a-number", "The rule on the error rate compares a number of errors.", CONFIGURED,
        _asks(ERRORS, "requests | summarize value = countif(success == false)")),
    _of("error-rate-rounded-to-nothing", "The rate is a division of whole numbers, which is 0 unless all fail.", CONFIGURED,
        _asks(ERRORS, "requests | summarize value = 100 * (countif(success == false) / count())")),
    _of("error-rate-of-successes", "The rule compares the share of what succeeds.", CONFIGURED,
        _asks(ERRORS, "requests | summarize value = 100.0 * countif(success == true) / count()")),
    _of("error-rate-of-one-operation", "The rule looks at one operation only.", CONFIGURED,
        _asks(ERRORS, 'requests | where name == "GET /" | summarize value = 100.0 * countif(success == false) / count()')),
    _of("error-rate-of-dependencies", "The rule looks at dependencies.", CONFIGURED,
        _asks(ERRORS, "dependencies | summarize value = 100.0 * countif(success == false) / count()")),
    _of("error-rate-counts-rows", "The rule counts the rows of an answer that has one.", CONFIGURED, sets(ERRORS, f"{CRITERION}.timeAggregation", "Count")),
    _of("error-rate-above-ten", "The rule fires above 10 %.", CONFIGURED, sets(ERRORS, f"{CRITERION}.threshold", 10)),
    _of("error-rate-below", "The rule fires below its limit.", CONFIGURED, sets(ERRORS, f"{CRITERION}.operator", "LessThan")),
    _of("slow-mean", "The rule compares the mean of response times.", CONFIGURED, _asks(SLOW, "requests | summarize value = avg(duration)")),
    _of("slow-median", "The rule compares the median.", CONFIGURED, _asks(SLOW, "requests | summarize value = percentile(duration, 50)")),
    _of("slow-in-seconds", "The limit is 2000 seconds' worth: the duration is in milliseconds, the limit far beyond.", CONFIGURED,
        sets(SLOW, f"{CRITERION}.threshold", 2000000)),
    _of("slow-of-failures", "The rule looks at failed requests only.", CONFIGURED,
        _asks(SLOW, "requests | where success == false | summarize value = percentile(duration, 95)")),
    _of("slow-missing", "No rule is on response times.", CONFIGURED, drops(SLOW)),
    _of("availability-missing", "No rule is on availability.", CONFIGURED, drops(AVAILABILITY)),
    _of("availability-of-another-metric", "The rule on availability looks at another metric.", CONFIGURED,
        sets(AVAILABILITY, f"{CRITERION}.metricName", "availabilityResults/count")),
    _of("availability-as-a-total", "The rule adds percentages up.", CONFIGURED, sets(AVAILABILITY, f"{CRITERION}.timeAggregation", "Total")),
    _of("availability-below-ninety", "The rule fires below 90 %.", CONFIGURED, sets(AVAILABILITY, f"{CRITERION}.threshold", 90)),
    _of("availability-above", "The rule fires above its limit.", CONFIGURED, sets(AVAILABILITY, f"{CRITERION}.operator", "GreaterThan")),
    _of("availability-dynamic", "The limit is dynamic.", CONFIGURED, sets(AVAILABILITY, f"{CRITERION}.criterionType", "DynamicThresholdCriterion")),
    _of("failed-requests-missing", "No rule is on failed requests.", CONFIGURED, drops(FAILED)),
    _of("failed-requests-averaged", "The rule compares a mean of failed requests, which is 1 at most.", CONFIGURED,
        sets(FAILED, f"{CRITERION}.timeAggregation", "Average")),
    _of("failed-requests-above-hundred", "The rule fires above 100.", CONFIGURED, sets(FAILED, f"{CRITERION}.threshold", 100)),
    _of("failed-requests-within-one-minute", "The rule wants 10 failures within one minute.", CONFIGURED, sets(FAILED, "properties.windowSize", "PT1M")),
    _of("failed-requests-of-some", "The rule looks at one kind of result only.", CONFIGURED,
        sets(FAILED, f"{CRITERION}.dimensions", [{"name": "request/resultCode", "operator": "Include", "values": ["500"]}])),
    _of("restarts-missing", "No rule is on restarts.", CONFIGURED, drops(RESTARTS)),
    _of("restarts-averaged", "The rule compares a mean of restarts.", CONFIGURED, sets(RESTARTS, f"{CRITERION}.timeAggregation", "Average")),
    _of("restarts-above-ten", "The rule fires above ten restarts.", CONFIGURED, sets(RESTARTS, f"{CRITERION}.threshold", 10)),
)  # fmt: skip

_FIRES = (
    _of("rule-off", "A rule is off.", CONFIGURED, sets(ERRORS, "properties.enabled", False)),
    _of("rule-enabled-absent", "A rule does not tell whether it is on.", CONFIGURED, drops(AVAILABILITY, "properties.enabled")),
    _of("rule-on-another-resource", "A rule looks at another component.", CONFIGURED,
        sets(SLOW, "properties.scopes", ["{resource_group_id}/providers/Microsoft.Insights/components/appi-test"])),
    _of("rule-without-scope", "A rule looks at nothing.", CONFIGURED, sets(FAILED, "properties.scopes", [])),
    _of("restarts-on-the-component", "The rule on restarts looks at the component, which has none.", CONFIGURED,
        sets(RESTARTS, "properties.scopes", ["{resource_group_id}/providers/Microsoft.Insights/components/appi-apex-{environment}"])),
    _of("rule-of-a-long-window", "A rule looks at an hour.", CONFIGURED, sets(AVAILABILITY, "properties.windowSize", "PT1H")),
    _of("rule-seldom-evaluated", "A rule is evaluated every quarter of an hour.", CONFIGURED, sets(ERRORS, "properties.evaluationFrequency", "PT15M")),
    _of("rule-after-four-periods", "A rule fires only after four bad periods.", CONFIGURED,
        sets(ERRORS, f"{CRITERION}.failingPeriods", {"numberOfEvaluationPeriods": 4, "minFailingPeriodsToAlert": 4})),
    _of("rule-with-a-second-condition", "A rule fires only where a second condition holds.", CONFIGURED,
        appends(FAILED, "properties.criteria.allOf", {"threshold": 1000.0, "name": "Metric2", "metricNamespace": "microsoft.insights/components",
                "metricName": "requests/count", "operator": "GreaterThan", "timeAggregation": "Count", "criterionType": "StaticThresholdCriterion"})),
    _of("rule-notifies-nobody", "A rule has no action group.", CONFIGURED, sets(AVAILABILITY, "properties.actions", [])),
    _of("log-rule-notifies-nobody", "A rule on logs has no action group.", CONFIGURED, sets(SLOW, "properties.actions.actionGroups", [])),
    _of("action-group-missing", "The action group that a rule names does not exist.", CONFIGURED, drops(CRITICAL)),
    _of("action-group-off", "The action group is off.", CONFIGURED, sets(CRITICAL, "properties.enabled", False)),
    _of("action-group-empty", "The action group has no receiver.", CONFIGURED,
        all_of(sets(CRITICAL, "properties.emailReceivers", []), sets(CRITICAL, "properties.webhookReceivers", []))),
    _of("receiver-not-confirmed", "The only receiver has not confirmed.", CONFIGURED, sets(WARNING, "properties.emailReceivers[0].status", "Disabled")),
    _of("receivers-not-confirmed", "No e-mail receiver has confirmed.", MAIL,
        all_of(*(sets(group, "properties.emailReceivers[0].status", "NotSpecified") for group in (CRITICAL, WARNING)))),
    _of("no-mail-receiver", "No action group has an e-mail receiver.", MAIL, all_of(*(sets(group, "properties.emailReceivers", []) for group in (CRITICAL, WARNING)))),
    _of("groups-off", "Both action groups are off.", MAIL, all_of(*(sets(group, "properties.enabled", False) for group in (CRITICAL, WARNING)))),
    _of("groups-missing", "There are no action groups.", MAIL, all_of(drops(CRITICAL), drops(WARNING))),
)  # fmt: skip

DEP_07 = (*_WHERE, *_MEASURES, *_FIRES)


SHOWN = "test_dashboard_shows_it"
DASHBOARD = "Microsoft.Portal/dashboards/dash-apex-{environment}"
PARTS = "properties.lenses[0].parts"
CHART = "metadata.settings.content.options.chart.metrics"
REQUESTS, TIMES, DASHBOARD_ERRORS, DASHBOARD_AVAILABILITY, APPLICATION, DATABASE, BLOBS, MODEL = range(1, 9)


def _dep_19(name: str, wrong: str, change: Change) -> Violation:
    return Violation(name, wrong, change, ("DEP-19",), SHOWN)


def _without(tile: int) -> Change:
    def edit(dashboard: Resource) -> None:
        del dashboard["properties"]["lenses"][0]["parts"][tile]

    return edits(DASHBOARD, edit)


def _dashboard_asks(tile: int, query: str) -> Change:
    return sets(DASHBOARD, f"{PARTS}[{tile}].metadata.inputs[Query].value", query)


def _metric(tile: int, name: str, place: int = 0) -> Change:
    return sets(DASHBOARD, f"{PARTS}[{tile}].{CHART}[{place}].name", name)


DEP_19 = (
    _dep_19("dashboard-missing", "The dashboard does not exist.", drops(DASHBOARD)),
    _dep_19("dashboard-in-another-group", "Only a namesake in another resource group exists.", moves(DASHBOARD)),
    _dep_19("dashboard-without-tiles", "The dashboard has no tiles.", sets(DASHBOARD, "properties.lenses", [])),
    _dep_19("dashboard-of-empty-tiles", "The tiles hold nothing.", edits(DASHBOARD, lambda resource: [part.pop("metadata") for part in resource["properties"]["lenses"][0]["parts"]])),
    *(_dep_19(f"tile-missing-{what}", f"No tile shows the {what.replace('-', ' ')}.", _without(tile)) for what, tile in (
        ("request-rate", REQUESTS), ("response-time", TIMES), ("error-rate", DASHBOARD_ERRORS), ("availability", DASHBOARD_AVAILABILITY),
        ("application-health", APPLICATION), ("database-load", DATABASE), ("blob-operations", BLOBS), ("model-usage", MODEL))),
    _dep_19("tile-of-the-mean", "The tile on response times shows the mean.", _dashboard_asks(TIMES, "requests | summarize avg(duration) by bin(timestamp, 5m)")),
    _dep_19("tile-without-p99", "The tile on response times has no P99.", _dashboard_asks(TIMES, "requests | summarize percentiles(duration, 50, 95) by bin(timestamp, 5m)")),
    _dep_19("tile-of-a-number-of-errors", "The tile on errors shows their number.", _dashboard_asks(DASHBOARD_ERRORS, "requests | summarize countif(success == false) by bin(timestamp, 5m)")),
    _dep_19("tile-of-another-metric", "The tile on the database shows its storage.", _metric(DATABASE, "storage_percent")),
    _dep_19("tile-without-tokens", "The tile on the model shows calls, and no tokens.", _metric(MODEL, "ProcessedImages", 1)),
    _dep_19("tile-of-another-database", "The tile on the database is of another database.", rewrites(DASHBOARD, "databases/db-apex-{environment}", "databases/db-apex-test")),
    _dep_19("tile-of-another-application", "The tiles are of another container app.", rewrites(DASHBOARD, "containerApps/ca-apex-{environment}", "containerApps/ca-apex-test")),
    _dep_19("tiles-of-another-component", "The tiles are of another component.", rewrites(DASHBOARD, "components/appi-apex-{environment}", "components/appi-apex-test")),
)  # fmt: skip

VIOLATIONS = (
    *DEP_07,
    *DEP_19,
)
