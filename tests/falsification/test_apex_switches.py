"""The checks of the workflow, the roles, the classes and bad input against everything that can be wrong with APEX."""

from __future__ import annotations

import pytest

from assurance.checking import Outcome
from assurance.verdicts import Verdict
from falsification.apex.expectations import CAUGHT_BY
from falsification.apex.judging import ApexJudge, Family, judged
from falsification.seams import MemoryTape
from sandbox.apex import Quirk, Switch

FAMILIES: tuple[Family, ...] = ("E2E", "RBAC", "AACE", "BAD")
RELEVANT = {switch: family for switch in Switch for family in FAMILIES if switch.family == family}
# What says the same thing in two ways cannot stand together; what makes first reads wait is tried where it waits least.
LATE = frozenset({Quirk.CREATED_ROW_LATE, Quirk.FIRST_READ_DROPPED})
QUIRKS: tuple[tuple[Family, frozenset[Quirk]], ...] = (
    *((family, frozenset(Quirk) - LATE - {Quirk.SLASH_CANONICAL}) for family in FAMILIES),
    *((family, frozenset({Quirk.SLASH_CANONICAL})) for family in FAMILIES),
    *(("E2E", frozenset({late})) for late in sorted(LATE)),
)


@pytest.fixture(scope="module")
def judge() -> ApexJudge:
    """APEX in this process, with the checks that judge it."""
    return ApexJudge()


def _broken(judge: ApexJudge, switch: Switch) -> dict[str, Outcome]:
    """Return what the cases come to that must report a switch."""
    judge.stage.reset()
    judge.stage.apex.switches.add(switch)
    chosen = [case for case in judge.cases[RELEVANT[switch]] if case.id in CAUGHT_BY[switch]]
    with judge.stage.roots(judge.environment, MemoryTape(judge.stage.header(judge.environment))) as roots:
        return judged(chosen, roots)


@pytest.mark.parametrize("family", FAMILIES)
def test_apex_as_it_should_be_passes(judge: ApexJudge, family: Family) -> None:
    """Every case of each family passes on APEX as it should be."""
    outcomes = judge.verdicts(family)
    assert len(outcomes) >= 5
    assert {case: one for case, one in outcomes.items() if one.verdict is not Verdict.PASS} == {}


@pytest.mark.parametrize(
    ("family", "quirks"), QUIRKS, ids=[f"{family}-{min(quirks)}-{len(quirks)}" for family, quirks in QUIRKS]
)
def test_harmless_differences_change_no_verdict(judge: ApexJudge, family: Family, quirks: frozenset[Quirk]) -> None:
    """What builds of APEX do differently without being wrong is reported by no case."""
    outcomes = judge.verdicts(family, quirks=quirks)
    assert {case: one for case, one in outcomes.items() if one.verdict is not Verdict.PASS} == {}


def test_every_switch_has_its_case() -> None:
    """Each way in which APEX can be wrong that concerns these families has a case that must report it."""
    assert set(CAUGHT_BY) == set(RELEVANT)
    assert len(RELEVANT) >= 60


@pytest.mark.parametrize("switch", RELEVANT, ids=[switch.value for switch in RELEVANT])
def test_switch_is_caught(judge: ApexJudge, switch: Switch) -> None:
    """With one thing broken, the case concerned fails: it is neither passed nor only left unjudged."""
    outcomes = _broken(judge, switch)
    assert set(outcomes) == set(CAUGHT_BY[switch])
    assert Verdict.FAIL in {one.verdict for one in outcomes.values()}, outcomes
