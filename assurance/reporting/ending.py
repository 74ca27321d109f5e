"""The decision in a few lines, for who reads only those: what it is, what is worst, what to type, where the rest is."""

from __future__ import annotations

from assurance.reporting.causes import Finding, commands_of, findings_of
from assurance.reporting.fit import for_terminal
from assurance.reporting.lines import command_lines, hanging, shortened
from assurance.reporting.model import RunModel
from assurance.reporting.wording import ReasonGroup, by_reason, counted, declared_less, judged_sentence, must_stop
from assurance.verdicts import Decision, Source, Verdict

MAX_LINES = 10
"""With the heading above them and pytest's own line below, twelve."""
MAX_SENTENCE_LINES = 2
MAX_NAMED = 3


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
    told = _limited(hanging(for_terminal(judged_sentence(model)), "", width), most)
    told += [shortened(for_terminal(one), width) for one in declared_less(model)]
    told += _rollback(model, width)
    last = [f"report    {for_terminal(report)}"]
    return [*told, *_worst(model, MAX_LINES - len(told) - len(last), width), *last]


def _rollback(model: RunModel, width: int) -> list[str]:
    """Return the first command by which to go back, where the guide demands it; the report has all."""
    command = next((one for one in model.run.rollback if not one.startswith("#")), "")
    some = command_lines(command, " " * 10, width) if command else []
    return [f"roll back {some[0].lstrip()}", *some[1:]] if some else []


def _worst(model: RunModel, most_lines: int, width: int) -> list[str]:
    """Return the worst findings, or where there is none the worst reasons, and how many there are more.

    The worst three have a line each, if there is room for what to type about the first; then, from the worst on, each
    has what to type as long as there is room.
    """
    found = findings_of(model)
    noun, blocks = "finding", [_finding(one, width) for one in found[:MAX_NAMED]]
    total = len(found)
    if not found:
        groups = by_reason(model, Verdict.NOT_EVALUATED)
        noun, blocks, total = "reason", [_group(one, width) for one in groups[:MAX_NAMED]], len(groups)
    # The worst comes with what to type, if that means that fewer of the others are named.
    while len(blocks) > 1 and len(blocks[0][1]) > most_lines - len(blocks) - (1 if total > len(blocks) else 0):
        blocks.pop()
    left = total - len(blocks)
    room = most_lines - len(blocks) - (1 if left else 0)
    told: list[str] = []
    for line, what_to_do in blocks:
        told.append(line)
        if len(what_to_do) <= room:
            told += what_to_do
            room -= len(what_to_do)
        else:
            room = 0
    return [*told, f"and {counted(left, f'more {noun}')}, in the report"] if left else told


def _finding(finding: Finding, width: int) -> tuple[str, list[str]]:
    record = finding.lead
    also = [one for one in finding.controls if one != record.control]
    seen = f" (also {', '.join(also)})" if also else f" ({len(finding.records)} cases)" if finding.others else ""
    told = f"{for_terminal(record.subject, 60)}: {for_terminal(record.observed or record.statement)}"
    head = f"{finding.severity.upper():<8}  {record.control}  "
    line = f"{head}{shortened(told, width - len(head) - len(seen))}{seen}"
    return line, _what_to_do(finding.command, record.remedy, width)


def _group(group: ReasonGroup, width: int) -> tuple[str, list[str]]:
    head = f"{group.severity.upper():<8}  {group.controls[0]}  "
    seen = f" ({counted(len(group.records), 'case')})"
    line = f"{head}{shortened(for_terminal(group.reason), width - len(head) - len(seen))}{seen}"
    return line, _what_to_do(next(iter(commands_of(group.remedy)), ""), group.remedy, width)


def _what_to_do(command: str, remedy: str, width: int) -> list[str]:
    if command:
        return command_lines(command, " " * 10, width)
    return [f"{'':10}{shortened(for_terminal(remedy), width - 10)}"] if remedy else []


def _limited(some: list[str], most: int) -> list[str]:
    return some if len(some) <= most else [*some[: most - 1], f"{some[most - 1]} …"]
