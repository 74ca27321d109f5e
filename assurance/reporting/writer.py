"""Writes the reports of a run that are files of text; the HTML report is made by pytest-html (see `html`)."""

from __future__ import annotations

from pathlib import Path

from assurance.reporting import json_report, junit, markdown
from assurance.reporting.model import RunModel

RESULTS = "results.json"
JUNIT = "junit.xml"
SUMMARY = "summary.md"


def write_reports(model: RunModel, directory: Path) -> None:
    """Write `results.json`, `junit.xml` and `summary.md` into `directory`, which is made if it is not there."""
    directory.mkdir(parents=True, exist_ok=True)
    json_report.write(model, directory / RESULTS)
    junit.write(model, directory / JUNIT)
    markdown.write(model, directory / SUMMARY)
