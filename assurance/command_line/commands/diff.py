"""Hold two runs together: their verdicts, then the resources that they have read. Of one environment, or of two.

Between two environments (staging and production: the same architecture?) names are compared by what they stand for: a
declared name by its role, the environment's name, unique suffixes, ids that Azure makes up, addresses by their subnet.
What only one run has asked for counts as different, since nothing says that it is the same. Exit status: 0 the same, or
only cosmetic differences; 1 different; 2 wrong usage.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assurance.command_line.output import add_json, print_json
from assurance.drift.comparison.resources import Contrast, Seen, contrasted, seen
from assurance.drift.comparison.verdicts import CaseDifference, Roles, differing_cases
from assurance.drift.questions import replaying
from assurance.environment import Environment, load_packed
from assurance.evidence import pack
from assurance.evidence.pack import ENVIRONMENT, RESULTS, PackError
from assurance.reporting.fit import as_line_for_terminal, for_terminal
from assurance.reporting.json_report import schema_problem
from assurance.reporting.wording import VERDICT_WORDS, counted
from assurance.tape import Tape
from assurance.verdicts import Verdict

SAME, DIFFERENT = 0, 1
MAX_CHARACTERS = 160


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two runs."""

    directory: Path
    results: Mapping[str, Any]
    environment: Environment

    @property
    def told(self) -> str:
        """What it is, in one line."""
        run = self.results["run"]
        return f"{run['environment']} {run['id']}  {run['source']}, {run['decision']}, {run['started'][:16]} UTC"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("first", metavar="RUN", type=Path, help="a pack: reports/ENVIRONMENT/RUN")
    parser.add_argument("second", metavar="RUN", type=Path, help="the pack that is held against it")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Compare, and print what differs.

    Raises:
        PackError: A directory is no whole pack.
        TapeRefused: A tape is cut or edited.
    """
    first, second = _side(arguments.first), _side(arguments.second)
    same_environment = _place(first.environment) == _place(second.environment)
    roles = (_as_it_is, _as_it_is) if same_environment else (Roles(first.environment).of, Roles(second.environment).of)
    cases = differing_cases(first.results["verdicts"], second.results["verdicts"], *roles)
    environment = first.environment if same_environment else None
    contrast = contrasted(_seen(first, roles[0]), _seen(second, roles[1]), roles, environment)
    same = not cases and contrast.is_same
    if arguments.as_json:
        runs = [side.results["run"] for side in (first, second)]
        print_json({"same": same, "runs": runs, "verdicts": cases, "resources": contrast})
        return SAME if same else DIFFERENT
    lines = [*_heading(first, second, same_environment), *_cases(cases), *_resources(contrast)]
    print("\n".join(map(as_line_for_terminal, lines)))
    print(f"\n{'SAME' if same else 'DIFFERENT'}")
    return SAME if same else DIFFERENT


def _as_it_is(text: str) -> str:
    return text


def _side(directory: Path) -> Side:
    pack.demand_plain(directory)
    results = pack.read_json(directory / RESULTS, "the results")
    problem = schema_problem(results)
    if problem:
        raise PackError(f"{directory / RESULTS}: the results are edited, or of another version: {problem}")
    return Side(directory, results, load_packed(directory / ENVIRONMENT))


def _place(environment: Environment) -> tuple[str, str, str]:
    return environment.name, environment.subscription_id, environment.resource_group.casefold()


def _seen(side: Side, roles: Callable[[str], str]) -> Seen:
    tape = Tape.open(side.directory)
    return seen(tuple(tape.readings()), replaying(side.environment, tape), roles)


def _heading(first: Side, second: Side, same_environment: bool) -> list[str]:
    lines = [f"first   {first.told}", f"second  {second.told}"]
    if not same_environment:
        lines.append("names   compared by what they stand for; ids that Azure makes up, by their place")
        lines.append(
            "secrets redacted values are digested with another salt in each environment: only that one is there"
        )
    return [*lines, ""]


def _cases(cases: tuple[CaseDifference, ...]) -> list[str]:
    lines = [f"Verdicts: {counted(len(cases), 'case')} differ" if cases else "Verdicts: every case came to the same"]
    for case in cases:
        lines.append(f"  {case.control}  {_word(case.before)} -> {_word(case.after)}  {case.case}")
        lines.append(f"      {for_terminal(case.told, MAX_CHARACTERS)}")
    return [*lines, ""]


def _word(verdict: Verdict | None) -> str:
    return "no such case" if verdict is None else VERDICT_WORDS[verdict]


def _resources(contrast: Contrast) -> list[str]:
    differ = counted(len(contrast.differing), "resource") if contrast.differing else "none"
    lines = [f"Resources: {counted(contrast.compared, 'resource')} in both runs; differing: {differ}"]
    if not contrast.compared:
        lines.append("  nothing was compared: the runs have read no resource in common")
    for resource in contrast.differing:
        lines += [f"  {resource.id}", *(f"      {change}" for change in resource.changes)]
    if contrast.unread:
        lines.append(f"  not compared, since only one run has asked for them ({len(contrast.unread)}):")
        lines += [f"      {key}" for key in contrast.unread]
    return lines
