"""Archives, at the end of a run, what the run made in the application: also when a check or the run broke."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import pytest

from assurance.errors import NotEvaluated
from assurance.runs.run import Run

if TYPE_CHECKING:
    from assurance.apex.client.cleanup import LeftOver


class Tidying:
    """A pytest plugin, for the process that pytest was started in.

    It works before the tape is sealed and the reports are written, so that both tell of it.

    Args:
        run: The run.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._said = ""

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, object, object]:
        """Archive what the run made; workers that an interruption has left at work are stopped before."""
        if self._run.replayed is None and self._run.environment.application is not None:
            _stop_workers(session)
            self._tidy()
        try:
            return (yield)
        finally:
            self._run.close()

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what was archived."""
        if self._said:
            terminalreporter.write_line(self._said)

    def _tidy(self) -> None:
        # Importing this costs more than many a run, and the tape tells whether anything was called at all.
        readings = self._run.tape.readings()
        if not any(reading.call is not None and reading.call.flow for reading in readings):
            return
        from assurance.apex.client.cleanup import has_written, made_by

        if not has_written(readings):
            return
        try:
            self._archive(made_by(readings, self._run.options.run_id))
        except Exception as error:  # noqa: BLE001  (whatever goes wrong here, the reports must be written)
            self._tell(f"What this run made could not be archived: {type(error).__name__}: {error}.")

    def _archive(self, told: tuple[LeftOver, ...]) -> None:
        """Archive what the run was told it made, and what the list shows beside it: a refusal may have had effect."""
        from assurance.apex.client.cleanup import archive, find, merged
        from assurance.apex.client.plans import CLEAN_UP

        flow = self._run.flows.begin(CLEAN_UP)
        listed: tuple[LeftOver, ...] = ()
        try:
            listed = find(flow, self._run.options.run_id)
        except NotEvaluated as error:
            self._tell(f"Whether this run made more than it was told could not be found out: {error.reason}")
        sweep = archive(flow, merged(told, listed))
        self._said = f"Archived in APEX: {len(sweep.archived)} projects that this run made."
        for one, reason in sweep.left:
            self._tell(f"{one.number} could not be archived: {reason}.")

    def _tell(self, notice: str) -> None:
        """Have every report say what is left, and once what to do about it."""
        advice = f"Archive what is left: apex-assurance sweep --env {self._run.environment.name}."
        self._run.notices = (*(one for one in self._run.notices if one != advice), notice, advice)


def _stop_workers(session: pytest.Session) -> None:
    """Have pytest-xdist stop its workers now and not later: one might still make something."""
    distribution = session.config.pluginmanager.get_plugin("dsession")
    if distribution is not None:
        distribution.pytest_sessionfinish()
