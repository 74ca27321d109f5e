"""The line of a run that has begun says in which execution of a job it did."""

from pathlib import Path

import pytest

from assurance.evidence import ledger
from assurance.evidence.ledger import LocalLedger
from assurance.runs.begun import EXECUTION_VARIABLE, Begun
from assurance.tape import Tape, TapeHeader
from tests.assurance.reporting.sample_run import READINGS


@pytest.mark.parametrize(
    ("variables", "facts"), [({EXECUTION_VARIABLE: "caj-1-abc"}, {"execution": "caj-1-abc"}), ({}, {})]
)
def test_the_execution_is_entered(tmp_path: Path, variables: dict[str, str], facts: dict[str, str]) -> None:
    """A run in a job names its execution; another names none."""
    header = TapeHeader("prod", "", "", "LIVE", "", ("inside",), "2026-03-01T09:30:00.000Z", run_id="r")
    tape = Tape.create(tmp_path / "tape", header)
    tape.on_kept = Begun(tmp_path, header, LocalLedger(tmp_path / "ledger.jsonl"), variables)
    tape.obtain(READINGS[0].key, lambda: READINGS[0])
    [entry] = ledger.read(tmp_path / "ledger.jsonl")
    told = {"run": "r", "environment": "prod", "source": "LIVE", "started": "2026-03-01T09:30:00.000Z"}
    assert dict(entry.facts) == told | facts
