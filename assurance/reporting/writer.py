"""Writes the reports of a run that are files of text; the HTML report is made by pytest-html (see `html`)."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

from assurance.home import suite_root
from assurance.judging.controls import CONTROLS
from assurance.reporting import json_report, junit, markdown
from assurance.reporting.causes import severity_of
from assurance.reporting.fit import for_cell
from assurance.reporting.model import RunModel, RunRecord, VerdictRecord
from assurance.reporting.oscal import document as oscal

COLUMNS = (
    "run", "environment", "source", "decision", "scope", "complete", "control", "title", "severity", "verdict",
    "subject", "statement", "expected", "observed", "reason", "remedy", "resources", "readings", "iso_2022", "iso_2013",
    "waiver", "waiver_expires", "duration_seconds", "check",
)  # fmt: skip


def write(model: RunModel, path: Path) -> None:
    """Write the verdicts as CSV (RFC 4180, UTF-8), in the model's order."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        decision, scope = str(model.decision), model.run.selected.scope
        for record in model.verdicts:
            writer.writerow([for_cell(value) for value in _row(record, model.run, decision, scope)])


def _row(record: VerdictRecord, run: RunRecord, decision: str, scope: str) -> tuple[str, ...]:
    waiver = record.waiver
    control = CONTROLS.get(record.control, None)
    return (
        run.id,
        run.environment,
        str(run.source),
        decision,
        scope,
        "yes" if run.complete else "INCOMPLETE",
        record.control,
        control.title if control is not None else "",
        severity_of(record.control),
        str(record.verdict),
        record.subject,
        record.statement,
        record.expected,
        record.observed,
        record.reason,
        record.remedy,
        "\n".join(record.resources),
        " ".join(record.readings),
        " ".join(control.iso_2022) if control is not None else "",
        " ".join(control.iso_2013) if control is not None else "",
        waiver.name if waiver is not None else "",
        waiver.expires if waiver is not None else "",
        f"{record.duration_seconds:.6f}",
        record.check,
    )


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
    write(model, directory / TABLE)
    oscal.write(model, directory / OSCAL)
    if proof.is_file():
        shutil.copyfile(proof, directory / FALSIFIABILITY)


def falsifiability_in(directory: Path) -> str:
    """Return the address of that page for a report in `directory`; empty if it is not there."""
    return FALSIFIABILITY if (directory / FALSIFIABILITY).is_file() else ""
