"""The catalogue of change records: every shortcoming is reported, nothing harmless is, and no check is left out."""

from __future__ import annotations

import re

import pytest

from assurance.judging.controls.attestations import ATTESTATIONS
from falsification.change_records.harmless import HARMLESS
from falsification.change_records.shortcomings import VIOLATIONS
from falsification.change_records.stage import ChangeRecordStage
from falsification.judge import try_harmless, try_violation
from falsification.score import compute, tasks

STAGE = ChangeRecordStage()


def _ignore(done: int, total: int) -> None:
    assert done <= total


@pytest.mark.parametrize("name", sorted(STAGE.violations))
def test_shortcoming_is_reported(name: str) -> None:
    """The check that a shortcoming is meant for passes on a whole record, and fails on this one."""
    assert [told for one in try_violation(STAGE, STAGE.violations[name]) for told in one.survivors] == []


@pytest.mark.parametrize("name", sorted(STAGE.harmless))
def test_harmless_record_changes_no_verdict(name: str) -> None:
    """A record that is merely otherwise comes to the same verdicts."""
    results = try_harmless(STAGE, STAGE.harmless[name])
    assert {one.control for one in results} <= {control.id for control in ATTESTATIONS}
    assert [told for one in results for told in one.survivors] == []


def test_every_attested_check_has_a_shortcoming() -> None:
    """Each check that rests on a change record is meant by an entry, and names are kebab-case and differ."""
    meant = {(one.controls[0], one.check) for one in VIOLATIONS}
    assert meant == {(case.control, case.check) for case in STAGE.cases}
    names = [*(one.name for one in VIOLATIONS), *(one.name for one in HARMLESS)]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in names)


def test_one_control_is_tried_alone() -> None:
    """What is asked of one attested control tries its own shortcomings, and meets the bar."""
    score = compute(tasks("DEP-09"), 1, _ignore)
    assert score.is_met
    assert {one.control for one in score.results if one.kind == "violation"} == {"DEP-09"}


def test_harmless_records_cover_every_control() -> None:
    """Each attested control has a harmless record on which its checks pass before and after."""
    results = [one for harmless in HARMLESS for one in try_harmless(STAGE, harmless)]
    assert {one.control for one in results} == {control.id for control in ATTESTATIONS}
