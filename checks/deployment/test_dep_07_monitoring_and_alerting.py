"""DEP-07: telemetry goes to the workspace, and the guide's five alerts measure what they must and reach somebody."""

from assurance.estate.deployment.container_environment import ContainerEnvironment
from assurance.estate.monitoring.alert_rules import AlertRules
from assurance.estate.monitoring.monitoring import AlertDemand, Component, Workspace
from assurance.judging.checking import control

pytestmark = control("DEP-07")


def test_component_is_workspace_based(insights_component: Component, log_workspace_id: str) -> None:
    """The Application Insights component is provisioned, and keeps its telemetry in the declared workspace."""
    assert insights_component.is_provisioned
    assert insights_component.keeps_telemetry_in(log_workspace_id)


def test_workspace_receives_logs(log_workspace: Workspace, container_environment: ContainerEnvironment) -> None:
    """The workspace is provisioned, and the Container Apps environment sends its logs there."""
    assert log_workspace.is_provisioned
    assert log_workspace.receives_logs_of(container_environment)


def test_alert_is_configured(alert_rules: AlertRules, alert_demand: AlertDemand) -> None:
    """An alert rule measures what the guide asks for, fires in time, and notifies somebody."""
    assert alert_rules.meet(alert_demand)


def test_operations_are_notified_by_mail(alert_rules: AlertRules) -> None:
    """An action group that is on has an e-mail receiver that is on."""
    assert alert_rules.notify_by_mail
