"""Finds out what a run selects: which of the suite's markers `-m` asks for, and which controls in whole or in part."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import pytest

# pytest offers its marker expressions nowhere in public; a second parser of ours would come to disagree with it.
from _pytest.mark.expression import Expression

from assurance.errors import UsageError
from assurance.judging.controls import CONTROLS
from assurance.judging.selection import GATES, MARKS, MOMENTS, Given, Selection

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
    if unknown := _unknown_controls(compiled):
        near = get_close_matches(unknown[0], CONTROLS, n=3, cutoff=0.5)
        advice = f"did you mean {', '.join(near)}?" if near else "docs/controls.md lists them"
        raise UsageError(f"-m names control {unknown[0]}, which there is not; {advice}")
    names = sorted(compiled.idents())
    if len(names) > MAX_MARKERS:
        raise UsageError(f"-m names {len(names)} markers; at most {MAX_MARKERS} were expected")
    return tuple(mark for mark in MARKS if mark in names and _asks_for(compiled, mark, names))


def _unknown_controls(expression: Expression) -> list[str]:
    """Return the ids of controls that an expression asks for and that do not exist, in order."""
    asked: set[str] = set()

    def notes(name: str, /, *, answer: bool, **given: str | int | bool | None) -> bool:
        if name == "control":
            asked.add(str(given.get("id", "")))
        return answer

    # Where one answer ends the evaluation early, the other goes on.
    for answer in (False, True):
        expression.evaluate(partial(notes, answer=answer))
    return sorted(asked - {""} - CONTROLS.keys())


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


def given_by(config: pytest.Config) -> Given:
    """Return by what the command line, the settings and PYTEST_ADDOPTS select."""
    option = config.option
    others = ("lf", "stepwise", "ignore", "ignore_glob", "pyargs")
    return Given(
        paths=tuple(_relative(argument, config) for argument in config.args),
        keyword=option.keyword or "",
        expression=option.markexpr or "",
        deselected=tuple(option.deselect or ()),
        variable=os.environ.get("PYTEST_ADDOPTS", ""),
        by_id=any(getattr(option, name, None) for name in others),
    )


def _relative(argument: str, config: pytest.Config) -> str:
    """Return a test path as node ids begin: relative to pytest's root, with slashes."""
    path, colons, rest = argument.partition("::")
    absolute = (config.invocation_params.dir / path).resolve()
    root = config.rootpath.resolve()
    return (absolute.relative_to(root).as_posix() if absolute.is_relative_to(root) else path) + colons + rest


class SelectedControls:
    """A pytest plugin that tells apart the controls that are selected in whole and in part.

    Args:
        selection: What is known of the selection before anything is collected.
        checks: The folder of all check files, to tell whether every one was looked through; None if there is none.

    Attributes:
        leaves_out: Whether this run has no use for an item, such as one on a change that there is none of.
    """

    def __init__(self, selection: Selection, checks: Path | None = None) -> None:
        self.selection = selection
        self.leaves_out: Callable[[pytest.Item], bool] = _nothing
        self._checks = checks
        self._files: set[Path] = set()
        self._collected: dict[str, set[str]] = defaultdict(set)
        self._chosen: set[str] = set()
        self._demanded: dict[str, set[str]] = {moment: set() for moment in MOMENTS}

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Note every case of a file, also those that the selection leaves out: a node id leaves out the rest of it."""
        report = yield
        self._note(report.result or ())
        return report

    def _note(self, found: Iterable[pytest.Item | pytest.Collector]) -> None:
        for item in found:
            if isinstance(item, pytest.Item) and (control := _control(item)):
                self._files.add(item.path.resolve())
                self._collected[control].add(item.nodeid)
                for moment in () if self.leaves_out(item) else MOMENTS:
                    if item.get_closest_marker(moment) is not None:
                        self._demanded[moment].add(item.nodeid)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Compare what is selected with what was collected; a controller of workers collects nothing itself."""
        if session.items:
            self._add(_by_control(session.items))

    def left_out(self, moment: str) -> set[str]:
        """Return the cases that the guide demands at a moment, and that are not selected, of the files looked into."""
        return self._demanded[moment] - self._chosen

    def unread(self) -> list[str]:
        """Return the names of the check files that were not looked through, sorted."""
        known = {path.resolve() for path in self._checks.rglob("test_*.py")} if self._checks is not None else set()
        return sorted(path.name for path in known - self._files)

    def _add(self, selected: Mapping[str, set[str]]) -> None:
        in_order = [control for control in CONTROLS if selected.get(control)]
        whole = tuple(control for control in in_order if selected[control] >= self._collected[control])
        self._chosen = set().union(*selected.values())
        reads_all = self._checks is not None and not self.unread()
        self.selection = replace(
            self.selection,
            whole=whole,
            part=tuple(control for control in in_order if control not in whole),
            cases=len(self._chosen),
            of_cases=len(set().union(*self._collected.values())),
            everything=tuple(moment for moment in MOMENTS if reads_all and not self.left_out(moment)),
        )


def _nothing(_: pytest.Item) -> bool:
    return False


def _by_control(items: Iterable[pytest.Item]) -> dict[str, set[str]]:
    selected: dict[str, set[str]] = defaultdict(set)
    for item in items:
        if control := _control(item):
            selected[control].add(item.nodeid)
    return selected


def _control(item: pytest.Item) -> str:
    mark = item.get_closest_marker("control")
    return mark.kwargs["id"] if mark is not None else ""


REFUSED = "apex_refused"
MAX_NAMED = 3


def is_gate(config: pytest.Config, selection: Selection) -> bool:
    """Whether a run is a gate (guide, Steps 3 and 18): by `--gate`, or since it selects the checks of one by marker."""
    return bool(config.getoption("gate") or selection.gate)


class WholeGate:
    """A pytest plugin that refuses a gate of part of what is demanded, before anything is read.

    Args:
        config: pytest's, of this process.
        selected: What was selected, and what was not.
    """

    def __init__(self, config: pytest.Config, selected: SelectedControls) -> None:
        self._config = config
        self._selected = selected
        self._refused = ""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Refuse, in every process that collects; a controller of workers is told by them."""
        if not session.items or session.config.option.collectonly:
            return
        problem = self._problem()
        if problem and hasattr(self._config, "workeroutput"):
            self._config.workeroutput[REFUSED] = problem
        if problem:
            raise pytest.UsageError(problem)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:  # noqa: ANN401  (pytest-xdist types no worker)
        """Take from a worker what it refused."""
        self._refused = getattr(node, "workeroutput", {}).get(REFUSED, "") or self._refused

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """End as a wrong usage ends."""
        if self._refused:
            session.exitstatus = pytest.ExitCode.USAGE_ERROR

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what a worker refused: pytest itself tells it of this process only."""
        if self._refused:
            terminalreporter.write_line(f"ERROR: {self._refused}", red=True)

    def _problem(self) -> str:
        selection = self._selected.selection
        moments = (selection.gate,) if selection.gate else GATES
        if any(moment in selection.everything for moment in moments):
            return ""
        left_out = sorted(self._selected.left_out(moments[0]))
        named = [*left_out, *self._selected.unread()]
        shown = ", ".join(named[:MAX_NAMED]) + (f" and {len(named) - MAX_NAMED} more" * (len(named) > MAX_NAMED))
        return (
            f"a gate decides on everything that the guide demands at its moment, and this selection lacks {shown}; "
            f"run: pytest checks -m {moments[0]}; for a rehearsal give --allow-not-live"
        )
