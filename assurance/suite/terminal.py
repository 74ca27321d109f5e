"""What the terminal says at the end: what to do, the controls, and the decision last."""

from __future__ import annotations

import pytest

from assurance.reporting.model import RunModel
from assurance.reporting.wording import (
    VERDICT_WORDS,
    by_reason,
    counted,
    counts_in_words,
    decision_sentence,
    evidence_sentence,
    requests_in_words,
)
from assurance.verdicts import Decision, Source, Verdict

MOST_CASES_NAMED = 3
COLOURS: dict[Verdict | Decision, dict[str, bool]] = {
    Verdict.PASS: {"green": True},
    Verdict.FAIL: {"red": True, "bold": True},
    Verdict.NOT_EVALUATED: {"yellow": True, "bold": True},
    Decision.GO: {"green": True, "bold": True},
    Decision.NO_GO: {"red": True, "bold": True},
    Decision.INCONCLUSIVE: {"yellow": True, "bold": True},
}


def write_summary(reporter: pytest.TerminalReporter, model: RunModel) -> None:
    """Write the summary of a run."""
    _write_findings(reporter, model)
    _write_unjudged(reporter, model)
    _write_waived(reporter, model)
    _write_controls(reporter, model)
    _write_decision(reporter, model)


def _write_findings(reporter: pytest.TerminalReporter, model: RunModel) -> None:
    failed = [record for record in model.verdicts if record.verdict is Verdict.FAIL]
    if not failed:
        return
    reporter.section(counted(len(failed), "finding"), red=True, bold=True)
    for record in failed:
        reporter.write_line(f"{record.control}  {record.statement}  [{record.subject}]", red=True, bold=True)
        reporter.write_line(f"  expected  {record.expected}")
        reporter.write_line(f"  observed  {record.observed}")
        if record.reason:
            reporter.write_line(f"  reason    {record.reason}")
        for resource in record.resources:
            reporter.write_line(f"  resource  {resource}")
        for line in record.remedy.splitlines():
            reporter.write_line(f"  remedy    {line}")
        reporter.write_line(f"  check     {record.check}")
        reporter.write_line("")


def _write_unjudged(reporter: pytest.TerminalReporter, model: RunModel) -> None:
    """Write each reason once, with the cases that it kept from being judged."""
    groups = by_reason(model, Verdict.NOT_EVALUATED)
    if not groups:
        return
    total = sum(len(group.records) for group in groups)
    reporter.section(f"{total} not evaluated", yellow=True, bold=True)
    for group in groups:
        reporter.write_line(group.reason, yellow=True)
        if group.remedy:
            reporter.write_line(f"  remedy    {group.remedy}")
        reporter.write_line(f"  concerns  {counted(len(group.records), 'case')} of {', '.join(group.controls)}")
        for record in group.records[:MOST_CASES_NAMED]:
            reporter.write_line(f"            {record.check.rsplit('/', 1)[-1]}")
        if len(group.records) > MOST_CASES_NAMED:
            reporter.write_line(f"            and {len(group.records) - MOST_CASES_NAMED} more")
        reporter.write_line("")


def _write_waived(reporter: pytest.TerminalReporter, model: RunModel) -> None:
    """Write each waiver that was needed, with the cases that it covers."""
    groups = by_reason(model, Verdict.WAIVED)
    if not groups:
        return
    reporter.section(f"{sum(len(group.records) for group in groups)} waived", purple=True, bold=True)
    for group in groups:
        reporter.write_line(group.reason, purple=True)
        for record in group.records:
            reporter.write_line(f"  covers    {record.control} {record.subject}: {record.observed}")
        reporter.write_line("")


def _write_controls(reporter: pytest.TerminalReporter, model: RunModel) -> None:
    reporter.section(f"{model.run.environment}: controls", bold=True)
    reporter.ensure_newline()
    for summary in model.controls():
        verdict = summary.verdict
        word = VERDICT_WORDS[verdict] if verdict is not None else ""
        reporter.write(f"{summary.control.id}  {summary.control.title:<40}")
        reporter.write(f"{word:<15}", **(COLOURS.get(verdict, {}) if verdict is not None else {}))
        reporter.write(f"{counts_in_words(summary.counts)}\n")


def _write_decision(reporter: pytest.TerminalReporter, model: RunModel) -> None:
    run = model.run
    facts = f"requests: {requests_in_words(run)}; {counted(len(model.readings), 'reading')}"
    reporter.write_line("")
    reporter.write_line(f"{run.source}: {run.origin}; {facts}; from {'/'.join(run.vantage)}")
    if run.source is not Source.LIVE:
        reporter.write_line(evidence_sentence(run), yellow=True)
    reporter.write_line(f"{run.environment}: {model.decision}", **COLOURS[model.decision])
    reporter.write_line(decision_sentence(model))
    if run.rollback:
        reporter.write_line("To roll back (guide, Step 24):", red=True, bold=True)
        for command in run.rollback:
            reporter.write_line(f"  {command}")
