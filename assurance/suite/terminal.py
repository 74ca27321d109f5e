"""What the terminal says at the end: findings, controls by family, and last of all the decision in a few lines."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from assurance.reporting import ending
from assurance.reporting.causes import Finding, findings_of
from assurance.reporting.coverage import FAMILIES, by_family, ids_in_words, worst_of
from assurance.reporting.ending import command_lines, field, hanging, remedy_lines, shortened
from assurance.reporting.fit import for_terminal
from assurance.reporting.model import ControlSummary, RunModel, VerdictRecord
from assurance.reporting.wording import (
    VERDICT_WORDS,
    by_reason,
    counted,
    counts_in_words,
    evidence_sentence,
    requests_in_words,
)
from assurance.verdicts import Decision, Source, Verdict

MAX_CASES_NAMED = 3
MAX_LINES_OF_ANOTHER = 2
WIDEST_TITLE, NARROWEST_TITLE = 38, 16
MAX_FINDINGS = 20
NARROWEST, WIDEST = 60, 120
BEFORE_COUNTS = 6 + 8 + 9
"""What a line of a control has beside its title and its counts: blanks, the id, the severity."""
COLOURS: dict[Verdict | Decision, dict[str, bool]] = {
    Verdict.PASS: {"green": True},
    Verdict.FAIL: {"red": True, "bold": True},
    Verdict.NOT_EVALUATED: {"yellow": True, "bold": True},
    Verdict.WAIVED: {"purple": True},
    Decision.GO: {"green": True, "bold": True},
    Decision.NO_GO: {"red": True, "bold": True},
    Decision.INCONCLUSIVE: {"yellow": True, "bold": True},
}
_WORST_FIRST = (Verdict.FAIL, Verdict.NOT_EVALUATED, Verdict.WAIVED, Verdict.PASS, Verdict.NOT_APPLICABLE)
# What is wrong with a family or a control is what opens it in the table.
_SOUND = (Verdict.PASS, Verdict.NOT_APPLICABLE, None)


def width_of_terminal() -> int:
    """Return how many characters a line may have: as the terminal, within what can be read."""
    return max(NARROWEST, min(shutil.get_terminal_size().columns, WIDEST))


def write_summary(reporter: pytest.TerminalReporter, model: RunModel) -> None:
    """Write what the run found, with the most pressing first, and the table of controls."""
    width, everything = width_of_terminal(), reporter.verbosity > 0
    _write_findings(reporter, model, width, everything)
    _write_reasons(reporter, model, width, Verdict.NOT_EVALUATED)
    if all(record.verdict is Verdict.NOT_APPLICABLE for record in model.verdicts):
        _write_reasons(reporter, model, width, Verdict.NOT_APPLICABLE)
    _write_waived(reporter, model, width)
    _write_controls(reporter, model, width, everything)
    _write_facts(reporter, model, width)


def write_ending(reporter: pytest.TerminalReporter, model: RunModel, report: Path | None) -> None:
    """Write the last lines: the decision, the worst findings with what to type, and where the report is, if any."""
    heading = ending.heading(model)
    reporter.section(heading, "=", **COLOURS[model.decision])
    for line in ending.lines(model, str(report or "none is kept"), width_of_terminal()):
        reporter.write_line(line)


def _write_findings(reporter: pytest.TerminalReporter, model: RunModel, width: int, everything: bool) -> None:
    findings = findings_of(model)
    if not findings:
        return
    failed = sum(len(finding.records) for finding in findings)
    reporter.section(f"{counted(len(findings), 'finding')}, {counted(failed, 'failing case')}", red=True, bold=True)
    for finding in findings if everything else findings[:MAX_FINDINGS]:
        _write_finding(reporter, finding, width, everything)
    if len(findings) > MAX_FINDINGS and not everything:
        reporter.write_line(
            f"{counted(len(findings) - MAX_FINDINGS, 'more finding')}: -v shows all, as does the report."
        )


def _write_finding(reporter: pytest.TerminalReporter, finding: Finding, width: int, everything: bool) -> None:
    record = finding.lead
    subject = for_terminal(record.subject, 200)
    heading = f"{finding.severity.upper():<8}  {record.control}  {for_terminal(record.statement)}  [{subject}]"
    for line in hanging(heading, " " * 10, width):
        reporter.write_line(line, red=True, bold=True)
    named = (("expected", record.expected), ("observed", record.observed), ("reason", record.reason))
    lines = [line for name, text in named if text for line in field(name, for_terminal(text), width)]
    lines += [line for resource in record.resources for line in field("resource", for_terminal(resource), width)]
    lines += remedy_lines(record.remedy, width)
    # Two checks of one control may find the same of one subject.
    others = tuple(dict.fromkeys(map(_other_in_words, finding.others)))
    for other in others if everything else others[:MAX_CASES_NAMED]:
        lines += field("also", other, width) if everything else _cut(field("also", other, width), width)
    if len(others) > MAX_CASES_NAMED and not everything:
        lines += field("also", f"{counted(len(others) - MAX_CASES_NAMED, 'more case')} of the same cause", width)
    lines += field("check", for_terminal(record.check), width)
    for line in [*lines, ""]:
        reporter.write_line(line)


def _cut(lines: list[str], width: int) -> list[str]:
    if len(lines) <= MAX_LINES_OF_ANOTHER:
        return lines
    last = " ".join((lines[MAX_LINES_OF_ANOTHER - 1], lines[MAX_LINES_OF_ANOTHER].strip()))
    return [*lines[: MAX_LINES_OF_ANOTHER - 1], shortened(last, min(width, len(last) - 1))]


def _other_in_words(record: VerdictRecord) -> str:
    return f"{record.control} [{for_terminal(record.subject, 200)}] {for_terminal(record.observed or record.reason)}"


def _write_reasons(reporter: pytest.TerminalReporter, model: RunModel, width: int, verdict: Verdict) -> None:
    """Write each reason once, with the cases that it kept from being judged."""
    groups = by_reason(model, verdict)
    if not groups:
        return
    total = sum(len(group.records) for group in groups)
    reporter.section(f"{total:,} {VERDICT_WORDS[verdict]}", yellow=True, bold=True)
    for group in groups[:MAX_FINDINGS]:
        for line in hanging(f"{group.severity.upper():<8}  {for_terminal(group.reason)}", " " * 10, width):
            reporter.write_line(line, yellow=True)
        concerns = f"{counted(len(group.records), 'case')} of {ids_in_words(group.controls)}"
        lines = [*remedy_lines(group.remedy, width), *field("concerns", concerns, width)]
        for record in group.records[:MAX_CASES_NAMED]:
            lines += field("", for_terminal(record.check.rsplit("/", 1)[-1]), width)
        if len(group.records) > MAX_CASES_NAMED:
            lines += field("", f"and {len(group.records) - MAX_CASES_NAMED:,} more", width)
        for line in [*lines, ""]:
            reporter.write_line(line)
    if len(groups) > MAX_FINDINGS:
        reporter.write_line(f"{counted(len(groups) - MAX_FINDINGS, 'more reason')} stand in the report.")


def _write_waived(reporter: pytest.TerminalReporter, model: RunModel, width: int) -> None:
    """Write each waiver that was needed, with the cases that it covers."""
    groups = by_reason(model, Verdict.WAIVED)
    if not groups:
        return
    reporter.section(f"{sum(len(group.records) for group in groups):,} waived", purple=True, bold=True)
    for group in groups:
        for line in hanging(f"{group.severity.upper():<8}  {for_terminal(group.reason)}", " " * 10, width):
            reporter.write_line(line, purple=True)
        for record in group.records:
            sentence = f"{record.control} {for_terminal(record.subject, 200)}: {for_terminal(record.observed)}"
            for line in field("covers", sentence, width):
                reporter.write_line(line)
        reporter.write_line("")


def _write_controls(reporter: pytest.TerminalReporter, model: RunModel, width: int, everything: bool) -> None:
    """Write a line for each family, and one for each of its controls where something is wrong."""
    reporter.section(f"{for_terminal(model.run.environment, 40)}: controls", bold=True)
    reporter.ensure_newline()
    shown = {
        family: [summary for summary in summaries if everything or summary.verdict not in _SOUND]
        for family, summaries in by_family(model).items()
    }
    counts = {summary.control.id: _counts(summary, everything) for some in shown.values() for summary in some}
    # The titles give way to the counts, all alike, so that columns line up.
    room = width - BEFORE_COUNTS - max(map(len, counts.values()), default=0)
    title = max(NARROWEST_TITLE, min(WIDEST_TITLE, room))
    for family, summaries in by_family(model).items():
        _write_family(reporter, family, summaries)
        for summary in shown[family]:
            _write_control(reporter, summary, counts[summary.control.id], title, width)


def _counts(summary: ControlSummary, everything: bool) -> str:
    """Return the counts of a control: all of them, or what is wrong of how many."""
    if everything:
        return counts_in_words({verdict: summary.counts[verdict] for verdict in _WORST_FIRST})
    wrong = counts_in_words({verdict: summary.counts[verdict] for verdict in _WORST_FIRST if verdict not in _SOUND})
    return f"{wrong} of {sum(summary.counts.values()):,}"


def _write_family(reporter: pytest.TerminalReporter, family: str, some: tuple[ControlSummary, ...]) -> None:
    verdict = worst_of(some)
    cases = sum(sum(summary.counts.values()) for summary in some)
    title = f"{family:<4}  {FAMILIES.get(family, family):<31}"
    reporter.write(f"{title} {counted(len(some), 'control'):>11} {counted(cases, 'case'):>12}  ")
    reporter.write(f"{VERDICT_WORDS[verdict] if verdict is not None else ''}\n", **_colour(verdict))


def _write_control(
    reporter: pytest.TerminalReporter, summary: ControlSummary, counts: str, title: int, width: int
) -> None:
    control = summary.control
    line = f"      {control.id:<8}{shortened(control.title, title - 1):<{title}}{control.severity:<9}"
    # The counts stand below where the line has no room for them.
    reporter.write(line if len(line) + len(counts) <= width else f"{line.rstrip()}\n{'':14}")
    reporter.write(f"{counts}\n", **_colour(summary.verdict))


def _write_facts(reporter: pytest.TerminalReporter, model: RunModel, width: int) -> None:
    """Write what the run rests on, what must be said beside the verdicts, and all commands by which to go back."""
    run = model.run
    asked = f"{requests_in_words(run)}; {counted(len(model.readings), 'reading')}; from {'/'.join(run.vantage)}"
    lines = hanging(f"{run.source}: {for_terminal(run.origin)}; requests: {asked}", "  ", width)
    lines += [line for notice in run.notices for line in hanging(for_terminal(notice), "  ", width)]
    for line in ["", *lines]:
        reporter.write_line(line)
    if not (run.source is Source.LIVE and run.complete):
        reporter.write_line(evidence_sentence(run), yellow=True)
    if run.rollback:
        reporter.write_line("To roll back (guide, Step 24):", red=True, bold=True)
        for command in run.rollback:
            lines = (
                command_lines(command, "  ", width)
                if not command.startswith("#")
                else hanging(for_terminal(command), "# ", width)
            )
            for line in lines:
                reporter.write_line(line)


def _colour(verdict: Verdict | None) -> dict[str, bool]:
    return COLOURS.get(verdict, {}) if verdict is not None else {}
