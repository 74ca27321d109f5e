"""A run that leaves most of the guide's security controls out is never GO."""

from __future__ import annotations

import pytest

from assurance.judging.controls.security import THE_TEN
from assurance.judging.deciding import decide_on
from assurance.verdicts import Decision, Verdict

TEN = sorted(THE_TEN)


def cases(judged: int, verdict: Verdict = Verdict.PASS) -> list[tuple[str, Verdict]]:
    """Return a case of each of the ten: of some a verdict, the others not applicable."""
    return [(control, verdict if number < judged else Verdict.NOT_APPLICABLE) for number, control in enumerate(TEN)]


@pytest.mark.parametrize(("judged", "decision"), [(10, "GO"), (5, "GO"), (4, "INCONCLUSIVE"), (1, "INCONCLUSIVE")])
def test_most_must_be_judged(judged: int, decision: str) -> None:
    """Nine of ten that do not apply prove no secure deployment."""
    assert decide_on(cases(judged)) is Decision(decision)


def test_a_failure_is_told_whatever_is_left_out() -> None:
    """What is known to be wrong stays NO-GO."""
    assert decide_on(cases(1, Verdict.FAIL)) is Decision.NO_GO


def test_a_control_with_one_judged_case_applies() -> None:
    """Only what is left out as a whole counts."""
    assert decide_on([*cases(4), (TEN[9], Verdict.PASS)]) is Decision.GO


def test_other_controls_do_not_count() -> None:
    """A run of a deployment's checks holds none of the ten."""
    found = [(f"DEP-{number:02d}", Verdict.NOT_APPLICABLE) for number in range(1, 10)]
    assert decide_on([*found, ("DEP-10", Verdict.PASS)]) is Decision.GO
