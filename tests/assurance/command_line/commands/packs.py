"""Evidence packs for the tests of commands that read one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from assurance.reporting.model import RunModel, VerdictRecord
from assurance.reporting.writer import write_reports
from assurance.verdicts import Verdict
from tests.assurance.reporting.sample_run import record, sample_model


def write_pack(directory: Path, *verdicts: VerdictRecord) -> Path:
    """Write the reports of a run that came to these verdicts, or to those of the sample run, and return their place."""
    return write_model(directory, model_with(*verdicts) if verdicts else sample_model())


def write_model(directory: Path, model: RunModel) -> Path:
    """Write the reports of a run and return where they are."""
    write_reports(model, directory)
    return directory


def model_with(*verdicts: VerdictRecord) -> RunModel:
    """Return the sample run with other verdicts."""
    return replace(sample_model(), verdicts=verdicts, collected=tuple(sorted(verdict.check for verdict in verdicts)))


def failing(number: int = 0, observed: str = "Enabled") -> VerdictRecord:
    """Return a failing case of SEC-06, the `number`th, each of a cause of its own."""
    one = record("SEC-06", "test_public_access_is_off", f"sql-{number}", Verdict.FAIL, cites=2)
    remedy = f"az sql server update --name sql-{number}"
    return replace(one, resources=(f"sql-{number}",), remedy=remedy, observed=observed)


def unjudged(reason: str = "No permission.") -> VerdictRecord:
    """Return a case of SEC-08 that could not be judged."""
    one = record("SEC-08", "test_role_is_assigned", "Reader", Verdict.NOT_EVALUATED)
    return replace(one, reason=reason, remedy="Grant Reader.")
