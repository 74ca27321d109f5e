"""The catalogues: large enough, well-formed, and truly run."""

from __future__ import annotations

import re
from functools import lru_cache

import pytest

from assurance.judging.controls import CONTROLS
from falsification import report
from falsification.azure import harmless, violations
from falsification.azure.stage import AzureStage
from falsification.azure.world import compliant_world
from falsification.judge import Result, Score, try_harmless, try_violation
from falsification.score import stage

KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
MIN_VIOLATIONS, MIN_HARMLESS = 150, 50


def _stage() -> AzureStage:
    found = stage("azure")
    assert isinstance(found, AzureStage)
    return found


@lru_cache(maxsize=1024)
def _violated(name: str) -> tuple[Result, ...]:
    return tuple(try_violation(_stage(), _stage().violations[name]))


@lru_cache(maxsize=1)
def _checks() -> tuple[str, ...]:
    return tuple(sorted({case.check for case in _stage().cases}))


def test_catalogues_are_as_large_as_the_bar() -> None:
    """There are at least 150 violations and 50 harmless changes, each with its own kebab-case name and a sentence."""
    names = [*(one.name for one in violations.CATALOGUE), *(one.name for one in harmless.CATALOGUE)]
    sentences = [*(one.wrong for one in violations.CATALOGUE), *(one.other for one in harmless.CATALOGUE)]
    assert len(violations.CATALOGUE) >= MIN_VIOLATIONS
    assert len(harmless.CATALOGUE) >= MIN_HARMLESS
    assert len({one.name for one in violations.CATALOGUE}) == len(violations.CATALOGUE)
    assert len({one.name for one in harmless.CATALOGUE}) == len(harmless.CATALOGUE)
    assert [name for name in names if not KEBAB.fullmatch(name)] == []
    assert [told for told in sentences if not told.endswith(".")] == []


def test_every_control_has_violations() -> None:
    """Each control that is judged has ten violations that are meant for it at least, one of deployments six."""
    judged = {case.control for case in _stage().cases}
    assert judged <= set(CONTROLS)
    meant = {control: [one for one in violations.CATALOGUE if one.controls[0] == control] for control in judged}
    few = [control for control, found in meant.items() if len(found) < (6 if control.startswith("DEP") else 10)]
    assert few == []


@pytest.mark.parametrize("name", [one.name for one in violations.CATALOGUE])
def test_violation_is_reported(name: str) -> None:
    """Each violation is reported by the controls that it names, and by no others."""
    results = _violated(name)
    assert results
    assert [told for result in results for told in result.survivors] == []


@pytest.mark.parametrize("name", [one.name for one in harmless.CATALOGUE])
def test_harmless_change_changes_no_verdict(name: str) -> None:
    """No harmless change changes any verdict, though each does change the world."""
    world = compliant_world()
    next(one for one in harmless.CATALOGUE if one.name == name).change(world)
    assert world != compliant_world()
    assert [told for one in try_harmless(_stage(), _stage().harmless[name]) for told in one.survivors] == []


def test_every_check_reports_a_violation() -> None:
    """Each function of the checks that are judged is seen to report at least one violation that is meant for it."""
    silent = []
    for check in _checks():
        meant = [one.name for one in violations.CATALOGUE if one.check == check]
        if not any(check in result.reporters for name in meant for result in _violated(name)):
            silent.append(check)
    assert silent == []


def test_document_lists_every_violation_and_harmless_change() -> None:
    """The document names what is in the catalogues, and says that nothing survived where nothing did."""
    written = report.document(Score(()))
    assert [one.name for one in violations.CATALOGUE if f"- `{one.name}`: " not in written] == []
    assert [one.name for one in harmless.CATALOGUE if f"- `{one.name}`: " not in written] == []
    assert "## Survivors\n\nNone.\n" in written
