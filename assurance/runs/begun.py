"""The line that the ledger has of a run from its first answer on: of one that is killed, begun is all it says."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from assurance.errors import AssuranceError
from assurance.evidence import ledger
from assurance.evidence.ledger import Link, Place
from assurance.tape import Reading, TapeHeader

ANSWERED = frozenset({"http", "dns", "dial", "load"})
"""The kinds of readings that the deployment gives; others are of files, and of what the environment declares."""
EXECUTION_VARIABLE = "CONTAINER_APP_JOB_EXECUTION_NAME"
"""What Container Apps sets in a job ("Manage environment variables", "Built-in environment variables")."""
EXECUTION = "execution"
"""The fact of the line that says in which execution of a job the run began."""


class Begun:
    """Enters a run in the ledger when its first answer comes, once for all its processes.

    Until then there is nothing that a line could be about: neither evidence, nor anything made in APEX.

    Args:
        directory: The run's directory.
        header: Of the run's tape.
        place: The ledger.
        variables: Environment variables; in a Container Apps job they name its execution.
    """

    def __init__(
        self, directory: Path, header: TapeHeader, place: Place, variables: Mapping[str, str] = os.environ
    ) -> None:
        self._directory = directory
        self._header = header
        self._place = place
        self._execution = variables.get(EXECUTION_VARIABLE, "")
        self._is_entered = False

    def __call__(self, reading: Reading) -> None:
        """Take a reading that was kept."""
        # Who cannot sign in may still look names up: that alone is no run of the deployment.
        if self._is_entered or reading.kind != "http" or reading.failure:
            return
        self._is_entered = True
        try:
            os.close(os.open(self._directory / "tape" / "locks" / "begun", os.O_CREAT | os.O_EXCL))
            ledger.extend(self._place, self._enter)
        except (AssuranceError, OSError):
            # Another process was first; or the ledger cannot be written, which sealing will say.
            return

    def _enter(self, link: Link) -> None:
        told = {name: getattr(self._header, name) for name in ("environment", "source", "started")}
        execution = {EXECUTION: self._execution} if self._execution else {}
        link.append(ledger.BEGUN, {"run": self._header.run_id, **told, **execution})


def answers(readings: list[Reading]) -> int:
    """Return how many readings the deployment has answered."""
    return sum(reading.kind in ANSWERED and not reading.failure for reading in readings)
