"""`results.csv`: one row a verdict, for a spreadsheet or a query."""

from __future__ import annotations

import csv
from pathlib import Path

from assurance.judging.controls import CONTROLS
from assurance.reporting.causes import severity_of
from assurance.reporting.fit import for_cell
from assurance.reporting.model import RunModel, VerdictRecord

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
        for record in model.verdicts:
            writer.writerow([for_cell(value) for value in _row(record, model)])


def _row(record: VerdictRecord, model: RunModel) -> tuple[str, ...]:
    run, waiver = model.run, record.waiver
    control = CONTROLS.get(record.control, None)
    return (
        run.id,
        run.environment,
        str(run.source),
        str(model.decision),
        run.selected.scope,
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
