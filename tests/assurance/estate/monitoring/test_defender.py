"""Defender for Cloud: nothing assessed is no low score, and the infrastructure's alerts count."""

from __future__ import annotations

import pytest

from assurance.errors import NotEvaluated
from assurance.estate.deployment.container_environment import ContainerEnvironment
from assurance.estate.monitoring.defender import Alerts, SecureScore, SuppressionRules
from assurance.world.azure.document import Document
from tests.assurance.estate.documents import GROUP, READING, SUBSCRIPTION, refused, resource

ENVIRONMENT = f"{GROUP}/providers/Microsoft.App/managedEnvironments/cae"
SECURITY = f"{SUBSCRIPTION}/providers/Microsoft.Security"


def score(**values: float) -> SecureScore:
    """Return the score of a subscription, with a floor of 0.7."""
    return SecureScore(SUBSCRIPTION, (resource(f"{SECURITY}/secureScores/ascScore", score=values),), READING, 0.7)


def test_nothing_assessed_is_not_judged() -> None:
    """A highest possible score of 0 says that nothing was looked at yet."""
    with pytest.raises(NotEvaluated, match="assessed nothing yet"):
        _ = score(max=0, current=0, percentage=0).is_not_below_its_floor
    assert not score(max=58, current=0, percentage=0).is_not_below_its_floor.holds


def alert(about: str, severity: str = "High") -> Document:
    """Return an open alert about a resource."""
    identifiers = [{"type": "AzureResource", "azureResourceId": about}]
    properties = {"severity": severity, "status": "Active", "resourceIdentifiers": identifiers}
    return resource(f"{SUBSCRIPTION}/resourceGroups/x/providers/Microsoft.Security/alerts/{len(about)}", **properties)


def alerts(*documents: Document, readable: bool = True) -> Alerts:
    """Return these alerts, of an environment whose infrastructure stands in the group ME_cae."""
    found = ContainerEnvironment(
        ENVIRONMENT, resource(ENVIRONMENT, infrastructureResourceGroup="ME_cae"), READING, "subnet"
    )
    infrastructure = (lambda: found) if readable else refused()
    return Alerts(GROUP, (), documents, READING, ("KeyVaults",), refused(), infrastructure)


@pytest.mark.parametrize(("group", "counts"), [("me_CAE", True), ("ME_other", False)])
def test_alert_of_the_infrastructure_counts(group: str, counts: bool) -> None:
    """What Container Apps runs the environment on stands in a group of its own."""
    about = f"{SUBSCRIPTION}/resourceGroups/{group}/providers/Microsoft.Network/loadBalancers/lb"
    assert bool(alerts(alert(about)).severe_and_open()) is counts


def test_severe_alert_is_told_whatever_cannot_be_read() -> None:
    """Neither plans nor the infrastructure hide an alert on a resource of the group."""
    elsewhere = f"{SUBSCRIPTION}/resourceGroups/ME_other/providers/Microsoft.Network/loadBalancers/lb"
    found = alerts(alert(elsewhere), alert(f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv"), readable=False)
    assert not found.none_severe_is_open.holds


@pytest.mark.parametrize(
    ("state", "permitted", "holds"),
    [("Enabled", (), False), ("Enabled", ("ALL",), True), ("Disabled", (), True), ("Expired", (), False)],
)
def test_rules_that_dismiss_alerts_are_declared(state: str, permitted: tuple[str, ...], holds: bool) -> None:
    """A rule that is not off, and not declared, hides what nobody has seen."""
    rule = resource(f"{SECURITY}/alertsSuppressionRules/all", state=state, alertType="*")
    assert SuppressionRules(SUBSCRIPTION, permitted, (rule,), READING).are_declared.holds is holds
