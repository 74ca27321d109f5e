"""Lines of a terminal: no word is broken, and a command stays one that a shell takes."""

from __future__ import annotations

import shlex

import pytest

from assurance.reporting.lines import command_lines, field, remedy_lines, shortened

COMMAND = (
    "az network nsg rule create --resource-group apex-rg-sandbox --nsg-name nsg-privateendpoints-sandbox "
    "--name 'Deny All Inbound' --priority 4096 --protocol '*' --query \"[?name == 'a b']\""
)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_command_stays_the_same_command(width: int) -> None:
    """A shell that joins the lines again runs the same words; no line is too long that has a blank to break at."""
    lines = command_lines(COMMAND, " " * 10, width)
    joined = "".join(f"{line.removesuffix(chr(92))}" if line.endswith("\\") else line for line in lines)
    assert shlex.split(joined) == shlex.split(COMMAND)
    assert all(len(line) <= width for line in lines)


def test_an_option_keeps_its_value() -> None:
    """A command is broken before an option, not between it and its value."""
    for line in command_lines(COMMAND, "", 80):
        assert not line.removesuffix(" \\").split()[-1].startswith("--")


@pytest.mark.parametrize("width", [80, 120])
def test_fields_line_up(width: int) -> None:
    """Continuations stand under the beginning of the value, and no word is broken."""
    words = [f"word{number}" for number in range(60)]
    lines = field("observed", " ".join(words), width)
    assert {len(line) - len(line.lstrip()) for line in lines[1:]} == {12}
    assert " ".join(lines).split() == ["observed", *words]
    assert max(len(line) for line in lines) <= width


def test_remedy_is_prose_and_commands() -> None:
    """What is said about a command stands on lines of its own."""
    lines = remedy_lines("Narrow the rule:\naz network nsg rule update --name a\nOr: apex-assurance verify RUN", 80)
    assert lines == [
        "  remedy    Narrow the rule:",
        "            az network nsg rule update --name a",
        "            Or:",
        "            apex-assurance verify RUN",
    ]


def test_what_does_not_fit_is_left_out_at_a_blank() -> None:
    """A shortened text says so, and ends with a whole word."""
    assert shortened("one two three", 9) == "one two…"
    assert shortened("one two", 9) == "one two"
