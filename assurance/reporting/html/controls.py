"""The controls of a run in the HTML report: at a glance by family, and the clauses of ISO/IEC 27001 that they cite."""

from __future__ import annotations

from assurance.judging.controls import Control
from assurance.judging.properties import kinds
from assurance.reporting import coverage
from assurance.reporting.coverage import FAMILIES, ClauseCoverage, Completeness, worst_of
from assurance.reporting.html.markup import Content, Html, element, join
from assurance.reporting.html.parts import section, table, verdict_badge
from assurance.reporting.iso27001 import THEMES
from assurance.reporting.model import SUPPORTS, ControlSummary, RunModel
from assurance.reporting.wording import counted, counts_in_words
from assurance.verdicts import Verdict

COLUMNS = (
    "Control",
    "Title",
    "Severity",
    "Verdict",
    "Cases",
    "Expected",
    "Read",
    "Judged",
    "ISO 27001:2022",
    "2013",
    "Readings",
)
COMPLETENESS = (
    "Expected are the cases that the environment file declares, within the selection, and that apply; read are those "
    "that rest on an answer; judged are those that passed, failed or are waived. Where the three differ, the verdict "
    "says why."
)
CLAUSE_COLUMNS = ("Clause", "Title", "2013 edition", "Supported by", "Contradicted by", "Waived", "Open")


def controls(model: RunModel) -> Html:
    """Return the section of the controls, one table for each family, and which ones this run left out."""
    complete = coverage.completeness(model)
    families = coverage.by_family(model)
    tables = (_family(family, summaries, complete) for family, summaries in families.items())
    notes = element("p", f"{SUPPORTS} {COMPLETENESS}", class_="note")
    nothing = element("p", "This run judged no control.")
    return section(
        "controls",
        "Controls at a glance",
        *(tables if families else (nothing,)),
        notes,
        _absent(model),
        _unjudged(model),
    )


def clauses(model: RunModel) -> Html:
    """Return the section of the clauses: what supports each, what contradicts it, and what is not covered."""
    introduction = element(
        "p",
        "By the clauses of Annex A that the suite's controls cite. Supported: every case of the control that applies "
        "holds. Open: it could not be judged, does not apply, or was not in this run. ",
        element("strong", SUPPORTS),
    )
    rows = (_clause_row(one) for one in coverage.clauses(model))
    listed = table("ISO/IEC 27001:2022 by clause", CLAUSE_COLUMNS, rows, "clauses")
    return section("clauses", "ISO/IEC 27001:2022, Annex A", introduction, listed, _uncited())


def _family(family: str, summaries: tuple[ControlSummary, ...], complete: dict[str, Completeness]) -> Html:
    title = FAMILIES.get(family, family)
    rows = (_control_row(summary, complete) for summary in summaries)
    worst = worst_of(summaries)
    cases = sum(sum(summary.counts.values()) for summary in summaries)
    counts = f"{counted(len(summaries), 'control')}, {counted(cases, 'case')}"
    heading = element("h3", f"{title} ({family})", id=f"family-{family}")
    summary = element("summary", heading, verdict_badge(worst), element("span", counts, class_="quiet"))
    listed = table(f"{title}: controls at a glance", COLUMNS, rows, "glance")
    sound = worst in {Verdict.PASS, Verdict.NOT_APPLICABLE, None}
    return element("details", summary, listed, class_="family", open=not sound)


def _control_row(summary: ControlSummary, complete: dict[str, Completeness]) -> tuple[Content, ...]:
    control = summary.control
    there = control.id in complete
    count = complete[control.id] if there else Completeness(0, 0, 0)
    return (
        element("a", control.id, href=f"#cases:{control.id}", class_="to-cases"),
        element("span", control.title, title=control.requirement),
        control.severity,
        verdict_badge(summary.verdict),
        counts_in_words(summary.counts),
        f"{count.expected:,}",
        _less(count.read, count.expected),
        _less(count.judged, count.expected),
        ", ".join(control.iso_2022),
        ", ".join(control.iso_2013),
        f"{summary.readings:,}",
    )


def _less(number: int, expected: int) -> Html:
    return element("span", f"{number:,}", class_="short" if number < expected else "whole")


def _absent(model: RunModel) -> Html:
    absent = coverage.absent_controls(model)
    if not absent:
        return element("p", "Every control of the suite was in this run.", class_="note")
    families = dict.fromkeys(coverage.family_of(control.id) for control in absent)
    listed = element("ul", *(element("li", _named(family, absent)) for family in families))
    words = f"{counted(len(absent), 'control')} of the suite {'was' if len(absent) == 1 else 'were'} not in this run"
    return element("details", element("summary", words), listed, class_="absent", id="absent")


def _unjudged(model: RunModel) -> Html:
    """Return what is relevant to security and that no check looks at, with the reasons: silence is no support."""
    if not any(summary.control.id.startswith("SEC-") for summary in model.controls()):
        return Html()
    rows = [(kind.type, path, reason) for kind in kinds() for path, reason in sorted(kind.unjudged.items())]
    words = f"{len(rows)} security-relevant properties that no check looks at: not judged, with the reasons"
    listed = table("Properties that are not judged", ("Kind", "Property", "Why not"), rows, "unjudged")
    return element("details", element("summary", words), listed, class_="absent", id="unaccounted")


def _named(family: str, absent: tuple[Control, ...]) -> str:
    title = FAMILIES.get(family, family)
    names = (f"{control.id} {control.title}" for control in absent if coverage.family_of(control.id) == family)
    return f"{title}: {', '.join(names)}"


def _clause_row(one: ClauseCoverage) -> tuple[Content, ...]:
    return (
        one.clause.number,
        one.clause.title,
        ", ".join(one.clause.iso_2013) or "new in 2022",
        _marked(one.supporting, Verdict.PASS),
        _marked(one.contradicting, Verdict.FAIL),
        _marked(one.waived, Verdict.WAIVED),
        _open(one),
    )


def _open(one: ClauseCoverage) -> Html:
    unjudged = _marked(one.unjudged, Verdict.NOT_EVALUATED) if one.unjudged else Html()
    absent = (
        element("span", f"not covered: {coverage.ids_in_words(one.absent)}", class_="quiet") if one.absent else Html()
    )
    between = Html("<br>") if one.unjudged and one.absent else Html()
    return join(unjudged, between, absent) or element("span", "—", class_="quiet")


def _marked(ids: tuple[str, ...], verdict: Verdict) -> Html:
    if not ids:
        return element("span", "—", class_="quiet")
    return element("span", coverage.ids_in_words(ids), class_=f"ids {verdict.replace('_', '-')}")


def _uncited() -> Html:
    """Return the list of what the suite says nothing about: no reader should take silence for support."""
    uncited = coverage.uncited()
    themes = (
        element(
            "li", f"{name}: ", ", ".join(f"{one.number} {one.title}" for one in uncited if _theme(one.number) == key)
        )
        for key, name in THEMES.items()
    )
    words = f"{counted(len(uncited), 'clause')} of Annex A that no control of this suite covers"
    return element("details", element("summary", words), element("ul", *themes), id="uncovered", class_="absent")


def _theme(number: str) -> str:
    return number.partition(".")[0]
