"""The score: what of the catalogues the checks judge rightly, computed in several processes."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from falsification.apex.observed import FAMILIES
from falsification.apex.stage import ApexStage
from falsification.azure.deployments import CATALOGUES
from falsification.azure.stage import AzureStage, DeploymentStage
from falsification.change_records.stage import ChangeRecordStage
from falsification.drift.stage import DriftStage
from falsification.judge import Kind, Result, Score, Stage, try_harmless, try_inability, try_violation
from falsification.planned import CONTROLS as PLANNED
from falsification.planned import PlanStage

# Any: stages of different worlds stand in one table.
STAGES: dict[str, Callable[[], Stage[Any]]] = {
    "azure": AzureStage,
    "apex": ApexStage,
    "change records": ChangeRecordStage,
    "drift": lambda: _drift_stage(),
    "planned": PlanStage,
    **{name: partial(DeploymentStage, name) for name in CATALOGUES},
}
Progress = Callable[[int, int], None]
CHUNK = 12


@dataclass(frozen=True, slots=True)
class Task:
    """One entry of a catalogue to be tried.

    Attributes:
        stage: On which stage.
        kind: From which catalogue.
        name: The entry's name.
        family: The family of controls that a harmless change is tried on, where it is tried on several.
        control: The only control whose results are wanted; empty for all.
    """

    stage: str
    kind: Kind
    name: str
    family: str = ""
    control: str = ""


@lru_cache(maxsize=len(STAGES))
def stage(name: str) -> Stage[Any]:
    """Return this process's stage of a name."""
    return STAGES[name]()


def _drift_stage() -> DriftStage:
    azure = stage("azure")
    assert isinstance(azure, AzureStage)
    return DriftStage(azure)


def tasks(control: str | None = None) -> tuple[Task, ...]:
    """Return everything that can be tried, or what concerns one control, in every deployment that there is."""
    names = STAGES if control is None else _stages_of(control)
    return tuple(task for name in names for task in _tasks_of(name, control))


def _stages_of(control: str) -> tuple[str, ...]:
    if control.partition("-")[0] in FAMILIES:
        return ("apex",)
    if control.startswith("DRF-"):
        return ("drift",)
    if control in PLANNED:
        return ("planned",)
    attested = {case.control for case in ChangeRecordStage().cases}
    return ("change records",) if control in attested else ("azure", *CATALOGUES)


def _tasks_of(name: str, control: str | None) -> Iterator[Task]:
    judged_stage, only = stage(name), control or ""
    for violation in judged_stage.violations.values():
        if control is None or control in violation.controls:
            yield Task(name, "violation", violation.name)
    for harmless in judged_stage.harmless.values():
        for family in harmless.families or ("",):
            if control is None or family in {"", control.partition("-")[0]}:
                yield Task(name, "harmless", harmless.name, family, only)
    for inability in _inabilities(name, only):
        yield Task(name, "inability", inability, control=only)


def compute(wanted: Sequence[Task], processes: int, progress: Progress) -> Score:
    """Try everything that is wanted.

    Args:
        wanted: What to try.
        processes: How many processes share the work; with 1 it is done in this one.
        progress: Told, now and then, how much of how much is done.
    """
    chunks = [wanted[start : start + CHUNK] for start in range(0, len(wanted), CHUNK)]
    results: list[Result] = []
    if processes == 1:
        for number, chunk in enumerate(chunks, start=1):
            results += attempt_all(chunk)
            progress(min(number * CHUNK, len(wanted)), len(wanted))
        return _in_order(results)
    # Where processes are forked, they begin with all that this one has learnt.
    for name in {task.stage for task in wanted}:
        stage(name).rest()
    with ProcessPoolExecutor(processes, mp_context=_context()) as pool:
        futures = [pool.submit(attempt_all, chunk) for chunk in chunks]
        for number, future in enumerate(as_completed(futures), start=1):
            results += future.result()
            progress(min(number * CHUNK, len(wanted)), len(wanted))
    return _in_order(results)


def attempt_all(wanted: Sequence[Task]) -> list[Result]:
    """Try some of what is wanted, in this process."""
    return [result for task in wanted for result in attempt(task)]


def attempt(task: Task) -> list[Result]:
    """Try one entry; of a harmless change or an inability, return only what concerns the task's control."""
    judged_stage = stage(task.stage)
    if task.kind == "violation":
        return try_violation(judged_stage, judged_stage.violations[task.name])
    if task.kind == "harmless":
        results = try_harmless(judged_stage, judged_stage.harmless[task.name], task.family)
    else:
        results = try_inability(judged_stage, _inabilities(task.stage, task.control)[task.name])
    return [result for result in results if task.control in {"", result.control}]


@lru_cache(maxsize=len(STAGES))
def _inabilities(name: str, control: str) -> dict[str, Any]:  # Any: as above
    return dict(stage(name).inabilities(control or None))


def _context() -> multiprocessing.context.BaseContext:
    """Return the way to begin processes: forked where there is such a thing, since importing the SDK costs seconds."""
    return multiprocessing.get_context("fork" if "fork" in multiprocessing.get_all_start_methods() else None)


def _in_order(found: list[Result]) -> Score:
    return Score(tuple(sorted(found, key=lambda result: (result.kind, result.control, result.name))))
