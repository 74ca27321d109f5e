"""What a run says of the clauses of ISO/IEC 27001, and how complete it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assurance.judging.controls import CONTROLS
from assurance.reporting import coverage
from assurance.reporting.coverage import FAMILIES, Completeness, family_of, ids_in_words
from assurance.reporting.iso27001 import CLAUSES
from assurance.verdicts import Verdict
from tests.assurance.reporting.sample_run import model_of, record, sample_model


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
    by_number = {one.clause.number: one for one in coverage.clauses(sample_model())}
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
    cited = {one.clause.number for one in coverage.clauses(model_of())}
    assert cited | {one.number for one in coverage.uncited()} == set(CLAUSES)
    assert not cited & {one.number for one in coverage.uncited()}


@pytest.mark.parametrize("verdict", [Verdict.NOT_EVALUATED, Verdict.NOT_APPLICABLE])
def test_a_clause_is_not_supported_by_what_was_not_judged(verdict: Verdict) -> None:
    """A control that was not judged, or does not apply, supports nothing."""
    assert not any(one.supporting for one in coverage.clauses(model_of(verdict)))
    assert any(one.supporting for one in coverage.clauses(model_of(Verdict.PASS)))


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
