"""Judging: a verdict follows from facts with readings; everything else is "not evaluated"."""

from dataclasses import replace

import pytest

from assurance.errors import BrokenReading, EnvironmentFileError, MissingReading, NotEvaluated, UsageError
from assurance.judging.checking import control, judge
from assurance.judging.controls import CONTROLS
from assurance.verdicts import Fact, Verdict

HOLDS = Fact(True, "closed", "closed", "/x", ("r1",))
BROKEN = Fact(False, "closed", "open", "/y", ("r2",), "az close")


def test_facts_that_hold_pass() -> None:
    """A pass says what was required and found, about what, and on which readings."""
    outcome = judge([HOLDS, replace(HOLDS, subject="/z", readings=("r1", "r3"))], None)
    assert outcome.verdict is Verdict.PASS
    assert (outcome.expected, outcome.observed) == ("closed", "closed")
    assert outcome.resources == ("/x", "/z")
    assert outcome.readings == ("r1", "r3")


def test_a_fact_that_does_not_hold_fails() -> None:
    """A failure says only what is wrong and what to do, and cites the readings of all that was judged."""
    outcome = judge([HOLDS, BROKEN], AssertionError("expected closed; observed open"))
    assert outcome.verdict is Verdict.FAIL
    assert (outcome.expected, outcome.observed, outcome.remedy) == ("closed", "open", "az close")
    assert outcome.resources == ("/y",)
    assert outcome.readings == ("r1", "r2")


def test_several_remedies_stand_below_each_other() -> None:
    """Each broken fact has its remedy; the same remedy is given once."""
    facts = [BROKEN, replace(BROKEN, observed="ajar"), replace(BROKEN, remedy="az lock")]
    outcome = judge(facts, AssertionError())
    assert outcome.observed == "open; ajar"
    assert outcome.remedy == "az close\naz lock"


def test_a_broken_fact_fails_even_if_the_check_goes_on() -> None:
    """A check that catches its own failure does not pass."""
    assert judge([BROKEN, HOLDS], None).verdict is Verdict.FAIL


@pytest.mark.parametrize("error", [None, AssertionError("nothing was found")])
def test_no_facts_are_not_evaluated(error: BaseException | None) -> None:
    """A check that asserted nothing has judged nothing, however it ended."""
    outcome = judge([], error)
    assert outcome.verdict is Verdict.NOT_EVALUATED
    assert "defect of the suite" in outcome.remedy


@pytest.mark.parametrize("facts", [[replace(HOLDS, readings=())], [HOLDS, replace(HOLDS, readings=())]])
def test_a_fact_without_readings_is_not_evaluated(facts: list[Fact]) -> None:
    """What rests on no reading is no evidence, also among others that are."""
    outcome = judge(facts, None)
    assert outcome.verdict is Verdict.NOT_EVALUATED
    assert outcome.reason == "The check rests on no reading."


def test_a_broken_fact_without_readings_is_not_evaluated() -> None:
    """Nor is a failure without readings a finding."""
    assert judge([replace(BROKEN, readings=())], AssertionError()).verdict is Verdict.NOT_EVALUATED


@pytest.mark.parametrize("facts", [[], [HOLDS]])
@pytest.mark.parametrize("kind", [NotEvaluated, BrokenReading, MissingReading])
def test_inability_is_not_evaluated_in_its_own_words(kind: type[NotEvaluated], facts: list[Fact]) -> None:
    """Reason, remedy and readings of what stood in the way are told."""
    outcome = judge(facts, kind("No permission", "Grant it", ("r9",)))
    assert outcome.verdict is Verdict.NOT_EVALUATED
    assert (outcome.reason, outcome.remedy, outcome.readings) == ("No permission", "Grant it", ("r9",))


@pytest.mark.parametrize("facts", [[], [HOLDS], [BROKEN], [HOLDS, BROKEN]])
@pytest.mark.parametrize(
    "error", [KeyError("x"), TypeError("x"), RuntimeError("x"), EnvironmentFileError("x"), KeyboardInterrupt()]
)
def test_a_check_that_breaks_down_is_not_evaluated(error: BaseException, facts: list[Fact]) -> None:
    """A defect of the suite is no finding and no pass; it is named."""
    outcome = judge(facts, error)
    assert outcome.verdict is Verdict.NOT_EVALUATED
    assert type(error).__name__ in outcome.reason


def test_a_plain_assertion_is_not_evaluated() -> None:
    """An assertion that no fact stands behind has no readings, and so decides nothing."""
    outcome = judge([HOLDS], AssertionError("assert 1 == 2"))
    assert outcome.verdict is Verdict.NOT_EVALUATED
    assert "assert 1 == 2" in outcome.reason


@pytest.mark.parametrize("control_id", sorted(CONTROLS))
def test_each_control_can_be_declared(control_id: str) -> None:
    """A check file's marks name its control and the moments at which it is demanded."""
    marks = control(control_id)
    assert marks[0].mark.kwargs == {"id": control_id}
    assert {mark.name for mark in marks} == {"control", "pre_deployment", "post_deployment", "nightly"}


@pytest.mark.parametrize("control_id", ["SEC-99", "sec-01", ""])
def test_an_unknown_control_is_refused(control_id: str) -> None:
    """A misspelt control does not make a check that nobody selects."""
    with pytest.raises(UsageError, match="SEC-01"):
        control(control_id)


def test_known_failure_is_not_hidden_by_what_cannot_be_read() -> None:
    """A fact that does not hold fails its case, and what could not be judged beside it is told."""
    broken = Fact(False, "closed", "open", "service", ("reading",))
    outcome = judge([broken], NotEvaluated("No permission.", "Grant it.", ("other",)))
    assert (outcome.verdict, outcome.observed) == (Verdict.FAIL, "open")
    assert outcome.reason == "Not all else could be judged: No permission."
