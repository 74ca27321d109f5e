"""What a run demands, in the HTML report: findings, what could not be judged, waivers, what does not apply."""

from __future__ import annotations

from collections.abc import Sequence

from assurance.judging.controls import CONTROLS
from assurance.reporting.causes import Finding, findings_of, severity_of
from assurance.reporting.coverage import ids_in_words
from assurance.reporting.fit import cut
from assurance.reporting.html.parts import (
    Content,
    Html,
    case_id,
    definitions,
    element,
    join,
    remedy_blocks,
    section,
    severity_mark,
    table,
    verdict_style,
    with_names,
)
from assurance.reporting.model import RunModel, VerdictRecord
from assurance.reporting.wording import VERDICT_WORDS, ReasonGroup, by_reason, counted, place_of, waiver_facts
from assurance.verdicts import Verdict

# The script adds the others on demand and for print; without it they stand in a plain table.
MAX_FINDINGS = 20
MAX_GROUPS = 40
MAX_CASES_NAMED = 12
MAX_TEXT_CHARACTERS = 4_000
MAX_PLAIN_CHARACTERS = 1_500_000
MAX_CELL_CHARACTERS = 300
PLAIN_COLUMNS = ("Control", "Severity", "Requirement", "Subject", "Expected", "Observed", "Remedy")


def findings(model: RunModel) -> Html:
    """Return the findings as cards: the worst of them, with a plain table of the others for a page without script."""
    all_findings = findings_of(model)
    failed = sum(len(finding.records) for finding in all_findings)
    title = f"Findings ({len(all_findings):,}{f', {failed:,} failing cases' if failed > len(all_findings) else ''})"
    if not all_findings:
        return section("findings", title, element("p", "No requirement that was judged was found broken."))
    cards = element("div", *(_finding(finding, model) for finding in all_findings[:MAX_FINDINGS]), id="finding-cards")
    left = len(all_findings) - MAX_FINDINGS
    if left <= 0:
        return section("findings", title, cards)
    more = element("button", f"Show {left:,} more", type="button", id="more-findings", hidden=True)
    plain = _plain([finding.lead for finding in all_findings[MAX_FINDINGS:]])
    return section("findings", title, cards, more, element("noscript", plain))


def unjudged(model: RunModel) -> Html:
    """Return what could not be judged: each reason once, with its remedy and its cases."""
    return _grouped(model, Verdict.NOT_EVALUATED, "What could not be judged")


def not_applicable(model: RunModel) -> Html:
    """Return what the environment file declares not to apply, by its reason."""
    return _grouped(model, Verdict.NOT_APPLICABLE, "Not applicable")


def waived(model: RunModel) -> Html:
    """Return every case that a waiver covers, with who answers for it, and how long it still holds."""
    covered = [record for record in model.verdicts if record.verdict is Verdict.WAIVED]
    if not covered:
        return Html()
    cards = [_waived(record, model) for record in covered[:MAX_GROUPS]]
    return section("waived", f"Waived ({counted(len(covered), 'case')})", *cards, _further(len(covered) - len(cards)))


def evidence(record: VerdictRecord, model: RunModel) -> Html:
    """Return links to the readings that a verdict rests on, by their numbers in this report."""
    numbers = {reading.key: number for number, reading in enumerate(model.readings, start=1)}
    there = [numbers[key] for key in record.readings if key in numbers]
    links = [element("a", f"R{number}", href=f"#R{number}") for number in there]
    missing = len(record.readings) - len(there)
    notes = [f"{counted(missing, 'cited reading')} not on this run's tape"] if missing else []
    if not links and not notes:
        return join("no reading")
    return join(*_between([*links, *notes]))


def _between(parts: Sequence[Content]) -> list[Content]:
    separated: list[Content] = []
    for part in parts:
        separated += [", ", part] if separated else [part]
    return separated


def _finding(finding: Finding, model: RunModel) -> Html:
    record = finding.lead
    link = element("a", record.statement, href=f"#{case_id(record)}")
    control = element("span", record.control, class_="control")
    heading = element("h3", severity_mark(finding.severity), " ", control, " ", link)
    facts: list[tuple[str, Content]] = [
        ("Subject", element("code", with_names(_shown(record.subject)))),
        ("Expected", with_names(_shown(record.expected))),
        ("Observed", element("strong", with_names(_shown(record.observed)))),
        ("Deciding rule", _rule(record.control)),
        *(
            ("Resource", element("code", with_names(_shown(resource))))
            for resource in record.resources[:MAX_CASES_NAMED]
        ),
        *waiver_facts(record),
        *_also(finding),
        ("Evidence", evidence(record, model)),
    ]
    return element("article", heading, definitions(facts), _remedy(record.remedy), class_="item fail")


def _also(finding: Finding) -> list[tuple[str, Content]]:
    """Return the other cases that the same cause makes fail, each a link to what it says."""
    if not finding.others:
        return []
    named = [
        element("li", element("a", with_names(f"{other.control} {cut(other.subject, 120)}"), href=f"#{case_id(other)}"),
                ": ", with_names(cut(other.observed or other.statement, MAX_CELL_CHARACTERS)))
        for other in finding.others[:MAX_CASES_NAMED]
    ]  # fmt: skip
    if len(finding.others) > MAX_CASES_NAMED:
        named.append(element("li", f"and {len(finding.others) - MAX_CASES_NAMED:,} more, among the cases below"))
    return [("Same cause", element("ul", *named))]


def _waived(record: VerdictRecord, model: RunModel) -> Html:
    link = element("a", record.statement, href=f"#{case_id(record)}")
    heading = element("h3", element("span", record.control, class_="control"), " ", link)
    facts: list[tuple[str, Content]] = [
        ("Subject", element("code", record.subject)),
        ("Expected", _shown(record.expected)),
        ("Observed", _shown(record.observed)),
        *(waiver_facts(record) or [("Reason", record.reason)]),
        ("Evidence", evidence(record, model)),
    ]
    return element("article", heading, definitions(facts), class_="item waived")


def _rule(control_id: str) -> str:
    if control_id not in CONTROLS:
        return control_id
    control = CONTROLS[control_id]
    return f"{control.requirement} ({control.guide_step}; severity {control.severity})"


def _shown(text: str) -> str:
    return cut(text, MAX_TEXT_CHARACTERS)


def _remedy(remedy: str) -> Html:
    return join(element("h4", "Remedy"), remedy_blocks(_shown(remedy))) if remedy else Html()


def _plain(records: list[VerdictRecord]) -> Html:
    """Return the other findings as a table, as far as the page may grow."""
    rows, left = [], MAX_PLAIN_CHARACTERS
    for record in records:
        whole = (
            record.control,
            severity_of(record.control),
            record.statement,
            record.subject,
            record.expected,
            record.observed,
            record.remedy,
        )
        row = [cut(cell, MAX_CELL_CHARACTERS) for cell in whole]
        left -= sum(len(cell) for cell in row) + 150
        if left < 0:
            break
        rows.append(row)
    note = element("p", f"{len(records) - len(rows):,} more findings stand in results.csv beside this page.")
    listed = table("Further findings", PLAIN_COLUMNS, rows, "plain")
    return join(listed, note if len(rows) < len(records) else Html())


def _grouped(model: RunModel, verdict: Verdict, title: str) -> Html:
    groups = by_reason(model, verdict)
    if not groups:
        return Html()
    number = sum(len(group.records) for group in groups)
    style = verdict_style(verdict)
    cards = [_group(group, style) for group in groups[:MAX_GROUPS]]
    return section(style, f"{title} ({counted(number, 'case')})", *cards, _further(len(groups) - len(cards)))


def _further(number: int) -> Html:
    return element("p", f"{number:,} more stand among the cases below.", class_="note") if number > 0 else Html()


def _group(group: ReasonGroup, style: str) -> Html:
    cases = [
        element(
            "li",
            element("a", element("code", cut(place_of(record)[1], MAX_CELL_CHARACTERS)), href=f"#{case_id(record)}"),
        )
        for record in group.records[:MAX_CASES_NAMED]
    ]
    if len(group.records) > MAX_CASES_NAMED:
        cases.append(element("li", f"and {len(group.records) - MAX_CASES_NAMED:,} more, among the cases below"))
    words = f"{counted(len(group.records), 'case')} of {ids_in_words(group.controls)}"
    listed = element("details", element("summary", words), element("ul", *cases))
    reason = group.reason or VERDICT_WORDS[group.records[0].verdict]
    # What does not apply demands nothing of anybody, however severe its control.
    demanding = group.records[0].verdict is not Verdict.NOT_APPLICABLE
    mark = join(severity_mark(group.severity), " ") if demanding else Html()
    heading = element("h3", mark, _shown(reason))
    return element("article", heading, listed, _remedy(group.remedy), class_=f"item {style}")
