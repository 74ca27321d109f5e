"""The catalogue of change records: every shortcoming is reported, nothing harmless is, and no check is left out."""

from __future__ import annotations

import re

import pytest

from assurance.judging.controls.attestations import ATTESTATIONS
from falsification.change_records import attempts
from falsification.score import compute, tasks


def _ignore(done: int, total: int) -> None:
    assert done <= total


@pytest.mark.parametrize("name", [one.name for one in attempts.CATALOGUE])
def test_shortcoming_is_reported(name: str) -> None:
    """The check that a shortcoming is meant for passes on a whole record, and fails on this one."""
    assert [told for one in attempts.attempt_violation(name) for told in one.survivors] == []


@pytest.mark.parametrize("name", [one.name for one in attempts.OTHERWISE])
def test_harmless_record_changes_no_verdict(name: str) -> None:
    """A record that is merely otherwise comes to the same verdicts."""
    results = attempts.attempt_harmless(name)
    assert {one.control for one in results} == {control.id for control in ATTESTATIONS}
    assert [told for one in results for told in one.survivors] == []


def test_every_attested_check_has_a_shortcoming() -> None:
    """Each check that rests on a change record is meant by an entry, and names are kebab-case and differ."""
    meant = {(one.control, one.check) for one in attempts.CATALOGUE}
    assert meant == {(control, name) for control, name, _ in attempts.checks()}
    names = [one.name for one in attempts.CATALOGUE]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in names)


def test_one_control_is_tried_alone() -> None:
    """What is asked of one attested control tries its own shortcomings, and meets the bar."""
    score = compute(tasks("DEP-09"), 1, _ignore)
    assert score.is_met
    assert {one.control for one in score.results if one.kind == "violation"} == {"DEP-09"}
