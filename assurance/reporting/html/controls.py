"""The controls of a run in the HTML report: at a glance by family, the role grid, and the clauses of ISO/IEC 27001."""

from __future__ import annotations

import re

from assurance.judging.controls import Control
from assurance.judging.properties import kinds
from assurance.reporting import coverage
from assurance.reporting.coverage import FAMILIES, THEMES, ClauseCoverage, Completeness, family_of, worst_of
from assurance.reporting.fit import cut
from assurance.reporting.html.parts import (
    SYMBOLS,
    Content,
    Html,
    case_id,
    element,
    join,
    section,
    table,
    verdict_badge,
    verdict_style,
)
from assurance.reporting.model import SUPPORTS, ControlSummary, RunModel, VerdictRecord
from assurance.reporting.wording import VERDICT_WORDS, counted, counts_in_words
from assurance.verdicts import Verdict

FAMILY = "RBAC"
MAX_TITLE_CHARACTERS = 300
_STATUS = re.compile(r"\banswers (\d{3})\b")
# In the order in which they may less and less; a role that is not here follows, in the order of its name.
ROLES = ("manager", "estimator", "auditor", "outsider", "no-access", "no-token", "anonymous")


def role_grid(model: RunModel) -> Html:
    """Return the grid of roles and operations, or nothing if the run has no such case."""
    cells: dict[str, dict[str, list[VerdictRecord]]] = {}
    for record in model.verdicts:
        # A case about the environment as a whole is about no single role.
        if family_of(record.control) == FAMILY and record.subject != model.run.environment:
            role, operation = role_and_operation(record.subject)
            cells.setdefault(operation, {}).setdefault(role, []).append(record)
    if not cells:
        return Html()
    roles = sorted({role for row in cells.values() for role in row}, key=_rank)
    rows = (
        (_words(operation), *(_cell(row[role]) if role in row else "—" for role in roles))
        for operation, row in cells.items()
    )
    note = element(
        "p",
        "Each cell says what the role may do, with a tick where that is as agreed and a cross where it is not; a dash "
        "is a combination that this run did not try.",
        class_="note",
    )
    listed = table("Operations by role", ("Operation", *map(_words, roles)), rows, "grid")
    return section("roles", "Roles and operations", listed, note)


def role_and_operation(subject: str) -> tuple[str, str]:
    """Return the role and the operation that a subject such as `no-token-reads-project` names."""
    for role in ROLES:
        if subject.startswith(f"{role}-"):
            return role, subject.removeprefix(f"{role}-")
    role, hyphen, operation = subject.partition("-")
    return (role, operation) if hyphen else ("any role", subject)


def _rank(role: str) -> tuple[int, str]:
    return (ROLES.index(role) if role in ROLES else len(ROLES), role)


def _words(name: str) -> str:
    return name.replace("-", " ").replace("_", " ")


def _cell(records: list[VerdictRecord]) -> Html:
    parts: list[Content] = []
    for record in records:
        symbol = element("span", SYMBOLS[record.verdict], aria_hidden="true")
        title = cut(record.expected or record.reason or VERDICT_WORDS[record.verdict], MAX_TITLE_CHARACTERS)
        label = f"{VERDICT_WORDS[record.verdict]}: {title}"
        style = f"verdict {verdict_style(record.verdict)}"
        words = join(in_words(record), " ", symbol)
        parts.append(element("a", words, class_=style, href=f"#{case_id(record)}", title=label))
    return join(*parts)


def in_words(record: VerdictRecord) -> str:
    """Return what a role may do, as it was seen: `may`, `refused, 403`; and where it should be otherwise, that."""
    demanded = _demanded(record.expected)
    if record.verdict not in {Verdict.PASS, Verdict.FAIL, Verdict.WAIVED} or not demanded:
        return VERDICT_WORDS[record.verdict]
    status = next(iter(_STATUS.findall(record.observed)), "")
    if record.verdict is Verdict.PASS:
        refused = demanded == "refused" or (demanded == "either" and status.startswith("4"))
        return f"refused, {status}" if refused and status else "refused" if refused else "may"
    should = {"refused": "must be refused", "allowed": "must be allowed", "either": "must be as agreed"}[demanded]
    return f"{should}: {status}" if status else should


def _demanded(expected: str) -> str:
    """Return what the role matrix demands, as `assurance.apex.roles` words it; empty for another requirement."""
    _, _, demanded = expected.partition(": ")
    if demanded.startswith("allowed or refused"):
        return "either"
    return next((word for word in ("allowed", "refused") if demanded.startswith(word)), "")


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
    rows = (_clause_row(clause) for clause in coverage.clauses(model))
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
            "li",
            f"{name}: ",
            ", ".join(f"{clause.number} {clause.title}" for clause in uncited if _theme(clause.number) == key),
        )
        for key, name in THEMES.items()
    )
    words = f"{counted(len(uncited), 'clause')} of Annex A that no control of this suite covers"
    return element("details", element("summary", words), element("ul", *themes), id="uncovered", class_="absent")


def _theme(number: str) -> str:
    return number.partition(".")[0]
