"""What a check file declares, and how the outcome of a case becomes a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pytest

from assurance.errors import NotEvaluated, UsageError
from assurance.judging.controls import CONTROLS
from assurance.verdicts import Fact, Measure, Verdict

Moment = Literal["pre_deployment", "post_deployment", "nightly", "closing"]
ALWAYS: tuple[Moment, ...] = ("pre_deployment", "post_deployment", "nightly")


def control(control_id: str, *moments: Moment) -> list[pytest.MarkDecorator]:
    """Return the marks of a check file: its control, and the moments at which the guide demands it.

    Args:
        control_id: The control, such as `SEC-03`.
        moments: When it is judged; before and after a deployment and every night where none is given.

    Raises:
        UsageError: There is no such control.
    """
    if control_id not in CONTROLS:
        raise UsageError(f"there is no control {control_id!r}; assurance/judging/controls has {', '.join(CONTROLS)}")
    return [
        pytest.mark.control(id=control_id),
        *(getattr(pytest.mark, moment) for moment in moments or ALWAYS),
    ]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one case came to.

    Attributes:
        verdict: The verdict.
        expected: What was required, of the facts that decide.
        observed: What was found, of the same facts.
        reason: Why it could not be judged.
        remedy: What to do about it.
        resources: Subjects of all facts.
        readings: Keys of the readings behind all facts.
        measures: What was measured, of all facts.
    """

    verdict: Verdict
    expected: str = ""
    observed: str = ""
    reason: str = ""
    remedy: str = ""
    resources: tuple[str, ...] = ()
    readings: tuple[str, ...] = ()
    measures: tuple[Measure, ...] = ()


def judge(facts: Sequence[Fact], error: BaseException | None) -> Outcome:
    """Return the outcome of a case that asserted these facts and ended so.

    What is known to fail stays a failure, whatever else could not be judged. Nothing passes by accident: a case that
    asserted no fact, or one that rests on no reading, is not evaluated, and so is one that broke down for any reason
    other than a fact that does not hold.
    """
    broken = [fact for fact in facts if not fact.holds]
    if isinstance(error, NotEvaluated) and not broken:
        return Outcome(Verdict.NOT_EVALUATED, reason=error.reason, remedy=error.remedy, readings=error.readings)
    if error is not None and not (isinstance(error, (AssertionError, NotEvaluated)) and broken):
        reason = f"The check broke down: {type(error).__name__}: {error}"
        return Outcome(Verdict.NOT_EVALUATED, reason=reason, remedy="This is a defect of the suite; report it.")
    if not facts or any(not fact.readings for fact in facts):
        reason = "The check asserted nothing." if not facts else "The check rests on no reading."
        return Outcome(Verdict.NOT_EVALUATED, reason=reason, remedy="This is a defect of the suite; report it.")
    deciding = broken or list(facts)
    return Outcome(
        verdict=Verdict.FAIL if broken else Verdict.PASS,
        reason=f"Not all else could be judged: {error.reason}" if isinstance(error, NotEvaluated) else "",
        expected="; ".join(dict.fromkeys(fact.expected for fact in deciding)),
        observed="; ".join(dict.fromkeys(fact.observed for fact in deciding)),
        remedy="\n".join(dict.fromkeys(fact.remedy for fact in deciding if fact.remedy)),
        resources=tuple(dict.fromkeys(fact.subject for fact in deciding)),
        readings=tuple(dict.fromkeys(key for fact in facts for key in fact.readings)),
        measures=tuple(dict.fromkeys(fact.measure for fact in facts if fact.measure is not None)),
    )
