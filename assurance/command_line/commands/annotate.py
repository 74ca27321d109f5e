"""Print the worst of an evidence pack as annotations of a pipeline's run, which show beside its log."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from assurance.reporting.causes import Finding, findings_of
from assurance.reporting.fit import for_azure_command, for_github_command, for_terminal
from assurance.reporting.json_report import model_in
from assurance.reporting.model import RunModel, VerdictRecord
from assurance.reporting.wording import ReasonGroup, by_reason, counted
from assurance.verdicts import Verdict

# GitHub shows ten annotations of each kind a step; more than ten nobody reads. The summary has all.
MOST = 10
ERROR, WARNING = "error", "warning"
Annotation = tuple[str, str, str]  # level, title, text


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("pack", type=Path, metavar="DIR", help="the evidence pack, as reports/ENVIRONMENT/RUN")
    parser.add_argument("--for", choices=("github", "azure"), required=True, dest="service", help="whose pipeline")


def run(arguments: argparse.Namespace) -> int:
    """Print an annotation for each of the worst findings, and then for what could not be judged: ten at most.

    Raises:
        PackError: There are no readable results in the directory.
    """
    annotations = list(_annotations(model_in(arguments.pack)))
    write = _github if arguments.service == "github" else _azure
    for annotation in annotations[:MOST]:
        print(write(*annotation))
    if len(annotations) > MOST:
        more = f"{counted(len(annotations) - MOST, 'more finding')} stand in {arguments.pack / 'summary.md'}."
        print(for_terminal(more))
    return 0


def _annotations(model: RunModel) -> Iterator[Annotation]:
    for finding in findings_of(model):
        yield ERROR, _title(finding.severity, finding.lead), _finding(finding)
    for group in by_reason(model, Verdict.NOT_EVALUATED):
        yield WARNING, _title(group.severity, group.records[0]), _reason(group)


def _title(severity: str, record: VerdictRecord) -> str:
    return f"{severity.upper()} {record.control} {record.subject}: {record.statement}"


def _finding(finding: Finding) -> str:
    record = finding.lead
    also = (
        f" Also: {', '.join(f'{other.control} {other.subject}' for other in finding.others)}." if finding.others else ""
    )
    return f"expected {record.expected}; observed {record.observed}.{also} {record.remedy}".strip()


def _reason(group: ReasonGroup) -> str:
    concerned = f"{counted(len(group.records), 'case')} of {', '.join(group.controls)}"
    return f"not evaluated ({concerned}): {group.reason} {group.remedy}".strip()


def _github(level: str, title: str, text: str) -> str:
    """Return a workflow command (GitHub's documentation, "Workflow commands")."""
    return f"::{level} title={for_github_command(title, is_property=True)}::{for_github_command(text)}"


def _azure(level: str, title: str, text: str) -> str:
    """Return a logging command (Azure Pipelines' documentation, "Logging commands")."""
    return f"##vso[task.logissue type={level}]{for_azure_command(f'{title} {text}')}"
