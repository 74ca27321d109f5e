"""Judges cases of checks without pytest: collects them, resolves their nouns, records their facts, and concludes.

One process judges hundreds of worlds with it, where pytest would judge one.
"""

from __future__ import annotations

import importlib.util
import inspect
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from assurance.environment import Environment
from assurance.judging.checking import Outcome, judge
from assurance.judging.nouns import DECLARED, VIEWS, needs, resolve, subjects
from assurance.verdicts import recording_facts


@dataclass(frozen=True, slots=True)
class BoundCheck:
    """A check, bound to one subject of each declared noun that it rests on.

    Attributes:
        id: Control, function and subject, as `SEC-03 test_connection_is_approved[pe-sql-apex-sandbox]`.
        control: The control.
        check: The function's name.
        function: The function.
        subjects: What each declared noun stands for in this case.
    """

    id: str
    control: str
    check: str
    function: Callable[..., None]
    subjects: Mapping[str, Any]  # Any: what a noun stands for differs from one to the next

    @property
    def subject(self) -> str:
        """What stands in the brackets of its id; empty if it is about the environment as a whole."""
        return self.id.partition("[")[2].rstrip("]")

    def outcome(self, roots: Mapping[str, object]) -> Outcome:
        """Return what it comes to, on nouns made of these roots."""
        return outcome_of(self.function, {**self.subjects, **roots})


def outcome_of(function: Callable[..., None], given: Mapping[str, object]) -> Outcome:
    """Return what a check comes to on nouns made of what is given; whatever ends it is judged, and not raised."""
    error: Exception | None = None
    with recording_facts() as facts:
        try:
            function(**{name: resolve(name, given) for name in inspect.signature(function).parameters})
        except Exception as raised:  # noqa: BLE001  (whatever ends a case is judged)
            error = raised
    return judge(facts, error)


def collect(folders: Iterable[Path], environment: Environment, roots: frozenset[str]) -> tuple[BoundCheck, ...]:
    """Return every case of the check files in these folders that rests on these roots and on nothing else."""
    files = [file for folder in folders for file in sorted(folder.glob("test_*.py"))]
    return tuple(check for file in files for check in _bound(load_check_file(file), environment, roots))


def load_check_file(file: Path) -> ModuleType:
    """Return a check file as a module of its own name.

    Raises:
        ImportError: It is no module.
    """
    spec = importlib.util.spec_from_file_location(f"judged_{file.stem}", file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _bound(module: ModuleType, environment: Environment, roots: frozenset[str]) -> Iterator[BoundCheck]:
    control = next(mark.kwargs["id"] for mark in module.pytestmark if mark.name == "control")
    for name, function in vars(module).items():
        if not name.startswith("test_") or not _rests_on(function, roots):
            continue
        nouns = sorted(frozenset().union(*(needs(parameter) for parameter in inspect.signature(function).parameters)))
        families = [subjects(noun, environment).items() for noun in nouns]
        for chosen in itertools.product(*families):
            subject = f"[{'-'.join(label for label, _ in chosen)}]" if chosen else ""
            values = dict(zip(nouns, (value for _, value in chosen), strict=True))
            yield BoundCheck(f"{control} {name}{subject}", control, name, function, values)


def _rests_on(function: Callable[..., Any], roots: frozenset[str]) -> bool:
    return all(_is_made_from(noun, roots) for noun in inspect.signature(function).parameters)


def _is_made_from(noun: str, roots: frozenset[str]) -> bool:
    if noun in roots or noun in DECLARED:
        return True
    return noun in VIEWS and _rests_on(VIEWS[noun], roots)
