"""Monitoring: Defender for Cloud, and what log queries measure."""

from __future__ import annotations

import pytest

from assurance.errors import NotEvaluated
from assurance.estate.deployment.container_environment import ContainerEnvironment
from assurance.estate.monitoring.defender import Alerts, SecureScore, SuppressionRules
from assurance.estate.monitoring.log_queries import Measured, Unrecognised, measured_by
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


RATES = (
    "requests | summarize rate = 100.0 * countif(success == false) / count()",
    "requests | summarize rate = countif(success != true) * 100.0 / count()",
    "requests\n| summarize failed = countif(success == false), total = count()\n| extend rate = 100.0 * failed / total",
    "requests | summarize rate = iff(count() == 0, 0.0, 100.0 * countif(success == false) / count())",
    "requests | summarize rate = 100 * todouble(sumif(itemCount, success == false)) / sum(itemCount)",
    "requests // all\n| where timestamp > ago(5m)\n| summarize rate = 100.0 * countif(success == 'False') / count()",
)
NOTHING = (
    "",
    "requests",
    "requests | summarize rate = 100 * countif(success == false) / count()",
    "requests | summarize rate = 100 * (countif(success == false) / count())",
    "requests | summarize rate = avg(duration)",
    "requests | summarize rate = 100.0 * countif(success == false) / count() by name",
    "requests | summarize rate = 100.0 * countif(duration > 1000) / count()",
    "requests | where name == 'GET /' | summarize rate = 100.0 * countif(success == false) / count()",
    "let total = 1; requests | summarize rate = 100.0 * countif(success == false) / total",
    "requests | take 10 | summarize rate = 100.0 * countif(success == false) / count()",
    "requests | summarize rate = 100.0 ** countif(success == false) / count()",
    "requests | summarize rate = 100.0 * countif(success == false) / (count() - count())",
    "requests | summarize rate = __import__('os').getpid()",
    "requests | join kind=inner dependencies on id | summarize rate = 100.0 * countif(success == false) / count()",
)


@pytest.mark.parametrize("query", RATES)
def test_error_rate_is_recognised(query: str) -> None:
    """However it is written, the share of failed requests in percent is the same measure."""
    assert measured_by(query, "rate") == Measured("failures in percent", "requests")


@pytest.mark.parametrize("query", NOTHING)
def test_what_is_another_thing_measures_nothing(query: str) -> None:
    """A query that rounds its rate away, leaves requests out or is not understood measures nothing."""
    with pytest.raises(Unrecognised):
        measured_by(query, "rate")


def test_percentile_is_recognised() -> None:
    """A percentile of the duration is one, under its own name or under the one that Kusto gives it."""
    named = measured_by("AppRequests | summarize slow = percentile(DurationMs, 95)", "slow")
    unnamed = measured_by("requests | summarize percentile(duration, 99)", "percentile_duration_99")
    assert named == Measured("percentile", "apprequests", 95)
    assert unnamed == Measured("percentile", "requests", 99)


def test_query_may_compare_by_itself() -> None:
    """Where the last filter compares, its limit and sign are part of what is measured."""
    found = measured_by("requests | summarize p = percentile(duration, 95) | where p >= 1500", None)
    assert (found.comparison, found.limit) == ("GreaterThanOrEqual", 1500.0)


def test_failed_rows_are_failures() -> None:
    """Where the rule counts rows, and only failed requests are left, it counts failures."""
    query = "AppRequests | where TimeGenerated > ago(5m) and Success == false"
    assert measured_by(query, None) == Measured("failures", "apprequests")


def test_rows_that_are_no_failures_are_nothing() -> None:
    """A rule that counts all requests measures nothing that the guide asks for."""
    with pytest.raises(Unrecognised):
        measured_by("requests | where timestamp > ago(5m)", None)


def test_success_rate_is_availability() -> None:
    """The share of what succeeds is another measure than the share of what fails."""
    found = measured_by("availabilityResults | summarize a = 100.0 * countif(success == true) / count()", "a")
    assert (found.measure, found.table) == ("successes in percent", "availabilityresults")
