"""The model of a run, its findings by cause, its clauses, and the words that reports share."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from assurance.judging.controls import CONTROLS
from assurance.reporting import coverage
from assurance.reporting.causes import SEVERITIES, by_cause, commands_of, findings_of
from assurance.reporting.coverage import CLAUSES, FAMILIES, Completeness, family_of, ids_in_words
from assurance.reporting.model import RunModel, VerdictRecord, roles_of_identity
from assurance.reporting.wording import age_in_words, duration_in_words, oldest_reading
from assurance.verdicts import Verdict
from tests.assurance.reporting.sample_run import NETWORK, STORAGE, SUBSCRIPTION, model_of, reading, record, sample_model

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


def test_one_command_is_one_cause() -> None:
    """An assignment that is too much and new is one finding: one command takes both away. Its severity is the worst."""
    delete = "az role assignment delete --ids /subscriptions/s/roleAssignments/r"
    owner = failing("SEC-08", "sandbox", "Owner at /g", "/identities/i", remedy=delete)
    new = failing("DRF-08", "sandbox", "it is new", "/subscriptions/s/roleAssignments/r", remedy=f"{delete}\n{AGREE}")
    [found] = by_cause([new, owner])
    assert found.lead == owner
    assert found.severity == "critical"
    again = failing("SEC-07", "sandbox", "x", "/apps/a", remedy="az resource list --name a")
    look = failing("SEC-07", "other", "y", "/apps/b", remedy="Look:\naz resource list --name a")
    assert len(by_cause([again, look])) == 2


def test_smoke_comes_first_and_a_finding_keeps_its_own_remedy() -> None:
    """What stops a deployment is told first; drift's command is not offered for a finding that another one mends."""
    smoke = failing("SMK-01", "ready", "blob_storage is 'unhealthy'")
    asks = failing("SEC-06", "st", "publicNetworkAccess is Enabled", STORAGE, remedy="Ask Azure why.")
    found = by_cause([asks, DRIFT, smoke])
    assert [one.lead.control for one in found] == ["SMK-01", "SEC-06"]
    assert found[1].command == ""


def test_every_failing_case_stands_in_one_finding() -> None:
    """No case is lost or told twice, and the order of cases does not matter."""
    records = [PUBLIC, DRIFT, TLS, *(verdict for verdict in sample_model().verdicts if verdict.verdict is Verdict.FAIL)]
    found = by_cause(records)
    told = [one.check for finding in found for one in finding.records]
    assert sorted(told) == sorted(one.check for one in records)
    assert by_cause(list(reversed(records))) == found


def test_worst_severity_comes_first() -> None:
    """Findings are in order of severity, critical first."""
    found = findings_of(sample_model())
    ranks = [SEVERITIES.index(one.severity) for one in found]
    assert ranks == sorted(ranks)
    medium = next(control.id for control in CONTROLS.values() if control.severity == "medium")
    mixed = by_cause([failing(medium, "m", "x"), failing("SEC-06", "z", "y")])
    assert [one.severity for one in mixed] == ["critical", "medium"]


def test_commands_are_found_within_a_remedy() -> None:
    """A command is told from what is said about it, before, behind, and on other lines."""
    assert commands_of(f"{REVERT} (puts it back)\n{AGREE}") == (
        REVERT,
        "apex-assurance baseline approve reports/prod/RUN --approver NAME",
    )
    assert commands_of("Let the API verify each token.") == ()
    for remark in (
        *(" (main.bicep).", "; or, if they must pass, declare them", ". Where it must be public, declare it.", "."),
        *(" with a group of administrators, and more", " (listed under /x), or add it", ", or add it to the file"),
        " (main.bicep): an alert rule says 'P95 above 2 s'",
    ):
        assert commands_of(f"az x update --name a{remark}") == ("az x update --name a",), remark
    two = "az a create --name x; az a delete --name y"
    quoted = "az x --query \"[?a == 'b; (or) c'].d\" --text 'One. Two'"
    assert commands_of(two) == (two,)
    assert commands_of(quoted) == (quoted,)


def test_many_failures_are_grouped_quickly() -> None:
    """Ten thousand failing cases of one remedy each, and of one together, are grouped in linear time."""
    apart = [failing("SEC-06", f"s{n:05d}", "x", f"{STORAGE}{n}", remedy=f"az x --name s{n}") for n in range(5_000)]
    together = [failing("RBAC-01", f"r{n:05d}", "x", remedy="Check roles.") for n in range(5_000)]
    assert len(by_cause([*apart, *together])) == 5_001


def test_annex_a_is_whole() -> None:
    """The table has the 93 clauses of the 2022 edition: 37, 8, 14 and 34 of them, each numbered without a gap."""
    for theme, number in (("5", 37), ("6", 8), ("7", 14), ("8", 34)):
        assert [one for one in CLAUSES if one.startswith(f"{theme}.")] == [f"{theme}.{n + 1}" for n in range(number)]
    assert len(CLAUSES) == 93
    assert all(clause.title for clause in CLAUSES.values())


def test_each_clause_of_2013_is_replaced() -> None:
    """The correspondence names each of the 114 clauses of the 2013 edition, as Table B.1 does."""
    assert len({old for clause in CLAUSES.values() for old in clause.iso_2013}) == 114
    assert sum(not clause.iso_2013 for clause in CLAUSES.values()) == 11


def test_every_clause_that_a_control_cites_is_known() -> None:
    """No control cites a clause that Annex A does not have, in either edition."""
    old = {number for clause in CLAUSES.values() for number in clause.iso_2013}
    for control in CONTROLS.values():
        assert set(control.iso_2022) <= set(CLAUSES), control.id
        assert set(control.iso_2013) <= old, control.id


def test_every_family_has_its_name() -> None:
    """Each control belongs to a family that the report can name."""
    assert {family_of(control) for control in CONTROLS} <= set(FAMILIES)


def test_clauses_say_what_supports_and_what_contradicts() -> None:
    """A clause names each control that cites it exactly once, under what the control came to."""
    by_number = {clause.clause.number: clause for clause in coverage.clauses(sample_model())}
    assert by_number["8.22"].supporting == ("SEC-01", "SEC-03")
    assert by_number["8.22"].contradicting == ("SEC-02",)
    assert "SEC-09" in by_number["8.22"].absent
    assert by_number["5.15"].unjudged == ("SEC-08",)
    for one in by_number.values():
        places = (*one.supporting, *one.contradicting, *one.waived, *one.unjudged, *one.absent)
        cited = [control.id for control in CONTROLS.values() if one.clause.number in control.iso_2022]
        assert sorted(places) == sorted(cited)


def test_clauses_that_no_control_cites_are_named() -> None:
    """What is cited and what is not make up the whole of Annex A."""
    cited = {clause.clause.number for clause in coverage.clauses(model_of())}
    assert cited | {one.number for one in coverage.uncited()} == set(CLAUSES)
    assert not cited & {one.number for one in coverage.uncited()}


@pytest.mark.parametrize("verdict", [Verdict.NOT_EVALUATED, Verdict.NOT_APPLICABLE])
def test_a_clause_is_not_supported_by_what_was_not_judged(verdict: Verdict) -> None:
    """A control that was not judged, or does not apply, supports nothing."""
    assert not any(clause.supporting for clause in coverage.clauses(model_of(verdict)))
    assert any(clause.supporting for clause in coverage.clauses(model_of(Verdict.PASS)))


def test_completeness_tells_expected_read_and_judged_apart() -> None:
    """Cases that do not apply are not expected, a reading that failed was not read, an unjudged case is not judged."""
    complete = coverage.completeness(sample_model())
    assert complete["SEC-01"] == Completeness(expected=4, read=4, judged=4)
    assert complete["SEC-08"] == Completeness(expected=2, read=0, judged=0)
    assert complete["SEC-10"] == Completeness(expected=2, read=1, judged=1)


def test_families_keep_the_order_of_the_catalogue() -> None:
    """The controls of a run come by family."""
    model = sample_model()
    others = tuple(replace(record("SEC-01", "test_it", "x", Verdict.PASS), control=one) for one in list(CONTROLS)[-1:])
    families = coverage.by_family(replace(model, verdicts=(*model.verdicts, *others)))
    assert next(iter(families)) == "SEC"
    assert sum(len(found) for found in families.values()) == len(
        {*(r.control for r in model.verdicts), others[0].control}
    )


@pytest.mark.parametrize(
    ("ids", "words"),
    [
        ((), ""),
        (("SEC-01",), "SEC-01"),
        (("SEC-01", "SEC-02"), "SEC-01, SEC-02"),
        (("SEC-01", "SLA-01", "SLA-02", "SLA-03", "DEP-05"), "SEC-01, SLA-01 to SLA-03, DEP-05"),
    ],
)
def test_long_runs_of_ids_are_drawn_together(ids: tuple[str, ...], words: str) -> None:
    """Three ids or more in a row are told by the first and the last."""
    assert ids_in_words(ids) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59.6, "1 min"), (200, "3 min 20 s"), (3600, "1 h"), (3601, "1 h"), (190_000, "2 d 4 h")],
)
def test_duration_is_told_in_its_two_largest_units(seconds: float, words: str) -> None:
    """A duration is rounded to seconds, and told in at most two units that follow each other."""
    assert duration_in_words(seconds) == words


def test_age_is_that_of_the_oldest_reading() -> None:
    """The age is from the oldest reading to the run's end; without a reading it is unknown."""
    model = sample_model()
    assert oldest_reading(model) == "2026-03-01T09:30:01.250Z"
    assert age_in_words(model) == "11 s"
    assert age_in_words(replace(model, readings=())).startswith("unknown")


ROLE = "/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7"


def with_readings(principal: str) -> RunModel:
    """Return a run that read one role assignment, of this principal, and the role's definition."""
    assignment = {"properties": {"principalId": principal, "roleDefinitionId": SUBSCRIPTION + ROLE}}
    definition = {"id": (SUBSCRIPTION + ROLE).upper(), "properties": {"roleName": "Reader"}}
    kind = f"GET https://management.azure.com{SUBSCRIPTION}/providers/Microsoft.Authorization"
    readings = (
        reading(1, f"{kind}/roleAssignments", json.dumps({"value": [assignment]}).encode()),
        reading(2, f"{kind}/roleDefinitions/acdd72a7", json.dumps(definition).encode()),
        reading(3, f"{kind}/roleAssignments?page=2", b"<html>"),
    )
    return replace(sample_model(), readings=readings)


def test_roles_are_those_that_the_readings_show() -> None:
    """The identity's roles are told by name, whatever the casing of their ids."""
    assert roles_of_identity(with_readings(sample_model().run.identity)) == ("Reader",)


def test_roles_of_others_are_not_its_own() -> None:
    """Another principal's role is not told as the identity's."""
    assert roles_of_identity(with_readings("00000000-0000-0000-0000-0000000000ff")) == ()


def test_unknown_identity_has_no_roles() -> None:
    """Where nobody is known to have signed in, nothing is told."""
    model = with_readings("")
    assert roles_of_identity(replace(model, run=replace(model.run, identity=""))) == ()
