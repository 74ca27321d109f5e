"""What is kept of a run's answers beside its own directory, and what they say of the machine that asked.

Its ledger, the line that it has from its first answer on, and a container of packs.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from assurance.environment import Environment
from assurance.errors import AssuranceError
from assurance.evidence import ledger
from assurance.evidence.ledger import Link, LocalLedger, Place
from assurance.evidence.pack import LEDGER, begin
from assurance.runs.basis import is_loopback, source_of
from assurance.tape import Reading, Tape, TapeHeader
from assurance.tape.reading import clock_error_of
from assurance.verdicts import Source
from assurance.world.azure.credential import SignInOnce

if TYPE_CHECKING:
    from assurance.evidence.container import EvidenceContainer

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
        facts = {name: getattr(self._header, name) for name in ("environment", "source", "started")}
        execution = {EXECUTION: self._execution} if self._execution else {}
        link.append(ledger.BEGUN, {"run": self._header.run_id, **facts, **execution})


def clock_notice(tape: Tape, readings: Iterable[Reading]) -> tuple[str, ...]:
    """Return what every report says where the clock of the machine was wrong."""
    wrong = clock_error_of(tape.header, readings)
    return (
        (f"The clock of the machine that ran this was {wrong}: what rests on ages is not evaluated.",) if wrong else ()
    )


def begin_tape(directory: Path, header: TapeHeader) -> Tape:
    """Begin a run's tape, or join it; what stands in its directory is marked as no evidence before anything else is."""
    begin(directory)
    return Tape.create(directory / "tape", header)


def answers(readings: list[Reading]) -> int:
    """Return how many readings the deployment has answered."""
    return sum(reading.kind in ANSWERED and not reading.failure for reading in readings)


@dataclass(frozen=True, slots=True)
class Keeping:
    """Where the evidence of a run is kept.

    Attributes:
        ledger: The ledger that the run is entered in; None where it stands in none.
        container: What keeps its pack; None where it stays in its directory alone.
    """

    ledger: Place | None
    container: EvidenceContainer | None = None


def keeping_of(environment: Environment, reports: Path, *, replaying: bool) -> Keeping:
    """Return where the evidence of a run is kept.

    A container holds what was judged live, and stand-ins keep theirs in a stand-in. Of such an environment a replay
    stands in no ledger: it asks nobody, and a line of its own here would begin a second chain.

    Args:
        environment: What is judged.
        reports: Where packs go.
        replaying: Whether a tape is judged again.
    """
    url = environment.evidence.container
    copy = reports / environment.name / LEDGER
    if url is None:
        return Keeping(LocalLedger(copy))
    source = source_of(environment, replaying=replaying)
    stands_in = source is Source.SANDBOX and is_loopback(urlsplit(url).hostname or "")
    if source is not Source.LIVE and not stands_in:
        return Keeping(None)
    container = open_container(environment)
    return Keeping(container.ledger(copy), container)


def open_container(environment: Environment) -> EvidenceContainer:
    """Return what keeps the packs of an environment that declares a container; nothing is asked yet.

    It signs in by itself: what is refused to it says nothing of the readings.
    """
    # The client costs most of a second to import: only where a container is declared.
    from assurance.evidence.blobs import container_client
    from assurance.evidence.container import EvidenceContainer

    url = environment.evidence.container or ""
    client = container_client(url, SignInOnce(environment), environment.cloud.ca_bundle)
    return EvidenceContainer(client, environment.name)
