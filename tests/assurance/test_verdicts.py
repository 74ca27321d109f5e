"""Verdicts: what a run comes to, and how the facts of a check are recorded."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, replace
from itertools import combinations

import pytest

from assurance.verdicts import Decision, ExitStatus, Fact, Verdict, decide, recording_facts

HOLDS = Fact(True, "closed", "closed", "/x", ("r1",))
BROKEN = Fact(False, "closed", "open", "/y", ("r2",))
SETS = [set(chosen) for size in range(len(Verdict) + 1) for chosen in combinations(Verdict, size)]


@pytest.mark.parametrize("verdicts", SETS, ids=lambda chosen: "+".join(sorted(chosen)) or "none")
def test_a_decision_follows_from_the_verdicts(verdicts: set[Verdict]) -> None:
    """A failure is NO-GO; else anything unjudged, or nothing judged at all, is INCONCLUSIVE; only the rest is GO."""
    if Verdict.FAIL in verdicts:
        expected = Decision.NO_GO
    elif Verdict.NOT_EVALUATED in verdicts or verdicts <= {Verdict.NOT_APPLICABLE}:
        expected = Decision.INCONCLUSIVE
    else:
        expected = Decision.GO
    assert decide(verdicts) is expected
    assert decide(list(verdicts) * 3) is expected


def test_exit_statuses_are_those_of_the_design() -> None:
    """0 GO, 1 NO-GO, 10 INCONCLUSIVE: pipelines rely on them."""
    assert (ExitStatus.GO, ExitStatus.NO_GO, ExitStatus.INCONCLUSIVE) == (0, 1, 10)


def test_an_asserted_fact_is_recorded_whether_it_holds_or_not() -> None:
    """A pass is as well documented as a failure."""
    with recording_facts() as facts:
        assert HOLDS
        with pytest.raises(AssertionError):
            assert BROKEN
    assert facts == [HOLDS, BROKEN]


def test_a_fact_that_is_not_asserted_is_not_recorded() -> None:
    """A fact that was only made, or shown, decides nothing."""
    with recording_facts() as facts:
        text = repr(BROKEN)
    assert text == "expected closed; observed open"
    assert facts == []


def test_a_fact_is_recorded_once() -> None:
    """Pytest looks at an assertion's value more than once."""
    with recording_facts() as facts:
        assert all([HOLDS, HOLDS, replace(HOLDS)])
    assert facts == [HOLDS]


def test_facts_that_differ_in_any_way_are_both_recorded() -> None:
    """The same observation about two resources is two facts."""
    other = replace(HOLDS, subject="/z")
    with recording_facts() as facts:
        assert all([HOLDS, other])
    assert facts == [HOLDS, other]


def test_recordings_do_not_mix() -> None:
    """An inner recording keeps its facts to itself, an outer one goes on afterwards, and outside there is none."""
    with recording_facts() as outer:
        assert HOLDS
        with recording_facts() as inner:
            assert not BROKEN
        assert replace(HOLDS, subject="/z")
    assert bool(BROKEN) is False
    assert inner == [BROKEN]
    assert [fact.subject for fact in outer] == ["/x", "/z"]


def test_a_recording_ends_with_an_error() -> None:
    """A check that breaks down does not leave its recording open."""
    with pytest.raises(KeyError), recording_facts() as facts:
        raise KeyError("x")
    assert not BROKEN
    assert facts == []


def test_threads_do_not_record_for_each_other() -> None:
    """A fact that is looked at in another thread is not taken for the check's own."""
    with recording_facts() as facts, ThreadPoolExecutor(1) as pool:
        assert pool.submit(bool, HOLDS).result()
    assert facts == []


def test_a_fact_cannot_be_changed() -> None:
    """What was judged stays what it was."""
    with pytest.raises(FrozenInstanceError):
        HOLDS.holds = False  # type: ignore[misc]  # what must not be done
