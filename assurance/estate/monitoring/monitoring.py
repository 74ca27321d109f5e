"""Where telemetry goes, what alerts the guide demands, which have fired, and what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from assurance.estate.deployment.container_environment import ContainerEnvironment
from assurance.estate.deployment.revisions import STABILITY_WINDOW, Revisions
from assurance.estate.estate import Estate, read_once
from assurance.estate.monitoring.log_queries import Measure
from assurance.estate.resources.resource import Judgement, Resource, is_within, listed, named, same_id
from assurance.tape.moments import told
from assurance.verdicts import Fact
from assurance.world.azure.document import Document

WITHIN = timedelta(minutes=5)
"""The window of the guide's alerts (Step 7); restarts, for which it names none, must show within the hour."""
RESTARTS_WITHIN = timedelta(hours=1)
COUNTED = frozenset({"failed-requests", "restarts"})


@dataclass(frozen=True, slots=True)
class AlertDemand:
    """One alert that the guide demands.

    Attributes:
        name: What it is called here.
        says: What it must say, in the guide's words.
        measures: What a log query may measure to say so, with the limit in that unit.
        metrics: Metrics that say so, with the aggregations that are right and the limit.
        above: Whether it fires above its limit; else below it.
        percentile: Which percentile, where a percentile is meant.
        within: The longest window.
    """

    name: str
    says: str
    measures: Mapping[Measure, float]
    metrics: Mapping[str, tuple[frozenset[str], float]]
    above: bool = True
    percentile: int | None = None
    within: timedelta = WITHIN


# The guide's five (Step 7). An average of durations is no percentile, and a number of failures no rate.
DEMANDS = (
    AlertDemand("error-rate", "error rate above 5 %", {"failures in percent": 5.0, "failures as a fraction": 0.05}, {}),
    AlertDemand("response-time", "P95 above 2 s", {"percentile": 2000.0}, {}, percentile=95),
    AlertDemand(
        "availability",
        "availability below 99.9 %",
        {"successes in percent": 99.9},
        {"availabilityresults/availabilitypercentage": (frozenset({"average"}), 99.9)},
        above=False,
    ),
    AlertDemand(
        "failed-requests",
        "more than 10 failed requests",
        {"failures": 10.0},
        {"requests/failed": (frozenset({"count", "total"}), 10.0)},
    ),
    AlertDemand(
        "restarts",
        "restarts of a container",
        {},
        {"restartcount": (frozenset({"total", "maximum"}), 0.0)},
        within=RESTARTS_WITHIN,
    ),
)


KEPT = timedelta(days=30)
"""How long alerts are kept (Azure Monitor, "Manage your alert instances")."""
TIME_RANGE = "30d"
FIRED_ALERTS_API_VERSION = "2023-07-12-preview"
"""The SDK's own, 2019-05-05-preview, is the oldest; from this one on, alerts are listed by scope."""
CRITICAL = frozenset({"sev0", "sev1"})
"""Azure calls severity 0 critical and 1 error; the guide's critical alerts are of the one or the other."""


@dataclass(frozen=True, slots=True)
class FiredAlerts:
    """The alerts of the subscription.

    Attributes:
        scopes: The ids of what the application consists of: an alert on one of them, or below it, counts.
        documents: Azure's list.
        readings: Keys of the readings.
    """

    scopes: tuple[str, ...]
    documents: tuple[Document, ...]
    readings: tuple[str, ...]

    def none_critical_since(self, revisions: Revisions) -> Fact:
        """Whether no critical alert was fired in the newest revision's stability window, nor in the last 24 hours.

        Of a window that is longer ago than alerts are kept, the last 24 hours are what is left to be judged.

        Raises:
            NotEvaluated: None was, and the stability window is still open.
        """
        now, made = revisions.now, revisions.created
        spans = ((made, made + STABILITY_WINDOW), (max(made, now - STABILITY_WINDOW), now))
        critical = []
        for document in self.documents:
            severity = document.required_text("properties", "essentials", "severity")
            at = document.moment("properties", "essentials", "startDateTime")
            if at is None:
                raise document.broken(("properties", "essentials", "startDateTime"), "a time", None)
            if severity.casefold() in CRITICAL and self._concerns(document) and any(a <= at <= b for a, b in spans):
                critical.append(f"{document.name} ({severity}) at {told(at)}")
        if not critical:
            revisions.refuse_too_early()
        kept = "" if now - made <= KEPT else f"; those of the window from {told(made)} are no longer kept"
        observed = listed(critical, f"none among {len(self.documents)} alerts{kept}")
        remedy = "Find the cause of each; if it is the new revision, roll back (guide, Step 24)."
        cited = tuple(dict.fromkeys((*self.readings, *revisions.cited)))
        expected = "no alert of severity 0 or 1 in the stability window, and none in the last 24 hours"
        return Fact(not critical, expected, observed, revisions.app.id, cited, "" if not critical else remedy)

    def critical(self) -> tuple[Document, ...]:
        """Return the alerts of severity 0 or 1 that are about the application, whenever they were fired."""
        return tuple(
            document
            for document in self.documents
            if document.required_text("properties", "essentials", "severity").casefold() in CRITICAL
            and self._concerns(document)
        )

    def _concerns(self, alert: Document) -> bool:
        """Tell whether an alert is about the application; one that names no resource could be, so it counts."""
        target = alert.text("properties", "essentials", "targetResource")
        return not target or any(is_within(target, scope) for scope in self.scopes)


def read_fired_alerts(estate: Estate) -> FiredAlerts:
    """Return the alerts that Azure Monitor has fired in the last thirty days."""
    operation = estate.questions.operation("alerts", "alerts", "get_all")
    documents, readings = estate.questions.listing(
        operation, estate.subscription_id, api_version=FIRED_ALERTS_API_VERSION, time_range=TIME_RANGE
    )
    return FiredAlerts((estate.group_id, *estate.service_ids()), documents, readings)


PROCESSING_RULES_API_VERSION = "2021-08-08"
ADD, REMOVE = "addactiongroups", "removeallactiongroups"


@dataclass(frozen=True, slots=True)
class ProcessingRules:
    """The alert processing rules of the subscription (Microsoft.AlertsManagement/actionRules).

    Attributes:
        documents: Azure's list.
        readings: Keys of the readings behind it.
    """

    documents: tuple[Document, ...]
    readings: tuple[str, ...]

    def added_to(self, alert_rule: Document) -> tuple[str, ...]:
        """Return the ids of the action groups that are added, always, to what an alert rule fires."""
        return tuple(
            group
            for action in self._actions(alert_rule)
            if action.required_text("actionType").casefold() == ADD
            for group in action.texts("actionGroupIds")
        )

    def remove_all(self, alert_rule: Document) -> bool:
        """Tell whether all action groups are taken, always, from what an alert rule fires."""
        return any(action.required_text("actionType").casefold() == REMOVE for action in self._actions(alert_rule))

    def _actions(self, alert_rule: Document) -> list[Document]:
        """Return what is done to every alert of a rule; what has a schedule or conditions is not done to all."""
        scopes = alert_rule.texts("properties", "scopes")
        return [
            action
            for rule in self.documents
            if rule.flag("properties", "enabled") is not False
            and not rule.value("properties", "schedule")
            and not rule.items("properties", "conditions")
            and all(any(is_within(scope, place) for place in rule.texts("properties", "scopes")) for scope in scopes)
            for action in rule.items("properties", "actions")
        ]


@read_once
def read_processing_rules(estate: Estate) -> ProcessingRules:
    """Return the alert processing rules of the subscription."""
    path = f"{estate.subscription_id}/providers/Microsoft.AlertsManagement/actionRules"
    return ProcessingRules(*estate.questions.collection(path, PROCESSING_RULES_API_VERSION))


@dataclass(frozen=True, slots=True)
class Component(Resource):
    """The Application Insights component (Microsoft.Insights/components)."""

    def keeps_telemetry_in(self, workspace_id: str) -> Fact:
        """Whether it is workspace-based, on that very workspace; the classic kind keeps telemetry elsewhere."""

        def linked(document: Document) -> Judgement:
            mode = document.text("properties", "IngestionMode")
            linked_id = document.text("properties", "WorkspaceResourceId")
            holds = (mode or "").casefold() == "loganalytics" and same_id(linked_id, workspace_id)
            return holds, f"IngestionMode {mode or 'absent'}, workspace {linked_id or 'none'}"

        remedy = f"az monitor app-insights component update --app {self.name} --workspace {workspace_id}"
        return self.judge(f"IngestionMode LogAnalytics, workspace {workspace_id}", linked, remedy)


@dataclass(frozen=True, slots=True)
class Workspace(Resource):
    """The Log Analytics workspace (Microsoft.OperationalInsights/workspaces)."""

    def receives_logs_of(self, environment: ContainerEnvironment) -> Fact:
        """Whether the Container Apps environment sends its logs to this workspace, by the workspace's own id."""

        def received(document: Document) -> Judgement:
            customer_id = document.text("properties", "customerId")
            logs = ("properties", "appLogsConfiguration")
            other = environment.document
            kind = other.text(*logs, "destination") if other is not None else None
            theirs = other.text(*logs, "logAnalyticsConfiguration", "customerId") if other is not None else None
            same = customer_id is not None and theirs is not None and customer_id.casefold() == theirs.casefold()
            return same and kind == "log-analytics", f"logs go to {kind or 'nowhere'} {theirs or ''}".strip()

        remedy = (
            f"az containerapp env update {named(environment.id)} --logs-destination log-analytics --logs-workspace-id"
        )
        expected = f"logs of {environment.name} go to {self.name}"
        return self.judge(expected, received, remedy, environment.readings)


@read_once
def read_component(estate: Estate) -> Component:
    """Return the Application Insights component."""
    component_id = estate.component_id()
    operation = estate.questions.operation("application_insights", "components", "get", component_id)
    return Component(component_id, *estate.questions.resource(operation, component_id))


@read_once
def read_workspace(estate: Estate) -> Workspace:
    """Return the Log Analytics workspace."""
    workspace_id = estate.workspace_id()
    operation = estate.questions.operation("log_analytics", "workspaces", "get", workspace_id)
    return Workspace(workspace_id, *estate.questions.resource(operation, workspace_id))
