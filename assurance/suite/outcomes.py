"""What a verdict is in pytest's terms, in the report of a case, and how it travels from a worker."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest

from assurance.reporting.fit import printable
from assurance.reporting.model import VerdictRecord
from assurance.verdicts import Verdict


def set_outcome(report: pytest.TestReport, record: VerdictRecord) -> None:
    """Give pytest the outcome that the verdict asks for: what could not be judged is an error, as a fixture's."""
    if record.verdict is Verdict.WAIVED:
        report.outcome = "skipped"
        report.wasxfail = record.reason
    if record.verdict in {Verdict.FAIL, Verdict.NOT_EVALUATED}:
        report.outcome = "failed"
        report.when = "setup" if record.verdict is Verdict.NOT_EVALUATED else report.when
        told = record.reason or f"expected {record.expected}; observed {record.observed}"
        report.longrepr = f"{record.statement}\n{told}\n{record.remedy}".strip()


def sendable(record: VerdictRecord) -> dict[str, Any]:
    """Return a record as workers can send it: plain values, and no text that is not Unicode."""
    values = {**asdict(record), "verdict": str(record.verdict)}
    return {name: printable(value) if isinstance(value, str) else value for name, value in values.items()}
