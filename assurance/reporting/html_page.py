"""What the HTML report says before its table of cases: what it rests on, the decision, the controls, what to do."""

from __future__ import annotations

from assurance.reporting.html_parts import copyable, definitions, table, verdict_badge
from assurance.reporting.html_rows import row_id
from assurance.reporting.markup import Content, Html, element, join
from assurance.reporting.model import SUPPORTS, ControlSummary, RunModel, VerdictRecord
from assurance.reporting.wording import (
    VERDICT_WORDS,
    ReasonGroup,
    by_reason,
    counted,
    counts_in_words,
    decision_sentence,
    evidence_sentence,
    place_of,
    requests_in_words,
    seconds_between,
    utc_in_words,
)
from assurance.verdicts import Source, Verdict

COLUMNS = ("Control", "Title", "Verdict", "Cases", "ISO 27001:2022", "2013 edition", "Readings")
MOST_CASES_NAMED = 12
_GROUPED = {
    Verdict.NOT_EVALUATED: "What could not be judged",
    Verdict.WAIVED: "Waived",
    Verdict.NOT_APPLICABLE: "Not applicable",
}


def opening(model: RunModel) -> Html:
    """Return all that stands above the table of cases."""
    return join(
        _printed_on_every_page(model),
        _banner(model),
        _decision(model),
        _facts(model),
        _controls(model.controls()),
        _findings(model),
        *(_groups(title, by_reason(model, verdict), verdict) for verdict, title in _GROUPED.items()),
        element(
            "section",
            element("h2", "Every case"),
            element("p", "Choose which verdicts to show; select a row to see the evidence behind it."),
            element("noscript", "This table needs JavaScript; results.json beside this page has the same cases."),
            class_="apex-section",
            id="cases",
        ),
    )


def _printed_on_every_page(model: RunModel) -> Html:
    """Return the rule that repeats the banner's words, which are all our own, at the foot of each printed page."""
    words = f"APEX Assurance: {model.run.source}" + ("" if model.run.source is Source.LIVE else ", no audit evidence")
    return Html(f'<style>@page {{ @bottom-center {{ content: "{words}"; font: 8pt sans-serif }} }}</style>')


def _banner(model: RunModel) -> Html:
    run = model.run
    words = element("p", element("strong", str(run.source)), " ", run.origin)
    worth = element("p", evidence_sentence(run), class_="worth")
    return element(
        "section", words, worth, class_=f"banner {run.source.lower()}", aria_label="What this report rests on"
    )


def _decision(model: RunModel) -> Html:
    run = model.run
    word = element("p", str(model.decision), class_="word")
    why = element("p", decision_sentence(model), class_="why")
    when = element("p", f"{run.environment}, {utc_in_words(run.finished)}", class_="when")
    tiles = (
        element("li", element("span", f"{number:,}", class_="number"), verdict_badge(verdict))
        for verdict, number in model.counts().items()
    )
    counts = element("ul", *tiles, class_="counts", aria_label="Cases by verdict")
    style = f"decision {model.decision.lower()}"
    return element("section", element("div", word, why, when), counts, class_=style, aria_label="Decision")


def _facts(model: RunModel) -> Html:
    run = model.run
    seconds = seconds_between(run.started, run.finished)
    facts: list[tuple[str, Content]] = [
        ("Environment", run.environment),
        ("Rests on", f"{run.source}: {run.origin}"),
        ("Run", element("code", run.id)),
        ("Started", utc_in_words(run.started)),
        ("Finished", utc_in_words(run.finished) + (f", after {seconds:,.1f} s" if seconds is not None else "")),
        ("Complete", "yes" if run.complete else "no, it was interrupted"),
        ("Identity", element("code", run.identity) if run.identity else "unknown"),
        ("Vantage", ", ".join(run.vantage)),
        ("Requests to Azure", requests_in_words(run)),
        ("Readings", f"{len(model.readings):,}"),
        ("Selection", element("code", run.selection) if run.selection else "all"),
        ("Versions", ", ".join(f"{name} {version}" for name, version in sorted(run.versions.items()))),
    ]
    return element("section", element("h2", "The run"), definitions(facts), class_="apex-section", id="run")


def _controls(summaries: tuple[ControlSummary, ...]) -> Html:
    rows = (
        (
            summary.control.id,
            summary.control.title,
            verdict_badge(summary.verdict),
            counts_in_words(summary.counts),
            ", ".join(summary.control.iso_2022),
            ", ".join(summary.control.iso_2013),
            summary.readings,
        )
        for summary in summaries
    )
    return element(
        "section",
        element("h2", "Controls"),
        table("The controls at a glance", COLUMNS, rows, "glance"),
        element("p", SUPPORTS, class_="note"),
        class_="apex-section",
        id="controls",
    )


def _findings(model: RunModel) -> Html:
    failed = [record for record in model.findings() if record.verdict is Verdict.FAIL]
    title = element("h2", f"Findings ({len(failed)})")
    if not failed:
        nothing = element("p", "No requirement that was judged was found broken.")
        return element("section", title, nothing, class_="apex-section", id="findings")
    return element("section", title, *(_finding(record) for record in failed), class_="apex-section", id="findings")


def _finding(record: VerdictRecord) -> Html:
    heading = element("h3", element("span", record.control, class_="control"), " ", record.statement)
    facts: list[tuple[str, Content]] = [
        ("Subject", element("code", record.subject)),
        ("Expected", record.expected),
        ("Observed", element("strong", record.observed)),
        *(("Resource", element("code", resource)) for resource in record.resources),
        ("Evidence", element("a", counted(len(record.readings), "reading"), href=f"#{row_id(record)}")),
    ]
    remedy = join(element("h4", "Remedy"), copyable(record.remedy)) if record.remedy else Html()
    return element("article", heading, definitions(facts), remedy, class_="item fail")


def _groups(title: str, groups: tuple[ReasonGroup, ...], verdict: Verdict) -> Html:
    if not groups:
        return Html()
    number = sum(len(group.records) for group in groups)
    heading = element("h2", f"{title} ({counted(number, 'case')})")
    style = verdict.replace("_", "-")
    return element("section", heading, *(_group(group, style) for group in groups), class_="apex-section", id=style)


def _group(group: ReasonGroup, style: str) -> Html:
    cases = [
        element("li", element("a", element("code", place_of(record)[1]), href=f"#{row_id(record)}"))
        for record in group.records[:MOST_CASES_NAMED]
    ]
    if len(group.records) > MOST_CASES_NAMED:
        cases.append(element("li", f"and {len(group.records) - MOST_CASES_NAMED} more, in the table below"))
    words = f"{counted(len(group.records), 'case')} of {', '.join(group.controls)}"
    listed = element("details", element("summary", words), element("ul", *cases))
    remedy = join(element("h4", "Remedy"), copyable(group.remedy)) if group.remedy else Html()
    reason = group.reason or VERDICT_WORDS[group.records[0].verdict]
    return element("article", element("h3", reason), listed, remedy, class_=f"item {style}")
