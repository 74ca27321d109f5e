"""Finds the evidence of an execution: its run by the ledger, and the pack, which must be the one that was entered.

Azure does not tell what a run came to. A run in a job enters its execution in the ledger as it begins, and its decision
when it is sealed; the pack is fetched, and counts only if it stands in the chain as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from assurance.errors import NotEvaluated
from assurance.evidence import ledger, manifest
from assurance.evidence.container import EvidenceContainer
from assurance.evidence.findings import Request
from assurance.evidence.ledger import Entry
from assurance.evidence.pack import LEDGER
from assurance.evidence.verification import verify
from assurance.reporting.json_report import schema_problem
from assurance.runs.begun import EXECUTION
from assurance.verdicts import Decision
from assurance.world.azure.jobs import Look

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
    if (found := manifest.read(pack).run) != run:
        raise NotEvaluated(f"The pack that is kept as that of {run}, now in {pack}, is that of the run {found}.")
    wrong = [
        one
        for one in verify(Request(pack, None, reports / LEDGER, schema_problem, derive=False))
        if one.outcome == "BAD"
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
