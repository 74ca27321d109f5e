"""Lays text out in lines of a terminal: no word is broken, continuations stand under what they continue; pure."""

from __future__ import annotations

import textwrap

from assurance.reporting.causes import commands_of
from assurance.reporting.fit import for_terminal, lines_for_terminal

NAME_WIDTH = 10
"""How wide the name of a field is, with the blanks behind it."""


def hanging(text: str, indent: str, width: int) -> list[str]:
    """Return `text` in lines of at most `width` characters, all but the first indented; a long word stays whole."""
    return textwrap.wrap(
        text,
        width,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
        fix_sentence_endings=False,
    ) or [""]


def field(name: str, text: str, width: int) -> list[str]:
    """Return the lines of a named value, two blanks in: its continuations stand under its beginning."""
    beginning = f"  {name:<{NAME_WIDTH}}"
    return [
        f"{beginning if number == 0 else ' ' * len(beginning)}{line}"
        for number, line in enumerate(hanging(text, "", width - len(beginning)))
    ]


def command_lines(command: str, indent: str, width: int) -> list[str]:
    """Return a command in lines that a shell takes as one: each but the last ends in a backslash.

    A command is broken before an option, which keeps its value, or where that is too long before a word; never within
    quotes.
    """
    lines: list[str] = []
    for part in _parts(_shell_words(for_terminal(command)), width - len(indent) - 4):
        if lines and len(lines[-1]) + 1 + len(part) + 2 <= width:
            lines[-1] = f"{lines[-1]} {part}"
        else:
            lines.append(f"{indent}{'  ' if lines else ''}{part}")
    return [f"{line} \\" for line in lines[:-1]] + lines[-1:]


def _parts(words: list[str], most: int) -> list[str]:
    """Return words with each option and its value together, as far as they fit in `most` characters."""
    parts: list[str] = []
    for word in words:
        begins = word.startswith("-") or not parts or not parts[-1].startswith("-")
        if not begins and len(parts[-1]) + 1 + len(word) <= most:
            parts[-1] = f"{parts[-1]} {word}"
        else:
            parts.append(word)
    return parts


def remedy_lines(remedy: str, width: int) -> list[str]:
    """Return a remedy as a field: prose as prose, and each of its commands so that it can be copied."""
    lines: list[str] = []
    for line in lines_for_terminal(remedy):
        command = next(iter(commands_of(line)), "")
        prose = line if not command else line.partition(command)[0].rstrip()
        remark = line.partition(command)[2].strip() if command else ""
        lines += (
            hanging(" ".join(part for part in (prose, remark) if part), "", width - NAME_WIDTH - 2)
            if (prose or remark)
            else []
        )
        lines += command_lines(command, "", width - NAME_WIDTH - 2) if command else []
    return [f"  {'remedy' if number == 0 else '':<{NAME_WIDTH}}{line}" for number, line in enumerate(lines)]


def shortened(text: str, width: int) -> str:
    """Return `text` in at most `width` characters: what does not fit is left out at a blank, and `…` says so."""
    if len(text) <= width:
        return text
    kept = text[: width - 1].rpartition(" ")[0].rstrip(" ,;:")
    return f"{kept or text[: width - 1]}…"


def _shell_words(command: str) -> list[str]:
    """Return the words of a command as they are written; what stands within quotes is one of them."""
    words: list[str] = []
    quote = ""
    for part in command.split(" "):
        if quote:
            words[-1] = f"{words[-1]} {part}"
        elif part:
            words.append(part)
        for character in part:
            if quote:
                quote = "" if character == quote else quote
            elif character in "\"'":
                quote = character
    return words
