"""`summary.md`: the run for a pull request's comment or a workflow's step summary (GitHub-flavoured Markdown)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from assurance.reporting.model import SUPPORTS, ControlSummary, RunModel, VerdictRecord
from assurance.reporting.wording import (
    VERDICT_WORDS,
    ReasonGroup,
    age_in_words,
    by_reason,
    counted,
    decision_sentence,
    evidence_sentence,
    place_of,
    printable,
    requests_in_words,
    utc_in_words,
)
from assurance.reporting.wording import cut as cut_text
from assurance.verdicts import Source, Verdict

# A comment on a pull request holds 65,536 characters (GitHub); the rest is left for what a workflow puts around it.
MOST_CHARACTERS = 60_000
MOST_VALUE_CHARACTERS = 2_000
MOST_CASES_NAMED = 5
_NOTE_CHARACTERS = 300
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~@$&!])")
_GROUPED = {
    Verdict.NOT_EVALUATED: "Not evaluated",
    Verdict.WAIVED: "Waived",
    Verdict.NOT_APPLICABLE: "Not applicable",
}


def write(model: RunModel, path: Path) -> None:
    """Write the summary, of at most `MOST_CHARACTERS` characters."""
    path.write_bytes(summary(model).encode("utf-8", "replace"))


def summary(model: RunModel) -> str:
    """Return the summary; what does not fit is left out from the end, and a note says how much."""
    head = "\n\n".join([_banner(model), _decision(model), _facts(model), _controls(model.controls()), f"_{SUPPORTS}_"])
    left = MOST_CHARACTERS - len(head) - _NOTE_CHARACTERS
    sections = [head]
    left_out: list[str] = []
    for title, blocks in _sections(model):
        kept = _fitting(blocks, left - len(title) - 2)
        if kept:
            sections.append("\n\n".join([title, *kept]))
            left -= len(sections[-1]) + 2
        if len(kept) < len(blocks):
            left_out.append(f"{len(blocks) - len(kept)} of {len(blocks)} under “{title.removeprefix('### ')}”")
    if left_out:
        sections.append(f"> [!NOTE]\n> Left out for length: {'; '.join(left_out)}. The HTML report has them all.")
    return "\n\n".join(sections) + "\n"


def _sections(model: RunModel) -> Iterable[tuple[str, list[str]]]:
    failed = [record for record in model.findings() if record.verdict is Verdict.FAIL]
    if failed:
        yield f"### Findings ({len(failed)})", [_finding(record) for record in failed]
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
    return f"> [!{kind}]\n> **{run.source}**: {_plain(run.origin)}. {evidence_sentence(run)}"


def _decision(model: RunModel) -> str:
    decided = f"## {_plain(model.run.environment)}: {model.decision}\n\n{_plain(decision_sentence(model))}"
    if not model.run.rollback:
        return decided
    commands = "\n".join(printable(command).replace("`", "'") for command in model.run.rollback)
    return f"{decided}\n\n**Roll back** (guide, Step 24):\n\n```shell\n{commands}\n```"


def _facts(model: RunModel) -> str:
    run = model.run
    versions = ", ".join(f"{name} {version}" for name, version in sorted(run.versions.items()))
    facts = {
        "Run": _code(run.id),
        "Time": f"{utc_in_words(run.started)} to {utc_in_words(run.finished)}{'' if run.complete else ', interrupted'}",
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
    header = f"| Control | Title | Verdict | {words} | ISO/IEC 27001:2022 (2013) |"
    return "\n".join([header, "|---|---|---|" + "--:|" * len(Verdict) + "---|", *rows])


def _control_row(summary: ControlSummary) -> str:
    control = summary.control
    word = VERDICT_WORDS[summary.verdict] if summary.verdict is not None else ""
    counts = " | ".join(str(summary.counts[verdict]) for verdict in Verdict)
    clauses = f"{', '.join(control.iso_2022)} ({', '.join(control.iso_2013)})"
    return f"| {control.id} | {_plain(control.title)} | **{word}** | {counts} | {clauses} |"


def _finding(record: VerdictRecord) -> str:
    lines = [f"**{record.control}** {_plain(record.statement)} {_code(record.subject)}", ""]
    lines += [f"- expected {_code(record.expected)}", f"- observed {_code(record.observed)}"]
    lines += [f"- resource {_code(resource)}" for resource in record.resources[:MOST_CASES_NAMED]]
    if len(record.resources) > MOST_CASES_NAMED:
        lines.append(f"- and {len(record.resources) - MOST_CASES_NAMED} more resources")
    lines.append(f"- check {_code(record.check)}")
    return "\n".join([*lines, *_remedy(record.remedy)])


def _group(group: ReasonGroup) -> str:
    lines = [_code(group.reason), "", f"- {counted(len(group.records), 'case')} of {', '.join(group.controls)}"]
    lines += [f"  - {_code(place_of(record)[1])}" for record in group.records[:MOST_CASES_NAMED]]
    if len(group.records) > MOST_CASES_NAMED:
        lines.append(f"  - and {len(group.records) - MOST_CASES_NAMED} more")
    return "\n".join([*lines, *_remedy(group.remedy)])


def _remedy(remedy: str) -> list[str]:
    """Return the remedy as a fenced block, which GitHub shows with a button to copy it."""
    if not remedy:
        return []
    text = cut_text(printable(remedy), MOST_VALUE_CHARACTERS)
    fence = "`" * max(3, _longest_run_of_backticks(text) + 1)
    return ["- remedy", "", f"{fence}text", *text.splitlines(), fence]


def _code(text: str) -> str:
    """Return `text` as a code span on one line, whatever it holds; within a table a pipe must be escaped too."""
    line = cut_text(" ".join(printable(text).split()), MOST_VALUE_CHARACTERS).replace("|", "\\|")
    if not line:
        return "(nothing)"
    fence = "`" * (_longest_run_of_backticks(line) + 1)
    padding = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{padding}{line}{padding}{fence}"


def _plain(text: str) -> str:
    """Return `text` on one line, so that Markdown shows it as it is."""
    return _SPECIAL.sub(r"\\\1", cut_text(" ".join(printable(text).split()), MOST_VALUE_CHARACTERS))


def _longest_run_of_backticks(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)
