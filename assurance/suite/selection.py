"""Finds out what a run selects: which of the suite's markers `-m` asks for, and which controls in whole or in part."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator, Iterable, Mapping
from dataclasses import replace
from itertools import product

import pytest

# pytest offers its marker expressions nowhere in public; a second parser of ours would come to disagree with it.
from _pytest.mark.expression import Expression

from assurance.errors import UsageError
from assurance.judging.controls import CONTROLS
from assurance.judging.selection import MARKS, Selection

# Every combination of the markers that an expression names is tried; the suite and pytest have fewer than these.
MAX_MARKERS = 16


def asked_for(expression: str) -> tuple[str, ...]:
    """Return the suite's markers that a marker expression asks for.

    It asks for a marker if there is a check that it selects, and would not select without that marker. So
    `not nightly` asks for nothing, and `post_deployment and load` for both.

    Raises:
        UsageError: It is no marker expression.
    """
    if not expression:
        return ()
    try:
        compiled = Expression.compile(expression)
    except SyntaxError as error:
        raise UsageError(f"-m {expression!r} is no marker expression: {error.msg}, at column {error.offset}") from error
    names = sorted(compiled.idents())
    if len(names) > MAX_MARKERS:
        raise UsageError(f"-m names {len(names)} markers; at most {MAX_MARKERS} were expected")
    return tuple(mark for mark in MARKS if mark in names and _asks_for(compiled, mark, names))


def _asks_for(expression: Expression, mark: str, names: list[str]) -> bool:
    others = [name for name in names if name != mark]
    worlds = (dict(zip(others, present, strict=True)) for present in product((False, True), repeat=len(others)))
    return any(
        _selects(expression, {**world, mark: True}) and not _selects(expression, {**world, mark: False})
        for world in worlds
    )


def _selects(expression: Expression, present: Mapping[str, bool]) -> bool:
    def matches(name: str, /, **_: str | int | bool | None) -> bool:
        return present[name]

    return expression.evaluate(matches)


class SelectedControls:
    """A pytest plugin that tells apart the controls that are selected in whole and in part.

    Args:
        selection: What is known of the selection before anything is collected.
    """

    def __init__(self, selection: Selection) -> None:
        self.selection = selection
        self._collected: dict[str, set[str]] = defaultdict(set)

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Note every case of a file, also those that the selection leaves out.

        A report of collection (`pytest_collectreport`) is not made of a file of which only some cases are named.
        """
        report = yield
        for item in report.result or ():
            if isinstance(item, pytest.Item) and (control := _control(item)):
                self._collected[control].add(item.nodeid)
        return report

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Compare what is selected with what was collected; a controller of workers collects nothing itself."""
        if session.items:
            self.add(_by_control(session.items))

    def add(self, selected: Mapping[str, Iterable[str]]) -> None:
        """Take in the cases that are selected, by control."""
        chosen = {control: set(cases) for control, cases in selected.items()}
        in_order = [control for control in CONTROLS if chosen.get(control)]
        whole = tuple(control for control in in_order if chosen[control] >= self._collected[control])
        part = tuple(control for control in in_order if control not in whole)
        self.selection = replace(self.selection, whole=whole, part=part)


def _by_control(items: Iterable[pytest.Item]) -> dict[str, set[str]]:
    selected: dict[str, set[str]] = defaultdict(set)
    for item in items:
        if control := _control(item):
            selected[control].add(item.nodeid)
    return selected


def _control(item: pytest.Item) -> str:
    mark = item.get_closest_marker("control")
    return mark.kwargs["id"] if mark is not None else ""
