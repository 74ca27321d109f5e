"""The application's catalogues: whole and well-formed here, with a part of each tried; the score tries all of them."""

from __future__ import annotations

import pytest

from assurance.judging.controls import CONTROLS
from assurance.verdicts import Verdict
from falsification.apex import attempts, inability, switches
from falsification.apex.changes import FAMILIES, Family
from falsification.results import Result
from sandbox.apex import Quirk, Switch

BROKEN = [one.name for one in attempts.CATALOGUE]
SOME, FEW = 23, 25
EVERY_FAULT_OF = ("SMK", "AACE")
# Every fault in turn in the place of one answer of another kind each.
SOME_OF_THE_REST = 61


def survivors(results: list[Result]) -> list[str]:
    """Return what was judged wrongly."""
    assert results
    return [told for one in results for told in one.survivors]


def test_every_switch_is_in_the_catalogue() -> None:
    """Each switch of the stand-in is a violation, or takes away what one would know by; none is forgotten."""
    listed = {one.name for one in attempts.CATALOGUE} | set(switches.UNKNOWABLE) | switches.LEFT_OUT
    assert set(Switch) <= listed
    assert {quirk.value for quirk in Quirk} <= {one.name for one in attempts.DIFFERENT}


def test_entries_name_controls_and_checks_that_there_are() -> None:
    """Each violation names controls of one family, and a check of one of them; names are unique, sentences end."""
    judge = attempts.the_judge()
    known = {(case.control, case.check) for cases in judge.cases.values() for case in cases}
    for one in attempts.CATALOGUE:
        assert set(one.controls) <= set(CONTROLS)
        assert {control.partition("-")[0] for control in one.controls} == {one.family}
        assert any((control, one.check) in known for control in one.controls), one.name
        assert one.wrong.endswith(".")
    assert len(set(BROKEN)) == len(BROKEN)


def test_every_check_of_the_application_has_violations() -> None:
    """No control of a family is without a violation that is meant for it or reported by it."""
    judged = {case.control for cases in attempts.the_judge().cases.values() for case in cases}
    reported = {control for one in attempts.CATALOGUE for control in one.controls}
    assert judged - reported == set()


@pytest.mark.parametrize("name", BROKEN[::SOME])
def test_what_is_broken_is_reported(name: str) -> None:
    """What is broken is reported by the controls that it names, and by no others of their family."""
    assert survivors(attempts.attempt_violation(name)) == []


@pytest.mark.parametrize("name", attempts.names_of_different()[::FEW])
def test_what_is_different_is_no_finding(name: str) -> None:
    """What builds, gateways and days do differently changes no verdict."""
    assert survivors(attempts.attempt_harmless(name)) == []


@pytest.mark.parametrize("family", EVERY_FAULT_OF)
def test_no_fault_passes(family: Family) -> None:
    """With any fault in the place of an answer, no case that rests on it passes."""
    names = attempts.names_of_trials(f"{family}-01")
    assert len(names) >= 18
    assert [told for name in names for told in survivors(attempts.attempt_inability(name))] == []


@pytest.mark.parametrize("family", [family for family in FAMILIES if family not in EVERY_FAULT_OF])
def test_faults_of_all_kinds_do_not_pass(family: Family) -> None:
    """Faults of every kind, each in the place of another answer, are never a pass."""
    judge = attempts.the_judge()
    kept = inability.keep(judge, family)
    for trial in inability.trials(kept)[::SOME_OF_THE_REST]:
        assert inability.false_passes(judge, kept, trial) == [], trial.name


def test_telemetry_that_does_not_arrive_is_not_evaluated() -> None:
    """Without telemetry of our own requests nobody can say that a service was not called, nor that it was."""
    verdicts = attempts.the_judge().verdicts("SMK", switches.switches_on(Switch.TELEMETRY_ABSENT))
    called = {case: one for case, one in verdicts.items() if "test_service_is_called" in case}
    assert {one.verdict for one in called.values()} == {Verdict.NOT_EVALUATED}
    assert all("No telemetry" in one.reason and one.readings for one in called.values())


def test_path_that_answers_is_told() -> None:
    """Where health is served under the API's prefix and declared at the root, the finding names the path to declare."""
    verdicts = attempts.the_judge().verdicts("SMK", lambda stage: stage.apex.quirks.add(Quirk.HEALTH_UNDER_PREFIX))
    outcome = verdicts["SMK-01 test_application_is_alive"]
    assert outcome.verdict is Verdict.FAIL
    assert "/api/v1/health/live answers instead" in outcome.observed
