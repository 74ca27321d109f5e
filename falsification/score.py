"""The score: what of the three catalogues the checks judge rightly, computed in several processes."""

from __future__ import annotations

import logging
import multiprocessing
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import lru_cache
from typing import Literal

from assurance.judging.controls import CONTROLS
from assurance.verdicts import Verdict
from falsification.apex import attempts
from falsification.azure import harmless, inability, violations
from falsification.azure.changes import Violation
from falsification.azure.judging import Judge
from falsification.azure.world import compliant_world
from falsification.change_records import attempts as attested
from falsification.results import Result, Score, violation_results

Way = Literal[
    "violation",
    "harmless",
    "inability",
    "apex-violation",
    "apex-harmless",
    "apex-inability",
    "attested-violation",
    "attested-harmless",
]
Task = tuple[Way, str]
Progress = Callable[[int, int], None]
CHUNK = 12

__all__ = ["Result", "Score", "Task", "attempt_all", "compute", "tasks", "the_judge"]


def tasks(control: str | None = None) -> tuple[Task, ...]:
    """Return everything that can be tried, or what concerns one control.

    Harmless changes and inability concern every control of the deployment, and are tried whole; of the application,
    only what could matter to the control.
    """
    if control is not None and attempts.is_application(control):
        return _of_the_application(control)
    if control is not None and attested.is_attested(control):
        return _of_changes(control)
    wanted = [one for one in violations.CATALOGUE if control is None or control in one.controls]
    return (
        *(("violation", one.name) for one in wanted),
        *(("harmless", one.name) for one in harmless.CATALOGUE),
        *(("inability", name) for name in _trials()),
        *((*_of_the_application(None), *_of_changes(None)) if control is None else ()),
    )


def _of_changes(control: str | None) -> tuple[Task, ...]:
    wanted = [one.name for one in attested.CATALOGUE if control in (None, one.control)]
    return (
        *(("attested-violation", name) for name in wanted),
        *(("attested-harmless", one.name) for one in attested.OTHERWISE),
    )


def _of_the_application(control: str | None) -> tuple[Task, ...]:
    return (
        *(("apex-violation", name) for name in attempts.names_of_broken(control)),
        *(("apex-harmless", name) for name in attempts.names_of_different(control)),
        *(("apex-inability", name) for name in attempts.names_of_trials(control)),
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
    _learn(wanted)
    with ProcessPoolExecutor(processes, mp_context=_context()) as pool:
        futures = [pool.submit(attempt_all, chunk) for chunk in chunks]
        for number, future in enumerate(as_completed(futures), start=1):
            found += future.result()
            progress(min(number * CHUNK, len(wanted)), len(wanted))
    return _in_order(found)


def attempt_all(wanted: Sequence[Task]) -> list[Result]:
    """Try some of what is wanted, in this process."""
    ways: dict[Way, Callable[[str], list[Result]]] = {
        "violation": attempt_violation,
        "harmless": attempt_harmless,
        "inability": attempt_inability,
        "apex-violation": attempts.attempt_violation,
        "apex-harmless": attempts.attempt_harmless,
        "apex-inability": attempts.attempt_inability,
        "attested-violation": attested.attempt_violation,
        "attested-harmless": attested.attempt_harmless,
    }
    return [result for kind, name in wanted for result in ways[kind](name)]


def attempt_violation(name: str) -> list[Result]:
    """Make the world wrong, and see whether those controls report it that must, and no others."""
    violation = _violations()[name]
    judge, world = the_judge(), compliant_world()
    violation.change(world)
    verdicts = judge.verdicts(world)
    failing = {(one.control, one.check) for one in judge.cases if verdicts[one.id].verdict is Verdict.FAIL}
    return violation_results(name, violation.controls, violation.check, frozenset(failing))


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


def _learn(wanted: Sequence[Task]) -> None:
    """Learn what this work needs: where processes are forked, they begin with all of it."""
    if any(way.startswith("apex-") for way, _ in wanted):
        attempts.prepare(tuple({attempts.family_of_task(name) for way, name in wanted if way == "apex-inability"}))
    if any(way in ("violation", "harmless", "inability") for way, _ in wanted):
        the_judge()


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
