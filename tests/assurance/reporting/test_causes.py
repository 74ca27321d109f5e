"""Failing cases with one cause are one finding, and the worst comes first."""

from __future__ import annotations

from dataclasses import replace

from assurance.judging.controls import CONTROLS
from assurance.reporting.causes import SEVERITIES, by_cause, commands_of, findings_of
from assurance.reporting.model import VerdictRecord
from assurance.verdicts import Verdict
from tests.assurance.reporting.sample_run import NETWORK, STORAGE, record, sample_model

REVERT = f"az resource update --ids {STORAGE} --set properties.publicNetworkAccess=Disabled"
AGREE = "Or, if the change was agreed: apex-assurance baseline approve reports/prod/RUN --approver NAME"
GROUP = f"{NETWORK}/networkSecurityGroups/nsg-apex"


def failing(control: str, subject: str, observed: str, *resources: str, remedy: str = "") -> VerdictRecord:
    """Return a case that fails."""
    one = record("SEC-06", "test_it", subject, Verdict.FAIL)
    check = f"checks/test_{control}.py::test_it[{subject}]"
    expected = observed.replace("Enabled", "Disabled")
    return replace(
        one, control=control, check=check, observed=observed, expected=expected, resources=resources, remedy=remedy
    )


PUBLIC = failing("SEC-06", "st", "publicNetworkAccess is Enabled", STORAGE, remedy="az storage account update --x")
DRIFT = failing("DRF-01", "accounts-st", "publicNetworkAccess was Disabled, is Enabled", STORAGE, remedy=REVERT)
TLS = failing("SEC-06", "st-tls", "minimumTlsVersion is TLS1_0", STORAGE, remedy="az storage account update --y")


def test_drift_joins_what_it_is_drift_of() -> None:
    """A control and the drift of the same resource are one finding, led by the control."""
    [found] = by_cause([DRIFT, PUBLIC])
    assert found.lead == PUBLIC
    assert found.others == (DRIFT,)
    assert found.controls == ("SEC-06", "DRF-01")


def test_drift_joins_the_property_that_it_names() -> None:
    """Of two findings on a resource, drift belongs to the one whose property it names."""
    found = by_cause([TLS, PUBLIC, DRIFT])
    assert {one.lead.subject: len(one.records) for one in found} == {"st": 2, "st-tls": 1}


def test_two_properties_of_a_resource_are_two_findings() -> None:
    """Two settings that are mended by two commands are two findings."""
    assert len(by_cause([TLS, PUBLIC])) == 2


def test_rules_of_a_group_decide_together() -> None:
    """Two requirements of one network security group, and its drift, are one finding."""
    first = failing("SEC-02", "nsg-in", "Internet is let in", GROUP, remedy="az network nsg rule delete")
    second = failing("SEC-02", "nsg-deny", "DenyAll is never reached", GROUP, remedy="az network nsg rule create")
    third = failing("DRF-02", "nsg", "newly allowed", GROUP)
    [found] = by_cause([third, second, first])
    assert len(found.records) == 3


def test_one_remedy_is_one_cause() -> None:
    """Cases that one remedy mends are one finding, also through a case that shares a remedy with either."""
    one = failing("RBAC-01", "a", "200", remedy="Verify each token.")
    other = failing("SMK-02", "b", "200", remedy="Verify each token.")
    bridge = failing("SEC-06", "c", "minimumTlsVersion is TLS1_0", STORAGE, remedy="Verify each token.")
    assert len(by_cause([one, TLS, other, bridge])) == 1


def test_every_failing_case_stands_in_one_finding() -> None:
    """No case is lost or told twice, and the order of cases does not matter."""
    records = [PUBLIC, DRIFT, TLS, *(one for one in sample_model().verdicts if one.verdict is Verdict.FAIL)]
    found = by_cause(records)
    told = [one.check for finding in found for one in finding.records]
    assert sorted(told) == sorted(one.check for one in records)
    assert by_cause(list(reversed(records))) == found


def test_worst_severity_comes_first() -> None:
    """Findings are in order of severity, critical first."""
    found = findings_of(sample_model())
    ranks = [SEVERITIES.index(one.severity) for one in found]
    assert ranks == sorted(ranks)
    medium = next(one.id for one in CONTROLS.values() if one.severity == "medium")
    mixed = by_cause([failing(medium, "m", "x"), failing("SEC-06", "z", "y")])
    assert [one.severity for one in mixed] == ["critical", "medium"]


def test_commands_are_found_within_a_remedy() -> None:
    """A command is told from what is said about it, before, behind, and on other lines."""
    assert commands_of(f"{REVERT} (puts it back)\n{AGREE}") == (
        REVERT,
        "apex-assurance baseline approve reports/prod/RUN --approver NAME",
    )
    assert commands_of("Let the API verify each token.") == ()


def test_many_failures_are_grouped_quickly() -> None:
    """Ten thousand failing cases of one remedy each, and of one together, are grouped in linear time."""
    apart = [failing("SEC-06", f"s{n:05d}", "x", f"{STORAGE}{n}", remedy=f"az x --name s{n}") for n in range(5_000)]
    together = [failing("RBAC-01", f"r{n:05d}", "x", remedy="Check roles.") for n in range(5_000)]
    assert len(by_cause([*apart, *together])) == 5_001
