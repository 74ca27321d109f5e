"""What the terminal says at the end: the controls, what to do, and the decision last."""

from __future__ import annotations

from collections import defaultdict

import pytest

from assurance.reporting.model import RunModel, VerdictRecord
from assurance.verdicts import Decision, Source, Verdict

WORDS = {
    Verdict.PASS: "pass",
    Verdict.FAIL: "FAIL",
    Verdict.NOT_EVALUATED: "NOT EVALUATED",
    Verdict.WAIVED: "waived",
    Verdict.NOT_APPLICABLE: "not applicable",
}
MOST_CASES_NAMED = 3


def write_summary(reporter: pytest.TerminalReporter, model: RunModel) -> None:
    """Write the summary of a run."""
    _write_findings(reporter, model)
    _write_unjudged(reporter, model)
    _write_controls(reporter, model)
    _write_decision(reporter, model)


def _write_findings(reporter: pytest.TerminalReporter, model: RunModel) -> None:
    failed = [record for record in model.verdicts if record.verdict is Verdict.FAIL]
    if not failed:
        return
    reporter.section(f"{len(failed)} findings", red=True, bold=True)
    for record in failed:
        reporter.write_line(f"{record.control}  {record.statement}  [{record.subject}]", red=True, bold=True)
        reporter.write_line(f"  expected  {record.expected}")
        reporter.write_line(f"  observed  {record.observed}")
        for resource in record.resources:
            reporter.write_line(f"  resource  {resource}")
        for line in record.remedy.splitlines():
            reporter.write_line(f"  remedy    {line}")
        reporter.write_line(f"  check     {record.check}")
        reporter.write_line("")


def _write_unjudged(reporter: pytest.TerminalReporter, model: RunModel) -> None:
    """Write each reason once, with the cases that it kept from being judged."""
    by_reason: dict[tuple[str, str], list[VerdictRecord]] = defaultdict(list)
    for record in model.verdicts:
        if record.verdict is Verdict.NOT_EVALUATED:
            by_reason[record.reason, record.remedy].append(record)
    if not by_reason:
        return
    reporter.section(f"{sum(map(len, by_reason.values()))} not evaluated", yellow=True, bold=True)
    for (reason, remedy), records in by_reason.items():
        reporter.write_line(reason, yellow=True)
        if remedy:
            reporter.write_line(f"  remedy    {remedy}")
        controls = ", ".join(sorted({record.control for record in records}))
        reporter.write_line(f"  concerns  {len(records)} cases of {controls}")
        for record in records[:MOST_CASES_NAMED]:
            reporter.write_line(f"            {record.check.rsplit('/', 1)[-1]}")
        if len(records) > MOST_CASES_NAMED:
            reporter.write_line(f"            and {len(records) - MOST_CASES_NAMED} more")
        reporter.write_line("")


def _write_controls(reporter: pytest.TerminalReporter, model: RunModel) -> None:
    reporter.section(f"{model.run.environment}: controls", bold=True)
    reporter.ensure_newline()
    for summary in model.controls():
        counts = ", ".join(f"{count} {WORDS[verdict].lower()}" for verdict, count in summary.counts.items() if count)
        word = WORDS[summary.verdict] if summary.verdict is not None else ""
        colours = {
            "green": summary.verdict is Verdict.PASS,
            "red": summary.verdict is Verdict.FAIL,
            "yellow": summary.verdict is Verdict.NOT_EVALUATED,
        }
        reporter.write(f"{summary.control.id}  {summary.control.title:<40}")
        reporter.write(f"{word:<15}", **colours)
        reporter.write(f"{counts}\n")


def _write_decision(reporter: pytest.TerminalReporter, model: RunModel) -> None:
    run = model.run
    requests = f"{run.requests} requests to Azure" if run.source is not Source.RECORDED else "no request to Azure"
    reporter.write_line("")
    reporter.write_line(
        f"{run.source}: {run.origin}; {requests}, {len(model.readings)} readings, from {'/'.join(run.vantage)}."
    )
    if run.source is not Source.LIVE:
        reporter.write_line(f"This run is {run.source}: it is no audit evidence of a deployment.", yellow=True)
    decision = model.decision
    colours = {
        "green": decision is Decision.GO,
        "red": decision is Decision.NO_GO,
        "yellow": decision is Decision.INCONCLUSIVE,
    }
    reporter.write_line(f"{run.environment}: {decision}", bold=True, **colours)
