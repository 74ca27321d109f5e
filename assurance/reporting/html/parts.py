"""Pieces of the HTML report that several of its sections use; HTML that is escaped by construction."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from assurance.reporting.causes import commands_of
from assurance.reporting.fit import for_html
from assurance.reporting.model import VerdictRecord
from assurance.reporting.wording import VERDICT_WORDS
from assurance.tape import sha256
from assurance.verdicts import Verdict


class Html(str):
    """Markup that is safe to put into a page as it is."""

    __slots__ = ()


Content = Html | str | int


def element(tag: str, *content: Content, **attributes: str | bool) -> Html:
    """Return an element; content that is not `Html` is text, and is escaped.

    Args:
        tag: Its name.
        content: What stands within.
        attributes: By name, with `_` for `-` and a trailing `_` for words of Python's own. True stands alone, False is
            left out.
    """
    written = "".join(_attribute(name, value) for name, value in attributes.items() if value is not False)
    return Html(f"<{tag}{written}>{join(*content)}</{tag}>")


def join(*content: Content) -> Html:
    """Return contents one after the other, text being escaped."""
    return Html("".join(item if isinstance(item, Html) else for_html(str(item)) for item in content))


def _attribute(name: str, value: str | bool) -> str:
    name = name.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{for_html(str(value))}"'


# Beside the word, so that neither colour nor language alone tells a verdict.
SYMBOLS = {
    Verdict.PASS: "✓",
    Verdict.FAIL: "✗",
    Verdict.NOT_EVALUATED: "?",
    Verdict.WAIVED: "≈",
    Verdict.NOT_APPLICABLE: "—",
}


def verdict_style(verdict: Verdict) -> str:
    """Return the class of the style sheet that colours a verdict."""
    return verdict.replace("_", "-")


def verdict_badge(verdict: Verdict | None) -> Html:
    """Return a verdict as a coloured word; a dash where there is none."""
    if verdict is None:
        return Html("—")
    symbol = element("span", SYMBOLS[verdict], aria_hidden="true")
    return element("span", symbol, " ", VERDICT_WORDS[verdict], class_=f"verdict {verdict_style(verdict)}")


_NAME = re.compile(r"[^\s/]*-[^\s/]*")


def with_names(text: str) -> Html:
    """Return text in which a name with hyphens is not broken at one as long as a line has room for it.

    A path may be broken behind each of its slashes. Whoever copies the text gets it as it is.
    """
    parts: list[Content] = []
    end = 0
    for match in _NAME.finditer(text):
        parts += [_breakable(text[end : match.start()]), element("span", match[0], class_="name")]
        end = match.end()
    return join(*parts, _breakable(text[end:]))


def _breakable(text: str) -> Html:
    return Html(for_html(text).replace("/", "/<wbr>"))


def copyable(text: str) -> Html:
    """Return text that is meant to be taken to a terminal, with a button that copies it."""
    button = element("button", "Copy", type="button", class_="copy")
    return element("div", button, element("pre", with_names(text), tabindex="0"), class_="copyable")


def remedy_blocks(remedy: str) -> Html:
    """Return a remedy with its prose as text, and each of its commands so that it alone is copied."""
    blocks: list[Content] = []
    for line in remedy.splitlines():
        command = next(iter(commands_of(line)), "")
        if command:
            before, _, behind = line.partition(command)
            blocks += [element("p", text.strip(), class_="said") for text in (before, behind) if text.strip()]
            blocks.append(copyable(command))
        elif line.strip():
            blocks.append(element("p", line, class_="said"))
    return join(*blocks)


def severity_mark(severity: str) -> Html:
    """Return a severity as a word in a frame."""
    return element("span", severity, class_=f"severity {severity}")


def definitions(facts: Iterable[tuple[str, Content]]) -> Html:
    """Return names and what they are, one below the other."""
    rows = (element("div", element("dt", name), element("dd", value)) for name, value in facts)
    return element("dl", *rows, class_="facts")


def section(identifier: str, title: str, *content: Content) -> Html:
    """Return a section of the report under its heading."""
    return element("section", element("h2", title), *content, id=identifier, class_="apex-section")


def table(caption: str, header: Sequence[str], rows: Iterable[Sequence[Content]], style: str) -> Html:
    """Return a table within its own container; the first cell of a row names the row.

    On a narrow page a row becomes a card: each cell carries its column's name, and roles keep it a table for readers.
    """
    names = (element("th", name, scope="col", role="columnheader") for name in header)
    head = element("thead", element("tr", *names, role="row"), role="rowgroup")
    body = element("tbody", *(_row(header, row) for row in rows), role="rowgroup")
    whole = element("table", element("caption", caption), head, body, class_=style, role="table")
    return element("div", whole, class_="scroll", tabindex="0", role="region", aria_label=caption)


def case_id(record: VerdictRecord) -> str:
    """Return the id under which a link in the page finds a case: the beginning of the digest of its node id."""
    return f"case-{sha256(record.check.encode('utf-8', 'replace'))[:12]}"


def _row(header: Sequence[str], row: Sequence[Content]) -> Html:
    first = element("th", row[0], scope="row", role="rowheader")
    cells = (element("td", cell, role="cell", data_label=name) for name, cell in zip(header[1:], row[1:], strict=True))
    return element("tr", first, *cells, role="row")
