"""Whatever comes from outside is made fit to show, for each kind of output."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from assurance.reporting import fit

FORGED = "name\r\n::add-mask::x\n##vso[task.setvariable variable=a]b ##[error]c"
UNSEEN = ["\x00", "\x1b", "\x85", "\u00ad", "\u200b", "\u200d", "\u2028", "\u202e", "\u2066", "\ufeff", "\udcff", "\r"]
MEGABYTE = "n" * 1_000_000


@pytest.mark.parametrize("character", UNSEEN, ids=[f"U+{ord(one):04X}" for one in UNSEEN])
def test_what_cannot_be_seen_is_told(character: str) -> None:
    """A character that nobody sees, or that moves what is seen, is told by its number in every kind of output."""
    told = f"<U+{ord(character):04X}>"
    assert fit.printable(f"a{character}b") == f"a{told}b"
    assert fit.for_terminal(f"a{character}b") == f"a{told}b"
    assert fit.for_cell(f"a{character}b") == f"a{told}b"
    assert fit.for_xml(f"a{character}b") == f"a{told}b"
    assert fit.for_html(f"a{character}b") == f"a&lt;U+{ord(character):04X}&gt;b"
    assert character not in fit.for_markdown(f"a{character}b") + fit.for_markdown_code(f"a{character}b")


def test_letters_of_any_script_stay() -> None:
    """Writing from right to left, accents and symbols are shown as they are."""
    for text in ("\u0645\u0631\u062d\u0628\u0627", "Größe", "\u4f60\u597d", "✓ 10 µs"):
        assert fit.printable(text) == text


def test_terminal_has_one_line_without_a_command() -> None:
    """No line of a name becomes a line of the terminal, and no pipeline finds a command in it."""
    told = fit.for_terminal(FORGED)
    assert "\n" not in told
    assert "##vso[" not in told
    assert "##[" not in told
    assert re.search(r"(^|\s)::", told) is None
    assert fit.for_terminal("checks/a.py::test_b[x]") == "checks/a.py::test_b[x]"


def test_lines_of_a_remedy_are_counted() -> None:
    """A remedy keeps its lines, each fit for a terminal; of very many the rest is counted."""
    assert fit.lines_for_terminal("one\n\n  two\r\n::set-env::") == ["one", "  two", ": :set-env::"]
    assert fit.lines_for_terminal("x\n" * 50)[-1] == "... (10 more lines)"


@pytest.mark.parametrize("make", [fit.for_terminal, fit.for_cell, fit.for_xml, fit.for_markdown, fit.for_markdown_code])
def test_a_name_of_a_megabyte_is_cut(make: Callable[[str], str]) -> None:
    """A text of a megabyte becomes a bounded one that says how much is missing."""
    told = make(MEGABYTE)
    assert len(told) < 40_000
    assert "more characters" in told


@pytest.mark.parametrize("begin", fit.FORMULA)
def test_no_cell_begins_a_formula(begin: str) -> None:
    """A text that a spreadsheet would run begins with an apostrophe."""
    assert fit.for_cell(f"{begin}HYPERLINK()").startswith("'")


def test_markdown_shows_text_as_it_is() -> None:
    """HTML, links, mentions, tables and emphasis are escaped; what begins a list at the start of a line too."""
    told = fit.for_markdown("<b> [l](https://x.y) @team a|b *c* www.x.y")
    assert told == r"\<b\> \[l\](https\://x.y) \@team a\|b \*c\* www\.x.y"
    assert fit.for_markdown("1. item") == r"1\. item"
    assert fit.for_markdown("- item") == r"\- item"


def test_code_cannot_be_left() -> None:
    """No run of backticks ends a code span or a fenced block."""
    assert fit.for_markdown_code("a`b``c") == "```a`b``c```"
    block = fit.markdown_block("one\n```\n# heading")
    assert block[0] == "````text"
    assert block[-1] == "````"


def test_commands_of_pipelines_hold_their_text() -> None:
    """Line ends and per cent signs are escaped, in a property commas and colons too."""
    assert fit.for_github_command("a\nb%c, d:e", is_property=True) == "a%0Ab%25c%2C d%3Ae"
    assert "\n" not in fit.for_azure_command(FORGED)
    assert "##vso[" not in fit.for_azure_command(FORGED)
