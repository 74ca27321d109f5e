"""A gate decides on everything that the guide demands at its moment: a selection of less is refused."""

from __future__ import annotations

from typing import Any

import pytest

from assurance.judging.selection import GATES, Selection
from assurance.suite.selection import SelectedControls

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
