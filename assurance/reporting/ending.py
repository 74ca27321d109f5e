"""The decision in a few lines, for who reads only those; and text laid out in the lines of a terminal."""

from __future__ import annotations

import textwrap

from assurance.reporting.causes import Finding, commands_of, findings_of
from assurance.reporting.fit import for_terminal, lines_for_terminal
from assurance.reporting.model import RunModel
from assurance.reporting.wording import (
    LEFT_BEHIND,
    ReasonGroup,
    by_reason,
    counted,
    declared_less,
    judged_sentence,
    must_stop,
)
from assurance.verdicts import Decision, Source, Verdict

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
        text = " ".join(part for part in (prose, remark) if part)
        lines += hanging(text, "", width - NAME_WIDTH - 2) if text else []
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


MAX_LINES = 10
"""With the heading above them and pytest's own line below, twelve."""
MAX_SENTENCE_LINES = 2
MAX_NAMED = 3
MIN_TELLING_CHARACTERS = 20
"""What was observed in fewer, such as `answers 200`, tells little without what is demanded."""
Block = tuple[str, list[str]]
"""A finding or a reason in one line, and what to type about it."""


def heading(model: RunModel) -> str:
    """Return the decision, and what it is worth where that is less than evidence."""
    run = model.run
    worth = "" if run.source is Source.LIVE else f" ({run.source}: no audit evidence)"
    worth = worth if run.complete else " (INCOMPLETE: no evidence)"
    return f"{for_terminal(run.environment, 40)}: {model.decided}{worth}"


def lines(model: RunModel, report: str, width: int) -> list[str]:
    """Return the last lines of a run, at most `MAX_LINES`.

    Args:
        model: The run.
        report: The path of the HTML report, as it is shortest to write.
        width: How many characters a line may have; a word or a path that is longer stays whole.
    """
    # Where nothing is to be named below it, the sentence has its line.
    most = MAX_SENTENCE_LINES + len(must_stop(model)) + (model.decision is Decision.GO)
    lines_told = _limited(for_terminal(judged_sentence(model)), most, width)
    lines_told += _left_behind(model, " ".join(lines_told), width)
    lines_told += [shortened(for_terminal(sentence), width) for sentence in declared_less(model)]
    lines_told += _rollback(model, width)
    last = [f"report    {for_terminal(report)}"]
    return [*lines_told, *_worst(model, MAX_LINES - len(lines_told) - len(last), width), *last]


def _left_behind(model: RunModel, told: str, width: int) -> list[str]:
    """Return a line on what the run has left in the application, where the lines above were too few for it."""
    notices = (for_terminal(notice) for notice in model.run.notices if LEFT_BEHIND in notice)
    return [shortened(notice, width) for notice in notices if notice not in told][:1]


def _rollback(model: RunModel, width: int) -> list[str]:
    """Return the first command by which to go back, where the guide demands it; the report has all."""
    command = next((command for command in model.run.rollback if not command.startswith("#")), "")
    some = command_lines(command, " " * 10, width) if command else []
    return [f"roll back {some[0].lstrip()}", *some[1:]] if some else []


def _worst(model: RunModel, most_lines: int, width: int) -> list[str]:
    """Return the worst findings, or where there is none the worst reasons, and how many there are more.

    The worst three have a line each, or as many of them as leave room for what to type about the first; then, from the
    worst on, each has what to type as long as there is room.
    """
    findings = findings_of(model)
    noun, blocks = "finding", [_finding(finding, width) for finding in findings[:MAX_NAMED]]
    total = len(findings)
    if not findings:
        groups = by_reason(model, Verdict.NOT_EVALUATED)
        noun, blocks, total = "reason", [_group(group, width) for group in groups[:MAX_NAMED]], len(groups)
    some = _as_many_as_fit(blocks, total, most_lines)
    left = total - len(some)
    room = most_lines - len(some) - (1 if left else 0)
    lines_told: list[str] = []
    for line, what_to_do in some:
        lines_told.append(line)
        if len(what_to_do) <= room:
            lines_told += what_to_do
            room -= len(what_to_do)
        else:
            room = 0
    return [*lines_told, f"and {counted(left, f'more {noun}')}, in the report"] if left else lines_told


def _as_many_as_fit(blocks: list[Block], total: int, most_lines: int) -> list[Block]:
    """Return the first blocks that fit with what to type about the first; all where that is too long for any."""
    for number in range(len(blocks), 0, -1):
        if number + len(blocks[0][1]) + (1 if total > number else 0) <= most_lines:
            return blocks[:number]
    return blocks


def _finding(finding: Finding, width: int) -> Block:
    record = finding.lead
    also = [control for control in finding.controls if control != record.control]
    seen = f" (also {', '.join(also)})" if also else f" ({len(finding.records)} cases)" if finding.others else ""
    title = f"{for_terminal(record.subject, 60)}: {for_terminal(finding.seen)}"
    if len(finding.seen) < MIN_TELLING_CHARACTERS:
        title += f"; demanded: {for_terminal(record.statement)}"
    head = f"{finding.severity.upper():<8}  {record.control}  "
    # What is wrong comes before who else says so.
    room = width - len(head)
    line = f"{head}{title}{seen}" if len(title) + len(seen) <= room else f"{head}{shortened(title, room)}"
    return line, _what_to_do(finding.command, record.remedy, width)


def _group(group: ReasonGroup, width: int) -> Block:
    head = f"{group.severity.upper():<8}  {group.controls[0]}  "
    seen = f" ({counted(len(group.records), 'case')})"
    line = f"{head}{shortened(for_terminal(group.reason), width - len(head) - len(seen))}{seen}"
    return line, _what_to_do(next(iter(commands_of(group.remedy)), ""), group.remedy, width)


def _what_to_do(command: str, remedy: str, width: int) -> list[str]:
    if command:
        return command_lines(command, " " * 10, width)
    text = for_terminal(remedy)
    # Half a sentence tells nobody what to do: another finding is worth its line more.
    return [f"{'':10}{text}"] if text and len(text) <= width - 10 else []


def _limited(text: str, most: int, width: int) -> list[str]:
    """Return a text in its first lines; what has no room is left out from the end of a sentence on, if one ends."""
    some = hanging(text, "", width)
    if len(some) <= most:
        return some
    head = " ".join(some[:most]).rpartition(". ")[0]
    return hanging(f"{head}. …", "", width) if head else [*some[: most - 1], f"{some[most - 1]} …"]
