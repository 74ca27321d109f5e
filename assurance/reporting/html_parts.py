"""Pieces of the HTML report that several of its sections use."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from assurance.reporting.markup import Content, Html, element
from assurance.reporting.wording import VERDICT_WORDS
from assurance.verdicts import Verdict

# Beside the word, so that neither colour nor language alone tells a verdict.
SYMBOLS = {
    Verdict.PASS: "✓",
    Verdict.FAIL: "✗",
    Verdict.NOT_EVALUATED: "?",
    Verdict.WAIVED: "≈",
    Verdict.NOT_APPLICABLE: "—",
}


def verdict_badge(verdict: Verdict | None) -> Html:
    """Return a verdict as a coloured word; a dash where there is none."""
    if verdict is None:
        return Html("—")
    symbol = element("span", SYMBOLS[verdict], aria_hidden="true")
    return element("span", symbol, " ", VERDICT_WORDS[verdict], class_=f"verdict {verdict.replace('_', '-')}")


def copyable(text: str) -> Html:
    """Return text that is meant to be taken to a terminal, with a button that copies it."""
    button = element("button", "Copy", type="button", class_="copy")
    return element("div", button, element("pre", text, tabindex="0"), class_="copyable")


def definitions(facts: Iterable[tuple[str, Content]]) -> Html:
    """Return names and what they are, one below the other."""
    rows = (element("div", element("dt", name), element("dd", value)) for name, value in facts)
    return element("dl", *rows, class_="facts")


def table(caption: str, header: Sequence[str], rows: Iterable[Sequence[Content]], style: str) -> Html:
    """Return a table that scrolls within its own container; the first cell of a row names the row."""
    head = element("thead", element("tr", *(element("th", name, scope="col") for name in header)))
    body = (
        element("tr", element("th", row[0], scope="row"), *(element("td", cell) for cell in row[1:])) for row in rows
    )
    title = element("caption", caption)
    whole = element("table", title, head, element("tbody", *body), class_=style)
    return element("div", whole, class_="scroll", tabindex="0", role="region", aria_label=caption)
