"""Archives, at the end of a run, what the run made in the application: also when a check or the run broke."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

import pytest

from assurance.errors import NotEvaluated
from assurance.reporting.wording import LEFT_BEHIND
from assurance.runs.run import Run

if TYPE_CHECKING:
    from assurance.apex.client.cleanup import LeftOver


LOOK_SECONDS = 0.05


class Tidying:
    """A pytest plugin, for the process that pytest was started in.

    It works before the tape is sealed and the reports are written, so that both tell of it.

    Args:
        run: The run.
        given: The environment as it was named on the command line.
        seconds_left: Returns how long tidying may still take.
    """

    def __init__(self, run: Run, given: str, seconds_left: Callable[[], float]) -> None:
        self._run = run
        self._given = given
        self._seconds_left = seconds_left
        self._said = ""

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, object, object]:
        """Archive what the run made; workers that an interruption has left at work are stopped before."""
        if self._run.replayed is None and self._run.environment.application is not None:
            _stop_workers(session)
            self._tidy()
        self._observe()
        try:
            return (yield)
        finally:
            self._run.close()

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what was archived."""
        if self._said:
            terminalreporter.write_line(self._said)

    def _observe(self) -> None:
        """Have every report say what the calls show of APEX as a whole: server errors, and rows that show late."""
        readings = self._run.tape.readings()
        if any(reading.call is not None and reading.call.caller for reading in readings):
            from assurance.apex.bad_input.description import exercised
            from assurance.apex.client.observations import observations

            self._run.notices = (*self._run.notices, *observations(readings), *exercised(readings))

    def _tidy(self) -> None:
        # Importing this costs more than many a run, and the tape tells whether anything was called at all.
        readings = self._run.tape.readings()
        if not any(reading.call is not None and reading.call.flow for reading in readings):
            return
        from assurance.apex.client.cleanup import has_written, made_by

        if not has_written(readings):
            return
        made = made_by(readings, self._run.options.run_id)
        # In a thread, since an interrupted run does not wait for an application that does not answer; a whole one does,
        # and a signal that comes meanwhile sets an end to that too.
        work = threading.Thread(target=self._attempt, args=(made,), name="tidying", daemon=True)
        work.start()
        while work.is_alive() and self._seconds_left() > 0:
            work.join(timeout=LOOK_SECONDS)
        if work.is_alive():
            self._tell("What this run made may not all be archived: it was interrupted, and the application took long.")

    def _attempt(self, made: tuple[LeftOver, ...]) -> None:
        try:
            self._archive(made)
            self._empty_places()
        except NotEvaluated as error:
            self._tell(f"What this run made {LEFT_BEHIND}: {error.reason}")
        except Exception as error:  # noqa: BLE001  (whatever goes wrong here, the reports must be written)
            self._tell(f"What this run made {LEFT_BEHIND}: {type(error).__name__}: {error}.")

    def _archive(self, told: tuple[LeftOver, ...]) -> None:
        """Archive what the run was told it made, and what the list shows beside it: a refusal may have had effect."""
        from assurance.apex.access import admit_manager
        from assurance.apex.client.cleanup import archive, by_reason, find, merged
        from assurance.apex.client.plans import CLEAN_UP

        flow = self._run.flows.begin(CLEAN_UP)
        listed: tuple[LeftOver, ...] = ()
        try:
            listed = find(flow, self._run.options.run_id)
        except NotEvaluated as error:
            self._tell(f"Whether this run made more than it was told could not be found out: {error.reason}")
        sweep = archive(flow, merged(told, listed), admit_manager)
        self._said = f"Archived in APEX: {len(sweep.archived)} projects that this run made."
        for line in by_reason(sweep.left):
            self._tell(f"Of what this run made {LEFT_BEHIND}: {line}.")

    def _empty_places(self) -> None:
        """Delete what was uploaded to projects that stand, and say what stays there."""
        declared = self._run.environment.application
        if declared is None or not declared.access.places:
            return
        from assurance.apex.client.cleanup import delete_documents, left_in
        from assurance.apex.client.plans import CLEAN_UP

        documents, estimates = left_in(self._run.tape.readings(), declared.access.places)
        left = delete_documents(self._run.flows.begin(CLEAN_UP), documents)
        notice = f"Left in the standing projects: {estimates} estimates, {left} documents of this run."
        self._run.notices = (*self._run.notices, notice)

    def _tell(self, notice: str) -> None:
        """Have every report say what is left, and once what to do about it."""
        advice = f"Archive what is left: apex-assurance sweep --env {self._given}."
        self._run.notices = (*(notice for notice in self._run.notices if notice != advice), notice, advice)


def _stop_workers(session: pytest.Session) -> None:
    """Have pytest-xdist stop its workers now and not later: one might still make something."""
    distribution = session.config.pluginmanager.get_plugin("dsession")
    if distribution is not None:
        distribution.pytest_sessionfinish()
