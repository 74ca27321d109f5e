"""The score: what of the three catalogues the checks judge rightly, computed in several processes."""

from __future__ import annotations

import logging
import multiprocessing
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from assurance.controls import CONTROLS
from assurance.verdicts import Verdict
from falsification import harmless, inability, violations
from falsification.changes import Violation
from falsification.judging import Judge
from falsification.world import compliant_world

Kind = Literal["violation", "harmless", "inability"]
Task = tuple[Kind, str]
Progress = Callable[[int, int], None]
CHUNK = 12


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
        return tuple(f"{one.control} {one.name}: {told}" for one in self.results for told in one.survivors)

    @property
    def is_met(self) -> bool:
        """Whether our bar is met: all violations found, no false alarm, no false pass; and something was tried."""
        tried = {one.kind for one in self.results}
        return bool(tried) and not self.survivors

    def counts(self, kind: Kind, control: str | None = None) -> tuple[int, int]:
        """Return how much was judged wrongly and how much was judged, of one control or of all.

        Of violations and harmless changes, entries are counted, each once; of inability, cases.
        """
        mine = [one for one in self.results if one.kind == kind and control in (None, one.control)]
        if kind == "inability":
            return sum(len(one.survivors) for one in mine), sum(one.judged for one in mine)
        return len({one.name for one in mine if one.survivors}), len({one.name for one in mine})


def tasks(control: str | None = None) -> tuple[Task, ...]:
    """Return everything that can be tried, or what concerns one control.

    Harmless changes and inability concern every control, and are tried whole.
    """
    wanted = [one for one in violations.CATALOGUE if control is None or control in one.controls]
    return (
        *(("violation", one.name) for one in wanted),
        *(("harmless", one.name) for one in harmless.CATALOGUE),
        *(("inability", name) for name in _trials()),
    )


def compute(wanted: Sequence[Task], processes: int, progress: Progress) -> Score:
    """Try everything that is wanted.

    Args:
        wanted: What to try.
        processes: How many processes share the work; with 1 it is done in this one.
        progress: Told, now and then, how much of how much is done.
    """
    chunks = [wanted[start : start + CHUNK] for start in range(0, len(wanted), CHUNK)]
    found: list[Result] = []
    if processes == 1:
        for number, chunk in enumerate(chunks, start=1):
            found += attempt_all(chunk)
            progress(min(number * CHUNK, len(wanted)), len(wanted))
        return _in_order(found)
    the_judge()  # where processes are forked, they begin with all that it has learnt
    with ProcessPoolExecutor(processes, mp_context=_context()) as pool:
        futures = [pool.submit(attempt_all, chunk) for chunk in chunks]
        for number, future in enumerate(as_completed(futures), start=1):
            found += future.result()
            progress(min(number * CHUNK, len(wanted)), len(wanted))
    return _in_order(found)


def attempt_all(wanted: Sequence[Task]) -> list[Result]:
    """Try some of what is wanted, in this process."""
    ways: dict[Kind, Callable[[str], list[Result]]] = {
        "violation": attempt_violation,
        "harmless": attempt_harmless,
        "inability": attempt_inability,
    }
    return [result for kind, name in wanted for result in ways[kind](name)]


def attempt_violation(name: str) -> list[Result]:
    """Make the world wrong, and see whether those controls report it that must, and no others."""
    violation = _violations()[name]
    judge, world = the_judge(), compliant_world()
    violation.change(world)
    verdicts = judge.verdicts(world)
    failing = [case for case in judge.cases if verdicts[case.id].verdict is Verdict.FAIL]
    reporters = tuple(sorted({case.check for case in failing}))
    # A resource that is missing is missed by each family of controls: they are counted within one.
    families = {control.partition("-")[0] for control in violation.controls}
    reporting = {case.control for case in failing if case.control.partition("-")[0] in families}
    missed = [f"not reported by {control}" for control in violation.controls if control not in reporting]
    if violation.check and violation.check not in reporters:
        missed.append(f"not reported by {violation.check}")
    beyond = [f"reported by {control} as well" for control in sorted(reporting - set(violation.controls))]
    first = (*missed, *beyond)
    return [
        Result("violation", name, control, 1, first if number == 0 else (), reporters)
        for number, control in enumerate(violation.controls)
    ]


def attempt_harmless(name: str) -> list[Result]:
    """Make the world other than it was, and see whether any verdict changes."""
    judge, world = the_judge(), compliant_world()
    _harmless()[name].change(world)
    verdicts = judge.verdicts(world)
    changed: dict[str, list[str]] = {
        control: [] for control in CONTROLS if control in {case.control for case in judge.cases}
    }
    for case in judge.cases:
        outcome = verdicts[case.id]
        if outcome.verdict is not Verdict.PASS:
            changed[case.control].append(f"{case.id} became {outcome.verdict}: {outcome.observed}{outcome.reason}")
    return [Result("harmless", name, control, 1, tuple(told)) for control, told in changed.items()]


def attempt_inability(name: str) -> list[Result]:
    """Put a fault into the place of a reading, and see whether any check that rests on it passes."""
    judge = the_judge()
    trial = _trials()[name]
    passed = inability.false_passes(judge, trial, compliant_world())
    judged = Counter(case.control for case in judge.resting_on(trial.key))
    return [
        Result("inability", name, control, count, tuple(f"{one} passes" for one in passed if one.startswith(control)))
        for control, count in judged.items()
    ]


@lru_cache(maxsize=1)
def the_judge() -> Judge:
    """Return this process's judge."""
    logging.getLogger("azure").setLevel(logging.ERROR)
    return Judge()


@lru_cache(maxsize=1)
def _violations() -> dict[str, Violation]:
    return {one.name: one for one in violations.CATALOGUE}


@lru_cache(maxsize=1)
def _harmless() -> dict[str, harmless.Harmless]:
    return {one.name: one for one in harmless.CATALOGUE}


@lru_cache(maxsize=1)
def _trials() -> dict[str, inability.Trial]:
    return {trial.name: trial for trial in inability.trials(the_judge())}


def _context() -> multiprocessing.context.BaseContext:
    """Return the way to begin processes: forked where there is such a thing, since importing the SDK costs seconds."""
    return multiprocessing.get_context("fork" if "fork" in multiprocessing.get_all_start_methods() else None)


def _in_order(found: list[Result]) -> Score:
    return Score(tuple(sorted(found, key=lambda one: (one.kind, one.control, one.name))))
