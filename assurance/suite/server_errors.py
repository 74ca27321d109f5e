"""Server errors within a run: whatever call APEX broke down at is a finding of its own, with method and path.

Which check made the call does not matter, and neither does what it came to: a role is not blamed for it, and no step
that could do without. Like waivers this shows only when all cases have ended, so it is no pytest item.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import Any

import pytest

from assurance.judging.controls import CONTROLS
from assurance.reporting.model import VerdictRecord
from assurance.runs.run import Run
from assurance.verdicts import Verdict

SERVER_ERRORS = "ERR-01"
REMEDY = "Look for the request's id in the application's log, and mend what broke; bad input is to be answered by 4xx."


class ServerErrorJudge:
    """A pytest plugin that tells of each operation that broke down, after the last case; idle in a worker.

    Args:
        run: The run.
        records: Returns what the cases have come to so far.
        tell: Brings a verdict into the run as if a case had come to it.
    """

    def __init__(
        self, run: Run, records: Callable[[], Sequence[VerdictRecord]], tell: Callable[[VerdictRecord], None]
    ) -> None:
        self._run = run
        self._records = records
        self._tell = tell
        self._told: frozenset[str] = frozenset()

    def expected(self) -> frozenset[str]:
        """Return the ids of the findings."""
        return self._told

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, Any, Any]:  # Any: pytest gives an object
        """Tell of server errors when all cases have ended."""
        result = yield
        if not hasattr(session.config, "workerinput") and not session.config.option.collectonly:
            found = self._found()
            for record in found:
                self._tell(record)
            self._told = frozenset(record.check for record in found)
        return result

    def _found(self) -> list[VerdictRecord]:
        readings = self._run.tape.readings()
        if not any(one.call is not None and one.call.caller for one in readings):
            return []
        from assurance.apex.client.observations import broken_down

        families = {record.control.partition("-")[0] for record in self._records()}
        return [
            VerdictRecord(
                check=f"apex::server_error[{name}]",
                control=SERVER_ERRORS,
                subject=name,
                statement=CONTROLS[SERVER_ERRORS].requirement,
                duration_seconds=0.0,
                verdict=Verdict.FAIL,
                expected="no answer of APEX is a server error",
                observed=told,
                reason="",
                remedy=REMEDY,
                resources=(name,),
                readings=keys,
                measures=(),
            )
            for name, (told, keys) in broken_down(readings, families).items()
        ]
