"""`summary.md`: the run for a pull request's comment or a workflow's step summary (GitHub-flavoured Markdown)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from assurance.reporting.causes import Finding, findings_of, severity_of
from assurance.reporting.fit import for_markdown as _plain
from assurance.reporting.fit import for_markdown_code as _code
from assurance.reporting.fit import markdown_block
from assurance.reporting.model import SUPPORTS, ControlSummary, PlannedRecord, RunModel, VerdictRecord
from assurance.reporting.wording import (
    VERDICT_WORDS,
    ReasonGroup,
    age_in_words,
    by_reason,
    counted,
    evidence_sentence,
    judged_sentence,
    place_of,
    requests_in_words,
    utc_in_words,
)
from assurance.verdicts import Source, Verdict

# A comment on a pull request holds 65,536 characters (GitHub); the rest is left for what a workflow puts around it.
MAX_CHARACTERS = 60_000
MAX_CASES_NAMED = 5
MAX_PLANNED = 100
_NOTE_CHARACTERS = 300
_GROUPED = {
    Verdict.NOT_EVALUATED: "Not evaluated",
    Verdict.WAIVED: "Waived",
    Verdict.NOT_APPLICABLE: "Not applicable",
}


def write(model: RunModel, path: Path) -> None:
    """Write the summary, of at most `MAX_CHARACTERS` characters."""
    path.write_bytes(summary(model).encode("utf-8", "replace"))


def summary(model: RunModel) -> str:
    """Return the summary; what does not fit is left out from the end, and a note says how much."""
    first = [_banner(model), _decision(model)]
    rest = [*_planned(model.run.planned), _facts(model), _controls(model.controls()), f"_{SUPPORTS}_"]
    left = MAX_CHARACTERS - len("\n\n".join([*first, *rest])) - _NOTE_CHARACTERS
    # What a plan would break is what a reviewer came for.
    findings_first = model.run.source is Source.PLANNED
    sections = first if findings_first else [*first, *rest]
    left_out: list[str] = []
    for title, blocks in _sections(model):
        kept = _fitting(blocks, left - len(title) - 2)
        if kept:
            sections.append("\n\n".join([title, *kept]))
            left -= len(sections[-1]) + 2
        if len(kept) < len(blocks):
            left_out.append(f"{len(blocks) - len(kept)} of {len(blocks)} under “{title.removeprefix('### ')}”")
    sections += rest if findings_first else []
    if left_out:
        sections.append(f"> [!NOTE]\n> Left out for length: {'; '.join(left_out)}. The HTML report has them all.")
    return "\n\n".join(sections) + "\n"


def _planned(changes: Sequence[PlannedRecord]) -> list[str]:
    """Return a plan's changes by how much they matter, in a table that folds."""
    if not changes:
        return []
    counts = Counter(change.weight for change in changes)
    totals = ", ".join(f"{number} {weight}" for weight, number in counts.items())
    shown = changes[:MAX_PLANNED]
    rows = [
        f"| {_plain(row.weight)} | {_plain(row.kind)} | {_plain(row.resource.rpartition('/providers/')[2], 200)} "
        f"| {_plain(row.told, 200)} | {_plain(row.announced, 100)} |"
        for row in shown
    ]
    more = [f"and {len(changes) - len(shown)} more"] if len(changes) > len(shown) else []
    table = "\n".join(["| Class | What | Resource | Change | Announced |", "|---|---|---|---|---|", *rows])
    summed = f"<summary>The plan has {counted(len(changes), 'change')}: {totals}</summary>"
    return ["\n\n".join(["<details>" + summed, table, *more, "</details>"])]


def _sections(model: RunModel) -> Iterable[tuple[str, list[str]]]:
    findings = findings_of(model)
    if findings:
        yield f"### Findings ({len(findings)})", [finding_block(finding) for finding in findings]
    for verdict, title in _GROUPED.items():
        groups = by_reason(model, verdict)
        if groups:
            number = sum(len(group.records) for group in groups)
            yield f"### {title} ({counted(number, 'case')})", [_group(group) for group in groups]


def _fitting(blocks: Sequence[str], most_characters: int) -> list[str]:
    """Return the blocks that fit, up to the first that does not."""
    kept: list[str] = []
    for block in blocks:
        most_characters -= len(block) + 2
        if most_characters < 0:
            break
        kept.append(block)
    return kept


def _banner(model: RunModel) -> str:
    run = model.run
    kind = "NOTE" if run.source is Source.LIVE else "WARNING"
    return f"> [!{kind}]\n> **{run.source}**: {_plain(run.origin)}. {_plain(evidence_sentence(run))}"


def _decision(model: RunModel) -> str:
    decided = f"## {_plain(model.run.environment)}: {_plain(model.decided)}\n\n{_plain(judged_sentence(model))}"
    if model.run.left_out:
        listed = "\n".join(f"- {_plain(sentence)}" for sentence in model.run.left_out)
        decided += f"\n\n**Less than the guide demands**: the environment file\n\n{listed}"
    if not model.run.rollback:
        return decided
    commands = "\n".join(markdown_block("\n".join(model.run.rollback), "shell"))
    return f"{decided}\n\n**Roll back** (guide, Step 24):\n\n{commands}"


def _facts(model: RunModel) -> str:
    run = model.run
    versions = ", ".join(f"{name} {version}" for name, version in sorted(run.versions.items()))
    interrupted = "" if run.complete else ", interrupted"
    facts = {
        "Run": _code(run.id),
        "Time": _plain(f"{utc_in_words(run.started)} to {utc_in_words(run.finished)}") + interrupted,
        "Identity": _code(run.identity) if run.identity else "unknown",
        "Vantage": _plain(", ".join(run.vantage)),
        "Requests": requests_in_words(run),
        "Readings": f"{len(model.readings):,}",
        "Oldest reading": f"{age_in_words(model)} before the end",
        "Selection": _code(run.selection) if run.selection else "all",
        "Versions": _plain(versions),
    }
    rows = [f"| {name} | {value} |" for name, value in facts.items()]
    return "\n".join(["| Fact | Value |", "|---|---|", *rows])


def _controls(summaries: Sequence[ControlSummary]) -> str:
    rows = [_control_row(summary) for summary in summaries]
    words = " | ".join(VERDICT_WORDS[verdict] for verdict in Verdict)
    header = f"| Control | Title | Severity | Verdict | {words} | ISO/IEC 27001:2022 (2013) |"
    return "\n".join([header, "|---|---|---|---|" + "--:|" * len(Verdict) + "---|", *rows])


def _control_row(summary: ControlSummary) -> str:
    control = summary.control
    word = VERDICT_WORDS[summary.verdict] if summary.verdict is not None else ""
    counts = " | ".join(str(summary.counts[verdict]) for verdict in Verdict)
    clauses = f"{', '.join(control.iso_2022)} ({', '.join(control.iso_2013)})"
    return f"| {control.id} | {_plain(control.title)} | {control.severity} | **{word}** | {counts} | {clauses} |"


def finding_block(finding: Finding) -> str:
    """Return a finding with its leading case whole, and the other cases that its cause makes fail named."""
    record = finding.lead
    lines = [f"**{finding.severity}** **{record.control}** {_plain(record.statement)} {_code(record.subject)}", ""]
    lines += [f"- expected {_code(record.expected)}", f"- observed {_code(record.observed)}"]
    lines += [f"- resource {_code(resource)}" for resource in record.resources[:MAX_CASES_NAMED]]
    if len(record.resources) > MAX_CASES_NAMED:
        lines.append(f"- and {len(record.resources) - MAX_CASES_NAMED} more resources")
    lines.append(f"- check {_code(record.check)}")
    lines += [f"- also {_also(other)}" for other in finding.others[:MAX_CASES_NAMED]]
    if len(finding.others) > MAX_CASES_NAMED:
        lines.append(f"- and {counted(len(finding.others) - MAX_CASES_NAMED, 'more case')} of the same cause")
    return "\n".join([*lines, *_remedy(record.remedy)])


def _also(record: VerdictRecord) -> str:
    return f"{record.control} ({severity_of(record.control)}) {_code(record.subject)} {_plain(record.observed, 200)}"


def _group(group: ReasonGroup) -> str:
    lines = [
        f"**{group.severity}** {_code(group.reason)}",
        "",
        f"- {counted(len(group.records), 'case')} of {', '.join(group.controls)}",
    ]
    lines += [f"  - {_code(place_of(record)[1])}" for record in group.records[:MAX_CASES_NAMED]]
    if len(group.records) > MAX_CASES_NAMED:
        lines.append(f"  - and {len(group.records) - MAX_CASES_NAMED} more")
    return "\n".join([*lines, *_remedy(group.remedy)])


def _remedy(remedy: str) -> list[str]:
    return ["- remedy", "", *markdown_block(remedy)] if remedy else []
