"""The decision as a message to those who must know: a Teams card, a Slack message, plain JSON, a comment.

Each says the same as the last lines of the terminal: the decision, why, the worst findings, what is to be done. What
comes from outside stands in elements that know no markup.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from assurance.reporting import markdown
from assurance.reporting.causes import Finding, findings_of
from assurance.reporting.fit import one_line
from assurance.reporting.model import RunModel
from assurance.reporting.wording import by_reason, counted, decision_sentence, evidence_sentence
from assurance.verdicts import Decision, Verdict

SCHEMA_VERSION = "1.0"
MAX_FINDINGS = 5
# A message in Teams holds some 28 KB, a section of a Slack message 3,000 characters, its header 150.
MAX_BYTES = 24_000
MAX_LINE_CHARACTERS = 400

Value = Any  # a value of JSON


@dataclass(frozen=True, slots=True)
class Told:
    """What every message says.

    Attributes:
        heading: The environment and its decision.
        why: Why, and what it is worth as evidence.
        worst: The worst findings, or where there is none the worst reasons: what it is, and what to type.
        more: How many there are beyond those.
        link: Where the report can be seen; empty if nobody said.
    """

    heading: str
    why: str
    worst: tuple[tuple[str, str], ...]
    more: str
    link: str


def told(model: RunModel, link: str = "") -> Told:
    """Return what a message says of a run.

    Args:
        model: The run.
        link: Address of the report, as who sends the message knows it.
    """
    run = model.run
    findings = findings_of(model)
    groups = by_reason(model, Verdict.NOT_EVALUATED)
    worst = [_finding(finding) for finding in findings[:MAX_FINDINGS]]
    if not findings:
        worst = [
            (_line(f"{group.severity.upper()} not evaluated: {group.reason}"), _line(group.remedy)) for group in groups
        ]
    total, noun = (len(findings), "finding") if findings else (len(groups), "reason")
    left = total - MAX_FINDINGS
    return Told(
        heading=one_line(f"APEX Assurance: {run.environment} {model.decided}", 140),
        why=one_line(f"{decision_sentence(model)} {evidence_sentence(run)} Run {run.id}.", 1_500),
        worst=tuple(worst[:MAX_FINDINGS]),
        more=f"and {counted(left, f'more {noun}')}, in the report" if left > 0 else "",
        link=link,
    )


def teams(model: RunModel, link: str = "") -> dict[str, Value]:
    """Return a message with an adaptive card (version 1.4), as a workflow of Teams takes it."""
    said = told(model, link)
    colour = {Decision.GO: "Good", Decision.NO_GO: "Attention", Decision.INCONCLUSIVE: "Warning"}[model.decision]
    body: list[Value] = [
        {"type": "RichTextBlock", "inlines": [_run(said.heading, size="Large", weight="Bolder", color=colour)]},
        {"type": "RichTextBlock", "inlines": [_run(said.why)]},
    ]
    for line, remedy in said.worst:
        body.append({"type": "RichTextBlock", "inlines": [_run(line, weight="Bolder")], "spacing": "Medium"})
        if remedy:
            body.append({"type": "RichTextBlock", "inlines": [_run(remedy, fontType="Monospace")], "spacing": "None"})
    if said.more:
        body.append({"type": "RichTextBlock", "inlines": [_run(said.more, isSubtle=True)]})
    card: dict[str, Value] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full"},
        "body": body,
    }
    if said.link:
        card["actions"] = [{"type": "Action.OpenUrl", "title": "Open the report", "url": said.link}]
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def slack(model: RunModel, link: str = "") -> dict[str, Value]:
    """Return a message of blocks whose texts are plain, as an incoming webhook of Slack takes it."""
    said = told(model, link)
    blocks: list[Value] = [
        {"type": "header", "text": _plain(said.heading)},
        {"type": "section", "text": _plain(said.why)},
    ]
    blocks += [
        {"type": "section", "text": _plain(f"{line}\n{remedy}" if remedy else line)} for line, remedy in said.worst
    ]
    if said.more:
        blocks.append({"type": "context", "elements": [_plain(said.more)]})
    if said.link:
        button = {"type": "button", "text": _plain("Open the report"), "url": said.link}
        blocks.append({"type": "actions", "elements": [button]})
    # Shown in notifications; Slack reads markup in it, so nothing from outside stands there.
    return {"text": f"APEX Assurance: {model.decided}", "blocks": blocks}


def plain(model: RunModel, link: str = "") -> dict[str, Value]:
    """Return the decision block as plain JSON, for what is neither Teams nor Slack."""
    said = told(model, link)
    run = model.run
    return {
        "schema": SCHEMA_VERSION,
        "environment": one_line(run.environment, 200),
        "run": one_line(run.id, 200),
        "source": str(run.source),
        "complete": run.complete,
        "decision": str(model.decision),
        "why": said.why,
        "counts": {str(verdict): number for verdict, number in model.counts().items()},
        "findings": len(findings_of(model)),
        "worst": [{"told": line, "remedy": remedy} for line, remedy in said.worst],
        "rollback": [one_line(command) for command in run.rollback],
        "finished": one_line(run.finished, 40),
        "report": said.link,
    }


MESSAGES: Mapping[str, Callable[[RunModel, str], dict[str, Value]]] = MappingProxyType(
    {"teams": teams, "slack": slack, "json": plain}
)


def size_of(message: Mapping[str, Value]) -> int:
    """Return how many bytes a message has when it is sent."""
    return len(json.dumps(message).encode())


def marker(model: RunModel) -> str:
    """Return the line by which the comment on an environment is found again; what is no name is left out of it."""
    return f"<!-- apex-assurance: {re.sub(r'[^A-Za-z0-9_.]+', '-', model.run.environment)[:100].strip('-')} -->"


def comment(model: RunModel, link: str = "") -> str:
    """Return the text of the comment on a pull request: the summary, after the line by which it is found again."""
    linked = f"[The whole report]({link})\n\n" if link else ""
    return f"{marker(model)}\n{linked}{markdown.summary(model)}"


def _finding(finding: Finding) -> tuple[str, str]:
    record = finding.lead
    also = f" (also {', '.join(finding.controls[1:])})" if len(finding.controls) > 1 else ""
    observed = record.observed or record.statement
    line = f"{finding.severity.upper()} {record.control} {one_line(record.subject, 100)}: {one_line(observed, 200)}"
    return f"{line}{also}", _line(finding.command or record.remedy)


def _line(text: str) -> str:
    return one_line(text, MAX_LINE_CHARACTERS)


def _run(text: str, **look: str | bool) -> dict[str, Value]:
    return {"type": "TextRun", "text": text, **look}


def _plain(text: str) -> dict[str, Value]:
    return {"type": "plain_text", "text": text[:2_900], "emoji": False}
