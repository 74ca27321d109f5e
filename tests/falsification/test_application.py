"""The application's catalogues: whole and well-formed here, with a part of each tried; the score tries all of them."""

from __future__ import annotations

import pytest

from assurance.judging.controls import CONTROLS
from assurance.verdicts import Verdict
from falsification.apex import switches
from falsification.apex.inability import inabilities
from falsification.apex.observed import FAMILIES, Family
from falsification.apex.stage import ApexStage
from falsification.judge import Result, try_harmless, try_inability, try_violation
from falsification.score import stage
from sandbox.apex import Observed, Quirk, Switch

BROKEN = list(ApexStage.violations)
DIFFERENT = [(one.name, family) for one in ApexStage.harmless.values() for family in one.families]
SOME, FEW = 23, 25
EVERY_FAULT_OF = ("SMK", "AACE")
# Every fault in turn in the place of one answer of another kind each.
SOME_OF_THE_REST = 61


def the_stage() -> ApexStage:
    """Return this process's stage."""
    found = stage("apex")
    assert isinstance(found, ApexStage)
    return found


def survivors(results: list[Result]) -> list[str]:
    """Return what was judged wrongly."""
    assert results
    return [told for result in results for told in result.survivors]


def test_every_switch_is_in_the_catalogue() -> None:
    """Each switch of the stand-in is a violation, or takes away what one would know by; none is forgotten."""
    listed = set(ApexStage.violations) | set(switches.UNKNOWABLE) | switches.LEFT_OUT
    assert set(Switch) <= listed
    assert {quirk.value for quirk in Quirk} <= set(ApexStage.harmless)
    names = listed | set(ApexStage.harmless)
    assert set(Observed) == {one for one in Observed if any(name.startswith(one.value) for name in names)}


def test_entries_name_controls_and_checks_that_there_are() -> None:
    """Each violation names controls of one family, and a check of one of them; names are unique, sentences end."""
    judge = the_stage()
    known = {(case.control, case.check) for cases in (*judge.cases.values(), judge.made_up) for case in cases}
    for violation in ApexStage.violations.values():
        assert set(violation.controls) <= set(CONTROLS)
        assert {control.partition("-")[0] for control in violation.controls} == {violation.family}
        assert any((control, violation.check) in known for control in violation.controls), violation.name
        assert violation.wrong.endswith(".")
    assert len(set(BROKEN)) == len(BROKEN)


def test_every_check_of_the_application_has_violations() -> None:
    """No control of a family is without a violation that is meant for it or reported by it."""
    judged = {case.control for cases in (*the_stage().cases.values(), the_stage().made_up) for case in cases}
    reported = {control for violation in ApexStage.violations.values() for control in violation.controls}
    assert judged - reported == set()


@pytest.mark.parametrize("name", BROKEN[::SOME])
def test_what_is_broken_is_reported(name: str) -> None:
    """What is broken is reported by the controls that it names, and by no others of their family."""
    assert survivors(try_violation(the_stage(), the_stage().violations[name])) == []


@pytest.mark.parametrize(("name", "family"), DIFFERENT[::FEW])
def test_what_is_different_is_no_finding(name: str, family: str) -> None:
    """What builds, gateways and days do differently changes no verdict."""
    assert survivors(try_harmless(the_stage(), the_stage().harmless[name], family)) == []


@pytest.mark.parametrize("family", EVERY_FAULT_OF)
def test_no_fault_passes(family: Family) -> None:
    """With any fault in the place of an answer, no case that rests on it passes."""
    faults = the_stage().inabilities(f"{family}-01").values()
    assert len(faults) >= 18
    assert [told for fault in faults for told in survivors(try_inability(the_stage(), fault))] == []


@pytest.mark.parametrize("family", [family for family in FAMILIES if family not in EVERY_FAULT_OF])
def test_faults_of_all_kinds_do_not_pass(family: Family) -> None:
    """Faults of every kind, each in the place of another answer, are never a pass."""
    faults = inabilities(the_stage().kept(family))
    for fault in faults[::SOME_OF_THE_REST]:
        assert survivors(try_inability(the_stage(), fault)) == [], fault.name


def test_telemetry_that_does_not_arrive_is_not_evaluated() -> None:
    """Without telemetry of our own requests nobody can say that a service was not called, nor that it was."""
    outcomes = the_stage().outcomes(switches.switches_on(Switch.TELEMETRY_ABSENT), "SMK")
    called = {case.id: one for case, one in outcomes if case.check == "test_service_is_called"}
    assert {one.verdict for one in called.values()} == {Verdict.NOT_EVALUATED}
    assert all("No telemetry" in one.reason and one.readings for one in called.values())


def test_path_that_answers_is_told() -> None:
    """Where health is served under the API's prefix and declared at the root, the finding names the path to declare."""
    outcomes = the_stage().outcomes(lambda stand_ins: stand_ins.apex.quirks.add(Quirk.HEALTH_UNDER_PREFIX), "SMK")
    outcome = next(one for case, one in outcomes if case.id == "SMK-01 test_application_is_alive")
    assert outcome.verdict is Verdict.FAIL
    assert "/api/v1/health/live answers instead" in outcome.observed
