"""Follows an execution of the suite's job inside the network until it has ended, and finds its evidence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from assurance.command_line.watch.plan import Clock
from assurance.errors import NotEvaluated
from assurance.evidence import ledger, manifest
from assurance.evidence.container import EvidenceContainer
from assurance.evidence.findings import Request
from assurance.evidence.ledger import Entry
from assurance.evidence.pack import LEDGER
from assurance.evidence.verification import verify
from assurance.reporting.json_report import schema_problem
from assurance.runs.keeping import EXECUTION
from assurance.verdicts import Decision
from assurance.world.azure.jobs import ContainerAppsJob, Look, Missing, Passing

TOLD_EVERY = timedelta(minutes=1)
UNSEEN = timedelta(minutes=2)
"""How long an execution may not be there yet that Azure has named."""


@dataclass(frozen=True, slots=True)
class Following:
    """How an execution is followed.

    Attributes:
        job: The job.
        execution: The execution's name.
        was_started: Whether it was started just now, and may not show yet.
        longest: How long it is followed.
        every_seconds: From one look to the next.
    """

    job: ContainerAppsJob
    execution: str
    was_started: bool
    longest: timedelta
    every_seconds: float

    def until_it_ends(self, clock: Clock, tell: Callable[[str], None]) -> Look:
        """Return what the execution was when it had ended.

        Args:
            clock: What tells the time and lets it pass.
            tell: Takes a line when its state changes, and each minute.

        Raises:
            NotEvaluated: It did not end in time, is not there, or may not be looked at.
        """
        begun = clock.now()
        last, told_at = "", begun
        while True:
            past = clock.now() - begun
            status = ""
            try:
                look = self.job.look(self.execution)
                if look.has_ended:
                    return look
                status = look.status
            except Missing:
                if not self.was_started or past > UNSEEN:
                    raise
                status = "not there yet"
            except Passing as error:
                status = str(error)
            if status != last or clock.now() - told_at >= TOLD_EVERY:
                tell(f"{self.execution}: {status}, after {past.total_seconds():.0f} s")
                last, told_at = status, clock.now()
            if past >= self.longest:
                raise NotEvaluated(
                    f"The execution {self.execution} had not ended after {past.total_seconds() / 60:.0f} minutes; it "
                    f"was {status}, and goes on.",
                    f"Follow it further: --execution {self.execution}.",
                )
            clock.sleep(self.every_seconds)


SUCCEEDED = "Succeeded"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an execution came to.

    Attributes:
        run: The run's id.
        decision: Its decision.
        pack: Where its pack is on this machine.
    """

    run: str
    decision: Decision
    pack: Path


def evidence_of(execution: str, look: Look, container: EvidenceContainer, reports: Path) -> Evidence:
    """Fetch the ledger and the pack of an execution that has ended.

    Args:
        execution: The execution's name.
        look: How it ended.
        container: What keeps the environment's evidence.
        reports: The directory of the environment's packs.

    Raises:
        NotEvaluated: There is no evidence of what it came to.
        LedgerError: The ledger or the pack cannot be read.
    """
    reports.mkdir(parents=True, exist_ok=True)
    container.ledger(reports / LEDGER).demand_usable()
    entries = ledger.read(reports / LEDGER) if (reports / LEDGER).exists() else ()
    ended = _ended(execution, look, entries)
    run = str(ended.facts["run"])
    pack = container.fetch(run, reports)
    if (run_found := manifest.read(pack).run) != run:
        raise NotEvaluated(f"The pack that is kept as that of {run}, now in {pack}, is that of the run {run_found}.")
    wrong = [
        report
        for report in verify(Request(pack, None, reports / LEDGER, schema_problem, derive=False))
        if report.outcome == "BAD"
    ]
    if wrong:
        raise NotEvaluated(
            f"The pack of {run}, in {pack}, is not the one that was sealed: {wrong[0].step}: {wrong[0].text}."
        )
    decision = Decision(str(ended.facts["decision"]))
    if (look.status == SUCCEEDED) is not (decision is Decision.GO):
        raise NotEvaluated(
            f"The execution {execution} is {look.status}, and its pack says {decision}: something else than the run "
            "ended the container.",
            f"Read {pack}, and what the container wrote.",
        )
    return Evidence(run, decision, pack)


def _ended(execution: str, look: Look, entries: tuple[Entry, ...]) -> Entry:
    """Return the ledger's line of the only run of an execution."""
    began = [
        str(entry.facts["run"])
        for entry in entries
        if entry.kind == ledger.BEGUN and entry.facts.get(EXECUTION) == execution
    ]
    how = f"it is {look.status}" + (f" ({look.told})" if look.told else "")
    logs = "Read what the container wrote: `az containerapp job logs show`."
    if not began:
        raise NotEvaluated(f"No run began in the execution {execution}: {how}.", logs)
    if len(began) > 1:
        raise NotEvaluated(
            f"{len(began)} runs began in the execution {execution}: {', '.join(began)}.",
            "Let replicaRetryLimit and parallelism of the job be 0 and 1: a run that failed is evidence too.",
        )
    [run] = began
    ended = [entry for entry in entries if entry.kind == ledger.RUN and entry.facts.get("run") == run]
    if not ended:
        raise NotEvaluated(f"The run {run} of the execution {execution} began, and never ended: {how}.", logs)
    return ended[-1]
