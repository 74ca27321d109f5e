"""The one place that makes text fit to show: whatever comes from outside passes it, for each kind of output.

Names, answers and errors are written by somebody else's world. Shown as they are, they could forge a line, turn the
direction of writing, run as a formula, a command of a pipeline, or markup. Here nothing is dropped without a trace:
what cannot be seen is told by its number, as `<U+202E>`, and what is cut says how much is missing. `results.json` and
the tape keep every text whole.
"""

from __future__ import annotations

import re
from html import escape

# A line of a terminal, a cell of Excel (which holds 32,767), an attribute of JUnit, a value in a comment.
MAX_LINE_CHARACTERS = 2_000
MAX_CELL_CHARACTERS = 32_000
MAX_XML_CHARACTERS = 20_000
MAX_MARKDOWN_CHARACTERS = 2_000

# What is neither a character of XML 1.0 (section 2.2) nor, for the C1 controls, anything that a reader could see; what
# turns the direction of writing (Unicode, UAX 9); what has no width; what ends a line for some programs and not for
# others; tags (U+E0000). A line feed and a tab are what they look like; a carriage return overwrites a terminal's line.
_UNSEEN = re.compile(
    "[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
    "|[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# What makes a spreadsheet take a text for a formula (OWASP, "CSV Injection"), in its full-width forms as well.
FORMULA = ("=", "+", "-", "@", "\t", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
# What begins a command in a line of a pipeline's log: GitHub's `::` first in a line and its older `##[` anywhere, Azure
# Pipelines' `##vso[` and `##[` anywhere.
_COMMAND = re.compile(r"(?<!\S)::|##(?=\[|vso\[)", re.IGNORECASE)
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~@$&!:])")


def printable(text: str) -> str:
    """Return `text` with whatever cannot be seen told by its number, such as `<U+202E>`.

    Control characters and lone surrogates are among it: neither XML nor UTF-8 can hold them.
    """
    return _UNSEEN.sub(lambda match: f"<U+{ord(match.group()):04X}>", text.replace("\r\n", "\n"))


def cut(text: str, most_characters: int) -> str:
    """Return the beginning of `text`, and how much was left out if it is longer than `most_characters`."""
    if len(text) <= most_characters:
        return text
    return f"{text[:most_characters]} ... ({len(text) - most_characters:,} more characters)"


def one_line(text: str, most_characters: int = MAX_LINE_CHARACTERS) -> str:
    """Return `text` on one line, so that nothing in it looks like a line of ours."""
    head = " ".join(printable(text[:most_characters]).split())
    left = len(text) - most_characters
    return head if left <= 0 else f"{head} ... ({left:,} more characters)"


def for_terminal(text: str, most_characters: int = MAX_LINE_CHARACTERS) -> str:
    """Return `text` on one line for a terminal or a pipeline's log, in which no pipeline finds a command."""
    return _COMMAND.sub(lambda match: " ".join(match.group()), one_line(text, most_characters))


def as_line_for_terminal(line: str, most_characters: int = MAX_LINE_CHARACTERS) -> str:
    """Return a line of ours for a terminal, with its columns: what comes from outside begins no other line."""
    kept = cut(printable(line).replace("\n", " "), most_characters)
    return _COMMAND.sub(lambda match: " ".join(match.group()), kept)


def lines_for_terminal(text: str, most_lines: int = 40) -> list[str]:
    """Return the lines of `text`, each fit for a terminal; of more than `most_lines` the rest is counted."""
    lines = [line for line in text.replace("\r\n", "\n").split("\n") if line.strip()]
    lines_told = [f"{' ' * _indent(line)}{for_terminal(line)}" for line in lines[:most_lines]]
    return lines_told if len(lines) <= most_lines else [*lines_told, f"... ({len(lines) - most_lines:,} more lines)"]


def for_cell(text: str) -> str:
    """Return `text` so that a spreadsheet holds it and never runs it: a possible formula begins with an apostrophe."""
    clean = cut(printable(text), MAX_CELL_CHARACTERS)
    starts = (clean, clean.lstrip(" "), clean.lstrip())
    return f"'{clean}" if any(start.startswith(FORMULA) for start in starts) else clean


def for_xml(text: str) -> str:
    """Return `text` with characters of XML only; escaping is left to who writes the element."""
    return cut(printable(text), MAX_XML_CHARACTERS)


def for_html(text: str) -> str:
    """Return `text` so that a browser shows it as it is, in an element or in a quoted attribute."""
    return escape(printable(text))


def for_markdown(text: str, most_characters: int = MAX_MARKDOWN_CHARACTERS) -> str:
    """Return `text` on one line, as Markdown that shows it as it is: no markup, HTML, mention, link or cell."""
    escaped = _MARKDOWN.sub(r"\\\1", one_line(text, most_characters))
    # What begins a list does so only first in a line; `www.` alone makes a link.
    return re.sub(r"(?i)^(\d*)([-+.=)])|\b(www)\.", _plain_start, escaped)


def _plain_start(match: re.Match[str]) -> str:
    return f"{match[3]}\\." if match[3] else f"{match[1]}\\{match[2]}"


def for_markdown_code(text: str, most_characters: int = MAX_MARKDOWN_CHARACTERS) -> str:
    """Return `text` as a code span on one line, whatever it holds; within a table a pipe must be escaped too."""
    line = one_line(text, most_characters).replace("|", "\\|")
    if not line:
        return "(nothing)"
    fence = "`" * (_longest_run_of_backticks(line) + 1)
    padding = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{padding}{line}{padding}{fence}"


def markdown_block(text: str, language: str = "text", most_characters: int = MAX_MARKDOWN_CHARACTERS) -> list[str]:
    """Return the lines of a fenced block, which GitHub shows with a button to copy it; nothing in it can end it."""
    clean = cut(printable(text), most_characters)
    fence = "`" * max(3, _longest_run_of_backticks(clean) + 1)
    return [f"{fence}{language}", *clean.split("\n"), fence]


def for_github_command(text: str, *, is_property: bool = False) -> str:
    """Return `text` within a workflow command of GitHub (its documentation: values are escaped by percent codes)."""
    return _percent(_without_commands(text), ",:" if is_property else "")


def for_azure_command(text: str) -> str:
    """Return `text` within a logging command of Azure Pipelines, which ends at the end of its line."""
    # AZP25 is the documented escape of a per cent sign; it is decoded by newer agents only.
    return _percent(_without_commands(text))


def _without_commands(text: str) -> str:
    """Return `text` with its line ends, in which no pipeline finds a command, also where it looks within a line."""
    return _COMMAND.sub(lambda match: " ".join(match.group()), cut(printable(text), MAX_LINE_CHARACTERS))


def _percent(text: str, more: str = "") -> str:
    """Return text in which nothing can end the command or begin another one."""
    for character in ("%", "\r", "\n", *more):
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def _indent(line: str) -> int:
    return min(len(line) - len(line.lstrip(" ")), 20)


def _longest_run_of_backticks(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)
