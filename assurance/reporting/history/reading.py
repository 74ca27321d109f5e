"""Reads a history: the ledger of an environment, line by line, and the packs beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from assurance.errors import AssuranceError
from assurance.evidence import ledger, manifest, pack
from assurance.evidence.ledger import Line
from assurance.evidence.outcome import OutcomeError, outcome_of, parsed
from assurance.evidence.pack import LEDGER, MANIFEST, RESULTS
from assurance.reporting.history.courses import series_of
from assurance.reporting.history.model import Approval, History, PastRun, basis_of
from assurance.reporting.json_report import schema_problem
from assurance.tape.moments import recorded
from assurance.tape.strict_json import MAX_BYTES
from assurance.verdicts import Decision, Source

BASELINE = "baseline"
YEARS = 2020, 2100
"""In which a run can have begun: the suite is no older, and is judged by a clock that may be wrong."""
Facts = Mapping[str, str | bool]


@dataclass(frozen=True, slots=True)
class Period:
    """What is asked for.

    Attributes:
        since: The first moment; None for all.
        until: Now, UTC.
    """

    since: datetime | None
    until: datetime

    def has(self, at: datetime) -> bool:
        """Whether a moment lies in it."""
        return self.since is None or at >= self.since


def read_history(directory: Path, period: Period, *, open_packs: bool) -> History:
    """Return the history of an environment.

    Args:
        directory: Where its packs and its ledger are: reports/ENVIRONMENT.
        period: What is asked for.
        open_packs: Whether to compare each pack of the period with the ledger; else packs are only looked for, and the
            cost is that of reading the ledger.

    Raises:
        LedgerError: The ledger cannot be read, or is empty.
    """
    lines = ledger.walk(directory / LEDGER)
    there = {entry.name for entry in directory.iterdir() if entry.is_dir()}
    runs: list[PastRun] = []
    approvals: list[Approval] = []
    problems = [line.problem for line in lines if line.problem]
    for line in lines:
        try:
            if line.entry is not None and line.entry.kind == ledger.RUN:
                runs.append(_run(line, line.entry.facts, there))
            elif line.entry is not None and line.entry.kind == BASELINE and line.is_itself:
                approvals.append(_approval(line.entry.facts))
        except (KeyError, ValueError, TypeError) as error:
            problems.append(f"{directory / LEDGER}: line {line.number} lacks what such a line says: {error}")
    begun = [line.entry.facts for line in lines if line.entry is not None and line.entry.kind == ledger.BEGUN]
    problems += _twice(runs) + _in_no_line(directory, there, runs) + _never_ended(begun, runs, directory.resolve().name)
    within = [run for run in runs if period.has(run.started)]
    if open_packs:
        entries = [line.entry for line in lines if line.entry is not None and line.entry.kind == ledger.RUN]
        manifests = {str(entry.facts.get("run")): entry.facts for entry in entries}
        opened = {run.id: _opened(run, directory / run.id, manifests[run.id]) for run in within if run.has_pack}
        within = [opened.get(run.id, run) for run in within]
        runs = [opened.get(run.id, run) for run in runs]
    ordered = tuple(sorted(runs, key=lambda run: (run.started, run.id)))
    basis = basis_of(ordered)
    return History(
        environment=directory.resolve().name,
        since=period.since,
        until=period.until,
        basis=basis,
        runs=tuple(sorted(within, key=lambda run: (run.started, run.id))),
        approvals=tuple(approval for approval in approvals if period.has(approval.approved)),
        series=series_of(ordered, basis, period.since, period.until),
        chain_is_broken=any(line.problem for line in lines),
        problems=tuple(problems),
        packs_were_opened=open_packs,
        end=lines[-1].entry.digest if lines[-1].entry is not None else "",
    )


def _run(line: Line, facts: Facts, there: set[str]) -> PastRun:
    problems = [line.problem] if line.problem else []
    try:
        outcome = parsed(facts)
    except OutcomeError as error:
        outcome = None
        problems.append(f"line {line.number} of the ledger: {error}")
    name, started = str(facts["run"]), recorded(str(facts["started"]))
    if not YEARS[0] <= started.year <= YEARS[1]:  # of each night in between the page would have a row
        raise ValueError(f"it began in the year {started.year}")
    has_pack = name in there
    if not has_pack:
        problems.append("its pack is missing")
    return PastRun(
        id=name,
        source=Source(str(facts["source"])),
        decision=Decision(str(facts["decision"])),
        started=started,
        complete=facts["complete"] is True,
        outcome=outcome,
        is_trusted=line.is_itself,
        has_pack=has_pack,
        problems=tuple(problems),
    )


def _approval(facts: Facts) -> Approval:
    return Approval(str(facts["run"]), str(facts["approver"]), str(facts["change"]), recorded(str(facts["approved"])))


def _twice(runs: list[PastRun]) -> list[str]:
    counted = Counter(run.id for run in runs)
    return [f"run {name} stands {number} times in the ledger" for name, number in counted.items() if number > 1]


def _never_ended(begun: list[Facts], runs: list[PastRun], environment: str) -> list[str]:
    """Return the runs that began and did not end: one may be at work, and what was killed may have left something."""
    names = dict.fromkeys(str(facts.get("run")) for facts in begun)
    return [
        f"run {name} has begun and not ended: it is at work, or was killed; what it made in APEX is archived by: "
        f"apex-assurance sweep --env {environment}"
        for name in sorted(names.keys() - {run.id for run in runs})
    ]


def _in_no_line(directory: Path, there: set[str], runs: list[PastRun]) -> list[str]:
    """Return the packs that no line of the ledger tells of."""
    sentences: list[str] = []
    for name in sorted(there - {run.id for run in runs}):
        if pack.is_marked_incomplete(directory / name):
            sentences.append(f"pack {name} was never sealed: its run has not ended, or was killed")
        elif (directory / name / RESULTS).is_file():
            sentences.append(
                f"pack {name} stands in no line of the ledger: its line was removed, or it came from elsewhere"
            )
    return sentences


def _opened(run: PastRun, directory: Path, facts: Facts) -> PastRun:
    """Return a run with what its pack tells: whether it is the one that was entered, and its outcome if need be."""
    problem = _altered(directory, facts)
    if problem or run.outcome is not None:
        return replace(run, problems=(*run.problems, problem)) if problem else run
    try:
        results = pack.read_json(directory / RESULTS, "the results")
        problem = schema_problem(results)
        if not problem:
            return replace(run, outcome=outcome_of(results))
    except AssuranceError as error:
        problem = str(error)
    return replace(run, problems=(*run.problems, f"its results cannot be read: {problem}"))


def _altered(directory: Path, facts: Facts) -> str:
    """Return how manifest or results are not those that were entered; empty if they are."""
    path = directory / MANIFEST
    for name, most_bytes in ((MANIFEST, manifest.MAX_MANIFEST_BYTES), (RESULTS, MAX_BYTES)):
        if problem := pack.unfit(directory / name, most_bytes):
            return f"its pack {problem}"
    if pack.sha256_of(path) != facts.get("manifest"):
        return f"its pack was altered: {MANIFEST} is not the one that the ledger has"
    try:
        files = manifest.read(directory).files
    except AssuranceError as error:
        return f"its pack cannot be read: {error}"
    if RESULTS not in files:
        return f"its pack lacks {RESULTS}"
    if pack.sha256_of(directory / RESULTS) != files[RESULTS].sha256:
        return f"its pack was altered: {RESULTS} is not the one that {MANIFEST} lists"
    return ""
