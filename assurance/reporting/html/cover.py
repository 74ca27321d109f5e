"""The cover of the HTML report: what it rests on, the decision, the run's facts; and what each printed page says."""

from __future__ import annotations

import re

from assurance.reporting.causes import Finding, findings_of
from assurance.reporting.coverage import absent_controls, ids_in_words
from assurance.reporting.fit import cut
from assurance.reporting.html.parts import (
    Content,
    Html,
    case_id,
    copyable,
    definitions,
    element,
    join,
    section,
    severity_mark,
    verdict_badge,
    with_names,
)
from assurance.reporting.model import RunModel, roles_of_identity
from assurance.reporting.wording import (
    ReasonGroup,
    age_in_words,
    by_reason,
    counted,
    evidence_sentence,
    judged_sentence,
    oldest_reading,
    requests_in_words,
    seconds_between,
    utc_in_words,
)
from assurance.verdicts import Source, Verdict

MAX_WORST = 3
COMMIT = "commit"
SUITE = "apex-assurance"
_NOT_PLAIN = re.compile(r"[^\w .,:+/()-]")


def printed_on_every_page(model: RunModel) -> Html:
    """Return the rule that puts the run, what it rests on and the age of its readings on each printed page."""
    run = model.run
    worth = "" if run.source is Source.LIVE else ", no audit evidence"
    worth += "" if run.complete else ", INCOMPLETE"
    corners = {
        "top-left": _quoted(f"APEX Assurance: {run.environment}, {model.decided}"),
        "top-right": _quoted(f"{run.source}{worth}"),
        "bottom-left": _quoted(f"Run {run.id}, age of the oldest reading: {age_in_words(model)}"),
        "bottom-right": '"Page " counter(page) " of " counter(pages)',
    }
    rules = " ".join(f"@{corner} {{ content: {words}; font: 8pt sans-serif }}" for corner, words in corners.items())
    return Html(f"<style>@page {{ {rules} }}</style>")


def cover(model: RunModel, falsifiability: str) -> Html:
    """Return the cover.

    Args:
        model: The run.
        falsifiability: Address of the page that shows that the checks can fail; empty if it is not beside the report.
    """
    return join(
        _banner(model), _decision(model), _worst(model), _unjudged(model), _facts(model), _proof(falsifiability)
    )


def _quoted(text: str) -> str:
    """Return a CSS string; an environment's name is a user's text, so what CSS or HTML could misread is left out."""
    return f'"{_NOT_PLAIN.sub("", text)}"'


def _banner(model: RunModel) -> Html:
    run = model.run
    marks = [element("strong", word) for word in (str(run.source), "" if run.complete else "INCOMPLETE") if word]
    words = element("p", *marks, " ", with_names(run.origin))
    age = f" The oldest reading was {age_in_words(model)} old when the run ended." if model.readings else ""
    worth = element("p", evidence_sentence(run) + age, class_="worth")
    style = f"banner {run.source.lower()}"
    return element("section", words, worth, class_=style, id="source", aria_label="What this report rests on")


def _decision(model: RunModel) -> Html:
    run = model.run
    word = element("p", model.decided, class_="word")
    why = element("p", judged_sentence(model), class_="why")
    when = element("p", f"{run.environment}, {utc_in_words(run.finished)}", class_="when")
    tiles = (
        element("li", element("span", f"{number:,}", class_="number"), verdict_badge(verdict))
        for verdict, number in model.counts().items()
    )
    counts = element("ul", *tiles, class_="counts", aria_label="Cases by verdict")
    style = f"decision {model.decision.lower()}"
    inner = element("div", word, why, when, _left_out(model), _rollback(model))
    return element("section", inner, counts, class_=style, id="decision", aria_label="Decision")


def _worst(model: RunModel) -> Html:
    """Show the three worst findings, each a line that leads to its card's case, with the command that mends it."""
    findings = findings_of(model)
    if not findings:
        return Html()
    lines = [_worst_line(finding) for finding in findings[:MAX_WORST]]
    left = len(findings) - len(lines)
    more = element("p", element("a", f"and {counted(left, 'more finding')}", href="#findings")) if left else Html()
    return element("section", element("h2", "The worst"), element("ol", *lines), more, class_="worst", id="worst")


def _worst_line(finding: Finding) -> Html:
    record = finding.lead
    subject = element("a", with_names(cut(record.subject, 100)), href=f"#{case_id(record)}")
    also = f" (also {', '.join(finding.controls[1:])})" if finding.controls[1:] else ""
    sentence = with_names(f": {cut(finding.seen, 200)}{also}")
    line = element("p", severity_mark(finding.severity), f" {record.control} ", subject, sentence)
    prose = element("p", cut(record.remedy, 200)) if record.remedy else Html()
    return element("li", line, copyable(finding.command) if finding.command else prose)


def _unjudged(model: RunModel) -> Html:
    """Show in one line each what was not judged, and which controls were not in this run."""
    groups = by_reason(model, Verdict.NOT_EVALUATED)
    lines = [_unjudged_line(group) for group in groups[:MAX_WORST]]
    if len(groups) > MAX_WORST:
        more = f"and {counted(len(groups) - MAX_WORST, 'more reason')}"
        lines.append(element("li", element("a", more, href="#not-evaluated")))
    absent = absent_controls(model)
    if absent:
        ids = ids_in_words([control.id for control in absent])
        sentence = f"{counted(len(absent), 'control')} of the suite not in this run: {ids}"
        lines.append(element("li", element("a", with_names(sentence), href="#absent")))
    if not lines:
        return Html()
    return element("section", element("h2", "Not judged"), element("ul", *lines), class_="worst", id="not-judged")


def _unjudged_line(group: ReasonGroup) -> Html:
    concerned = f" {counted(len(group.records), 'case')} of {ids_in_words(group.controls)}: "
    return element("li", severity_mark(group.severity), concerned, cut(group.reason, 200))


def _left_out(model: RunModel) -> Html:
    """List all that the environment file leaves out against the guide, beside the decision that rests on less."""
    if not model.run.left_out:
        return Html()
    items = (element("li", sentence) for sentence in model.run.left_out)
    paragraph = element("p", "Less than the guide demands: the environment file")
    return element("div", paragraph, element("ul", *items), class_="left-out", id="left-out")


def _rollback(model: RunModel) -> Html:
    """Show how to go back, where the guide demands it."""
    if not model.run.rollback:
        return Html()
    commands = copyable("\n".join(model.run.rollback))
    return element("div", element("p", "To roll back (guide, Step 24):"), commands, class_="rollback")


def _facts(model: RunModel) -> Html:
    run = model.run
    seconds = seconds_between(run.started, run.finished)
    oldest = oldest_reading(model)
    facts: list[tuple[str, Content]] = [
        ("Environment", run.environment),
        ("Run", element("code", run.id)),
        ("Started", utc_in_words(run.started)),
        ("Finished", utc_in_words(run.finished) + (f", after {seconds:,.1f} s" if seconds is not None else "")),
        ("Complete", "yes" if run.complete else "no, it was interrupted"),
        ("Identity", element("code", run.identity) if run.identity else _no_identity(run.source)),
        ("Its roles", _roles(model)),
        ("Vantage", ", ".join(run.vantage)),
        ("Requests", requests_in_words(run)),
        ("Readings", f"{len(model.readings):,}"),
        ("Oldest reading", f"{utc_in_words(oldest)}, {age_in_words(model)} before the end" if oldest else "none"),
        ("Selection", element("code", with_names(run.selection)) if run.selection else "all"),
        ("Suite", _suite(model)),
        ("Libraries", with_names(", ".join(" ".join(library) for library in sorted(_libraries(model).items())))),
    ]
    return section("run", "The run", definitions(facts))


def _no_identity(source: Source) -> str:
    return "none: a replay signs nobody in" if source is Source.RECORDED else "unknown"


def _roles(model: RunModel) -> str:
    roles = roles_of_identity(model)
    return ", ".join(roles) if roles else "not among what this run read"


def _suite(model: RunModel) -> str:
    versions = model.run.versions
    version = versions.get(SUITE, "unknown")
    return f"{SUITE} {version}, commit {versions.get(COMMIT, 'unknown')}"


def _libraries(model: RunModel) -> dict[str, str]:
    return {name: version for name, version in model.run.versions.items() if name not in {SUITE, COMMIT}}


def _proof(falsifiability: str) -> Html:
    if not falsifiability:
        words: tuple[Content, ...] = ("The proof that every check can fail is not beside this report.",)
    else:
        link = element("a", "every check was tried on worlds that are wrong on purpose", href=falsifiability)
        words = ("How far these checks can be trusted to fail: ", link, ".")
    return element("p", *words, class_="note", id="falsifiability")
