"""Writes the reports of a run that are files of text; the HTML report is made by pytest-html (see `html`)."""

from __future__ import annotations

import shutil
from pathlib import Path

from assurance.home import suite_root
from assurance.reporting import csv_report, json_report, junit, markdown
from assurance.reporting.model import RunModel
from assurance.reporting.oscal import document as oscal

RESULTS = "results.json"
JUNIT = "junit.xml"
SUMMARY = "summary.md"
TABLE = "results.csv"
OSCAL = "oscal-assessment-results.json"
HTML = "report.html"
DECISION = "decision.json"
FALSIFIABILITY = "falsifiability.html"
# The proof that the checks can fail, as `apex-assurance falsify --write` leaves it.
PROOF = suite_root() / "docs" / FALSIFIABILITY


def write_reports(model: RunModel, directory: Path, proof: Path = PROOF) -> None:
    """Write every report but the HTML one into `directory`, which is made if it is not there.

    Args:
        model: The run.
        directory: The evidence pack's directory.
        proof: The page that shows that the checks can fail; it is put beside the reports if there is one.
    """
    directory.mkdir(parents=True, exist_ok=True)
    json_report.write(model, directory / RESULTS)
    junit.write(model, directory / JUNIT)
    markdown.write(model, directory / SUMMARY)
    csv_report.write(model, directory / TABLE)
    oscal.write(model, directory / OSCAL)
    if proof.is_file():
        shutil.copyfile(proof, directory / FALSIFIABILITY)


def falsifiability_in(directory: Path) -> str:
    """Return the address of that page for a report in `directory`; empty if it is not there."""
    return FALSIFIABILITY if (directory / FALSIFIABILITY).is_file() else ""
