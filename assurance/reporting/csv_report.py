"""`results.csv`: one row a verdict, for a spreadsheet or a query."""

from __future__ import annotations

import csv
from pathlib import Path

from assurance.judging.controls import CONTROLS
from assurance.reporting.model import RunModel, VerdictRecord
from assurance.reporting.wording import cut, printable

COLUMNS = (
    "run", "environment", "source", "decision", "complete", "control", "title", "verdict", "subject", "statement",
    "expected", "observed", "reason", "remedy", "resources", "readings", "iso_2022", "iso_2013", "waiver",
    "waiver_expires", "duration_seconds", "check",
)  # fmt: skip
# What makes a spreadsheet take a text for a formula (OWASP, "CSV Injection"), in its full-width forms as well.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")

# A cell of Excel holds 32,767 characters; results.json has every text whole.
MOST_CHARACTERS = 32_000


def write(model: RunModel, path: Path) -> None:
    """Write the verdicts as CSV (RFC 4180, UTF-8), in the model's order."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        for record in model.verdicts:
            writer.writerow([guarded(value) for value in _row(record, model)])


def guarded(text: str) -> str:
    """Return `text` so that a spreadsheet holds it and never runs it: a possible formula begins with an apostrophe."""
    clean = cut(printable(text), MOST_CHARACTERS)
    starts = (clean, clean.lstrip(" "), clean.lstrip())
    return f"'{clean}" if any(start.startswith(FORMULA) for start in starts) else clean


def _row(record: VerdictRecord, model: RunModel) -> tuple[str, ...]:
    run, waiver = model.run, record.waiver
    control = CONTROLS.get(record.control, None)
    return (
        run.id,
        run.environment,
        str(run.source),
        str(model.decision),
        "yes" if run.complete else "INCOMPLETE",
        record.control,
        control.title if control is not None else "",
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
