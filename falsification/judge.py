"""The judge: tries one entry of a catalogue on a stage, and tells what the checks judged wrongly.

A stage lets the checks judge one kind of world: Azure (`falsification.azure`), APEX (`falsification.apex`), a change
record (`falsification.change_records`), or Azure beside what was approved of it (`falsification.drift`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from assurance.judging.checking import Outcome
from assurance.judging.harness import BoundCheck
from assurance.verdicts import Verdict
from falsification.catalogue import Harmless, Inability, Violation, World
from falsification.results import Result, violation_results

Judged = Sequence[tuple[BoundCheck, Outcome]]
"""Cases, and what each comes to."""


class Stage(Protocol[World]):
    """Lets the checks judge one kind of world."""

    @property
    def violations(self) -> Mapping[str, Violation[World]]:
        """What can be wrong, by name."""

    @property
    def harmless(self) -> Mapping[str, Harmless[World]]:
        """What must not matter, by name."""

    def inabilities(self, control: str | None = None) -> Mapping[str, Inability[World]]:
        """Return every fault in the place of every reading that a control rests on, or all, by name."""

    def outcomes(self, change: Callable[[World], object], family: str = "") -> Judged:
        """Return what the cases of a family, or all, come to in a compliant world after a change."""

    def outcomes_resting_on(self, fault: Inability[World]) -> Judged:
        """Return what the cases come to that rest on the reading in whose place the fault is."""

    def rest(self) -> None:
        """Let no thread run, as it must be where a process is about to be forked."""


def try_violation(stage: Stage[World], violation: Violation[World]) -> list[Result]:
    """Make a world wrong, and see whether those controls report it that must, and no others of their families."""
    outcomes = stage.outcomes(violation.change, violation.family)
    failing = frozenset((case.control, case.check) for case, one in outcomes if one.verdict is Verdict.FAIL)
    reportable = failing
    if not violation.is_exclusive:
        reportable = frozenset(one for one in failing if one[0] in violation.controls)
    return violation_results(violation.name, violation.controls, violation.check, reportable)


def try_harmless(stage: Stage[World], harmless: Harmless[World], family: str = "") -> list[Result]:
    """Make a world other than it was, and see whether any case no longer passes."""
    survivors: dict[str, list[str]] = {}
    for case, outcome in stage.outcomes(harmless.change, family):
        changed = survivors.setdefault(case.control, [])
        if outcome.verdict is not Verdict.PASS:
            changed.append(f"{case.id} became {outcome.verdict}: {outcome.observed}{outcome.reason}")
    return [Result("harmless", harmless.name, control, 1, tuple(one)) for control, one in sorted(survivors.items())]


def try_inability(stage: Stage[World], fault: Inability[World]) -> list[Result]:
    """Put a fault into the place of a reading, and see whether any case that rests on it passes."""
    outcomes = stage.outcomes_resting_on(fault)
    passing = [case for case, one in outcomes if one.verdict is Verdict.PASS]
    return [
        Result(
            "inability",
            fault.name,
            control,
            count,
            tuple(f"{case.id} passes" for case in passing if case.control == control),
        )
        for control, count in sorted(Counter(case.control for case, _ in outcomes).items())
    ]
