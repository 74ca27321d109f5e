"""Print the findings of an evidence pack as annotations of a pipeline's run, which show beside its log."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from assurance.errors import UsageError

# A finding as results.json has it; its schema holds the values' types.
Finding = Mapping[str, Any]

# GitHub shows ten annotations of each kind a step; the summary has all.
MOST_GITHUB = 10
MOST_AZURE = 50
LEVELS = {"fail": "error", "not_evaluated": "warning"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("pack", type=Path, metavar="DIR", help="the evidence pack, as reports/ENVIRONMENT/RUN")
    parser.add_argument("--for", choices=("github", "azure"), required=True, dest="service", help="whose pipeline")


def run(arguments: argparse.Namespace) -> int:
    """Print an annotation for each finding, failures first, up to as many as the service shows.

    Raises:
        UsageError: There is no readable results.json in the directory.
    """
    findings = sorted(_findings(arguments.pack), key=lambda finding: list(LEVELS).index(finding["verdict"]))
    write, most = (_github, MOST_GITHUB) if arguments.service == "github" else (_azure, MOST_AZURE)
    for finding in findings[:most]:
        print(write(finding))
    if len(findings) > most:
        print(f"{len(findings) - most} more findings stand in {arguments.pack / 'summary.md'}.")
    return 0


def _findings(pack: Path) -> Iterator[Finding]:
    path = pack / "results.json"
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        verdicts = document["verdicts"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"{path}: the results of a run were expected; give the directory of an evidence pack"
        ) from error
    return (verdict for verdict in verdicts if verdict["verdict"] in LEVELS)


def _told(finding: Finding) -> str:
    if finding["verdict"] == "not_evaluated":
        return f"not evaluated: {finding['reason']} {finding['remedy']}".strip()
    return f"expected {finding['expected']}; observed {finding['observed']}. {finding['remedy']}".strip()


def _title(finding: Finding) -> str:
    return f"{finding['control']} {finding['subject']}: {finding['statement']}"


def _github(finding: Finding) -> str:
    """Return a workflow command (GitHub's documentation, "Workflow commands": values are escaped by percent codes)."""
    level = LEVELS[finding["verdict"]]
    return f"::{level} title={_escaped(_title(finding), ',:')}::{_escaped(_told(finding))}"


def _azure(finding: Finding) -> str:
    """Return a logging command (Azure Pipelines' documentation, "Logging commands")."""
    level = LEVELS[finding["verdict"]]
    return f"##vso[task.logissue type={level}]{_escaped(f'{_title(finding)} {_told(finding)}')}"


def _escaped(text: str, more: str = "") -> str:
    """Return text in which nothing can end the command or begin another one."""
    for character in ("%", "\r", "\n", *more):
        text = text.replace(character, f"%{ord(character):02X}")
    return text
