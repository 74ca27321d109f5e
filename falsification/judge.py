"""The judge: tries one entry of a catalogue on a stage; what became of it, and the score."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from assurance.judging.checking import Outcome
from assurance.judging.harness import BoundCheck
from assurance.verdicts import Verdict
from falsification.catalogue import Harmless, Inability, Violation, World

Kind = Literal["violation", "harmless", "inability"]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one entry of a catalogue, for one control.

    Attributes:
        kind: Which catalogue.
        name: The entry's name.
        control: The control.
        judged: How much was judged: one entry, or for an inability the cases that rest on the reading.
        survivors: What was judged wrongly, in words; empty if nothing was.
        reporters: The checks that reported a violation.
    """

    kind: Kind
    name: str
    control: str
    judged: int
    survivors: tuple[str, ...]
    reporters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """All results."""

    results: tuple[Result, ...]

    @property
    def survivors(self) -> tuple[str, ...]:
        """What was judged wrongly, in words."""
        return tuple(
            f"{result.control} {result.name}: {survivor}" for result in self.results for survivor in result.survivors
        )

    @property
    def is_met(self) -> bool:
        """Whether our bar is met: all violations found, no false alarm, no false pass; and something was tried."""
        tried = {result.kind for result in self.results}
        return bool(tried) and not self.survivors

    def counts(self, kind: Kind, control: str | None = None) -> tuple[int, int]:
        """Return how much was judged wrongly and how much was judged, of one control or of all.

        Of violations and harmless changes, entries are counted, each once; of inability, cases.
        """
        results = [result for result in self.results if result.kind == kind and control in (None, result.control)]
        if kind == "inability":
            return sum(len(result.survivors) for result in results), sum(result.judged for result in results)
        return len({result.name for result in results if result.survivors}), len({result.name for result in results})


def violation_results(
    name: str, controls: tuple[str, ...], check: str, failing: frozenset[tuple[str, str]]
) -> list[Result]:
    """Return what became of a violation: those controls must report it that it names, and no others of their families.

    Args:
        name: The violation.
        controls: The controls that must report it.
        check: The check that must report it; empty if any will do.
        failing: The control and the check of each case that fails.
    """
    reporters = tuple(sorted({of for _, of in failing}))
    # A resource that is missing is missed by each family of controls: they are counted within one.
    families = {control.partition("-")[0] for control in controls}
    reporting = {control for control, _ in failing if control.partition("-")[0] in families}
    missed = [f"not reported by {control}" for control in controls if control not in reporting]
    if check and check not in reporters:
        missed.append(f"not reported by {check}")
    beyond = [f"reported by {control} as well" for control in sorted(reporting - set(controls))]
    first = (*missed, *beyond)
    return [
        Result("violation", name, control, 1, first if number == 0 else (), reporters)
        for number, control in enumerate(controls)
    ]


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
    failing = frozenset((case.control, case.check) for case, outcome in outcomes if outcome.verdict is Verdict.FAIL)
    reportable = failing
    if not violation.is_exclusive:
        reportable = frozenset(failure for failure in failing if failure[0] in violation.controls)
    return violation_results(violation.name, violation.controls, violation.check, reportable)


def try_harmless(stage: Stage[World], harmless: Harmless[World], family: str = "") -> list[Result]:
    """Make a world other than it was, and see whether any case no longer passes."""
    survivors: dict[str, list[str]] = {}
    for case, outcome in stage.outcomes(harmless.change, family):
        changed = survivors.setdefault(case.control, [])
        if outcome.verdict is not Verdict.PASS:
            changed.append(f"{case.id} became {outcome.verdict}: {outcome.observed}{outcome.reason}")
    return [Result("harmless", harmless.name, control, 1, tuple(lines)) for control, lines in sorted(survivors.items())]


def try_inability(stage: Stage[World], fault: Inability[World]) -> list[Result]:
    """Put a fault into the place of a reading, and see whether any case that rests on it passes."""
    outcomes = stage.outcomes_resting_on(fault)
    passing = [case for case, outcome in outcomes if outcome.verdict is Verdict.PASS]
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
