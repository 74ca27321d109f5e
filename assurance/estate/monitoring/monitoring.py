"""Where telemetry goes: the Application Insights component and its Log Analytics workspace."""

from __future__ import annotations

from dataclasses import dataclass

from assurance.estate.deployment.container_environment import ContainerEnvironment
from assurance.estate.estate import Estate, read_once
from assurance.estate.resources.resource import Judgement, Resource, named, same_id
from assurance.verdicts import Fact
from assurance.world.azure.document import Document


@dataclass(frozen=True, slots=True)
class Component(Resource):
    """The Application Insights component (Microsoft.Insights/components)."""

    def keeps_telemetry_in(self, workspace_id: str) -> Fact:
        """Whether it is workspace-based, on that very workspace; the classic kind keeps telemetry elsewhere."""

        def linked(document: Document) -> Judgement:
            mode = document.text("properties", "IngestionMode")
            found = document.text("properties", "WorkspaceResourceId")
            holds = (mode or "").casefold() == "loganalytics" and same_id(found, workspace_id)
            return holds, f"IngestionMode {mode or 'absent'}, workspace {found or 'none'}"

        remedy = f"az monitor app-insights component update --app {self.name} --workspace {workspace_id}"
        return self.judge(f"IngestionMode LogAnalytics, workspace {workspace_id}", linked, remedy)


@dataclass(frozen=True, slots=True)
class Workspace(Resource):
    """The Log Analytics workspace (Microsoft.OperationalInsights/workspaces)."""

    def receives_logs_of(self, environment: ContainerEnvironment) -> Fact:
        """Whether the Container Apps environment sends its logs to this workspace, by the workspace's own id."""

        def received(document: Document) -> Judgement:
            mine = document.text("properties", "customerId")
            logs = ("properties", "appLogsConfiguration")
            other = environment.document
            kind = other.text(*logs, "destination") if other is not None else None
            theirs = other.text(*logs, "logAnalyticsConfiguration", "customerId") if other is not None else None
            same = mine is not None and theirs is not None and mine.casefold() == theirs.casefold()
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
