"""What a fleet says: on the terminal, as JSON, and on one page that opens offline, the worst first."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from assurance.command_line.fleet.outcomes import Outcome, in_order, numbers, status_of
from assurance.reporting.fit import for_terminal
from assurance.reporting.html.parts import Content, Html, definitions, element, join, section, table
from assurance.reporting.html.report import STYLE_FILE, VIEWPORT, shipped
from assurance.reporting.wording import counted, counts_in_words, duration_in_words
from assurance.verdicts import Decision, Source

PAGE = "fleet.html"
TITLE = "APEX Assurance: fleet"
STYLES = {Decision.NO_GO: "fail", None: "fail", Decision.INCONCLUSIVE: "not-evaluated", Decision.GO: "pass"}
SYMBOLS = {Decision.NO_GO: "✗", None: "!", Decision.INCONCLUSIVE: "?", Decision.GO: "✓"}
BANNERS = {Decision.NO_GO: "no-go", None: "no-go", Decision.INCONCLUSIVE: "inconclusive", Decision.GO: "go"}
HEADER = ("Environment", "Decision", "About", "Cases", "Failing controls", "Took", "Report")


def page(outcomes: Sequence[Outcome], folder: Path, *, ended: str, interrupted: bool) -> Html:
    """Return the whole page.

    Args:
        outcomes: What became of each environment.
        folder: Where the page is written, from which its links lead.
        ended: When the fleet had ended, in words.
        interrupted: Whether it was interrupted.
    """
    ordered = in_order(outcomes)
    rows = [_row(outcome, folder) for outcome in ordered]
    facts: list[tuple[str, Content]] = [("Ended", ended)]
    facts += [(word, counted(number, "environment")) for word, number in numbers(ordered).items() if number]
    return _whole(
        element("h1", TITLE),
        _decision(ordered, interrupted=interrupted),
        definitions(facts),
        section("environments", "Environments, the worst first", table("Environments", HEADER, rows, "plain fleet")),
    )


def begun(number: int) -> Html:
    """Return the page of a fleet that has not ended: what an earlier one came to must not stand in its place."""
    sentence = f"{counted(number, 'environment')}: this fleet has not ended, or was killed. It says nothing yet."
    return _whole(element("h1", TITLE), element("p", element("strong", "INCOMPLETE"), " ", sentence))


def _whole(*content: Content) -> Html:
    head = join(Html(f'<meta charset="utf-8">{VIEWPORT}'), element("title", TITLE))
    style = Html(f"<style>{shipped(STYLE_FILE)}</style>")
    return Html(
        f'<!DOCTYPE html><html lang="en"><head>{head}{style}</head><body>{element("main", *content)}</body></html>'
    )


def _decision(ordered: Sequence[Outcome], *, interrupted: bool) -> Html:
    worst = ordered[0]
    number = sum(outcome.word == worst.word for outcome in ordered)
    why = f"{number:,} of {counted(len(ordered), 'environment')}: {worst.word}."
    stand_ins = sorted({outcome.source for outcome in ordered} - {"", str(Source.LIVE)})
    worth = f" Runs that are {' or '.join(stand_ins)} are no audit evidence of a deployment." if stand_ins else ""
    broken = " The fleet was INTERRUPTED: what had not ended is not judged." if interrupted else ""
    word = element("p", worst.word, class_="word")
    return element(
        "div", element("div", word, element("p", f"{why}{worth}{broken}", class_="why")),
        class_=f"decision {BANNERS[worst.decision]}",
    )  # fmt: skip


def _row(outcome: Outcome, folder: Path) -> tuple[Content, ...]:
    symbol = element("span", SYMBOLS[outcome.decision], aria_hidden="true")
    badge = element("span", symbol, " ", outcome.word, class_=f"verdict {STYLES[outcome.decision]}")
    source = f" {outcome.source}" if outcome.source else ""
    link: Content = "none"
    if outcome.report is not None:
        address = quote(os.path.relpath(outcome.report, folder).replace(os.sep, "/"))
        link = element("a", "report", href=address)
    name = join(outcome.environment or "—", " ", element("code", str(outcome.file)))
    took = duration_in_words(outcome.seconds)
    failing = ", ".join(outcome.failing_controls) or "—"
    return name, join(badge, source), outcome.scope or outcome.reason, counts(outcome), failing, took, link


def counts(outcome: Outcome) -> str:
    """Return how many cases of an environment came to what; a dash where it came to no decision."""
    return counts_in_words(dict(outcome.counts)) or "—"


MAX_LINES = 12
BELOW = 2
"""The lines below those of environments: the numbers, and where the page is."""


def lines(outcomes: Sequence[Outcome], page: str, *, interrupted: bool) -> list[str]:
    """Return at most `MAX_LINES` lines: one for each of the worst environments, how many there are, and the page."""
    ordered = in_order(outcomes)
    most = MAX_LINES - BELOW
    shown = ordered if len(ordered) <= most else ordered[: most - 1]
    left = len(ordered) - len(shown)
    more = [f"and {counted(left, 'more environment')}, in the page"] if left else []
    counts = ", ".join(f"{number:,} {word}" for word, number in numbers(ordered).items() if number)
    broken = " (INTERRUPTED)" if interrupted else ""
    count = f"{counted(len(ordered), 'environment')}: {counts}{broken}"
    return [*map(_line, shown), *more, count, f"page      {for_terminal(page)}"]


def _line(outcome: Outcome) -> str:
    head = f"{outcome.word:<13} {for_terminal(str(outcome.file), 60)}: "
    if outcome.report is None:
        return f"{head}{for_terminal(outcome.reason, 300)}"
    worth = "" if outcome.source == Source.LIVE else f" ({outcome.source}: no audit evidence)"
    return f"{head}{for_terminal(outcome.scope)}; {counts(outcome)}{worth}; {for_terminal(str(outcome.report))}"


def document(outcomes: Sequence[Outcome], page: Path, *, interrupted: bool) -> dict[str, object]:
    """Return the same for programs."""
    ordered = in_order(outcomes)
    return {
        "decision": ordered[0].word,
        "exit_status": int(status_of(ordered)),
        "interrupted": interrupted,
        "numbers": numbers(ordered),
        "page": str(page),
        "environments": [_values(outcome) for outcome in ordered],
    }


def _values(outcome: Outcome) -> dict[str, object]:
    return {
        "file": str(outcome.file),
        "environment": outcome.environment or None,
        "decision": str(outcome.decision) if outcome.decision is not None else None,
        "scope": outcome.scope,
        "source": outcome.source or None,
        "counts": {str(verdict): number for verdict, number in outcome.counts.items()},
        "failing_controls": list(outcome.failing_controls),
        "reason": outcome.reason,
        "seconds": round(outcome.seconds, 1),
        "report": str(outcome.report) if outcome.report is not None else None,
    }
