"""The table of verdicts."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest

from assurance.reporting import csv_report
from assurance.reporting.csv_report import COLUMNS
from assurance.reporting.fit import FORMULA, for_cell
from tests.assurance.reporting.sample_run import HOSTILE, sample_model


def test_one_row_stands_for_one_verdict(tmp_path: Path) -> None:
    """There is one row for each verdict, in order, under the names of the columns."""
    model = sample_model()
    csv_report.write(model, tmp_path / "results.csv")
    with (tmp_path / "results.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert [(row["check"], row["verdict"]) for row in rows] == [(one.check, one.verdict) for one in model.verdicts]
    assert {row["decision"] for row in rows} == {"NO-GO"}
    assert {row["waiver_expires"] for row in rows if row["verdict"] == "waived"} == {"2026-06-30"}


@pytest.mark.parametrize("start", FORMULA)
def test_no_cell_is_a_formula(start: str) -> None:
    """A text that a spreadsheet would run begins with an apostrophe, also behind blanks."""
    assert for_cell(f"{start}cmd|' /C calc'!A0").startswith("'")
    assert for_cell(f"  {start}SUM(A1)").startswith("'")


def test_plain_text_is_left_alone() -> None:
    """A text that is no formula stays as it is."""
    assert for_cell("publicNetworkAccess = 'Disabled'") == "publicNetworkAccess = 'Disabled'"


def test_hostile_text_stays_in_its_cell(tmp_path: Path) -> None:
    """Quotes, commas, line ends and control characters neither move a column nor a row."""
    model = sample_model()
    hostile = f'=1+1","x\r\ny{HOSTILE}'
    verdicts = tuple(replace(one, observed=hostile, subject=hostile) for one in model.verdicts)
    csv_report.write(replace(model, verdicts=verdicts), tmp_path / "results.csv")
    text = (tmp_path / "results.csv").read_bytes().decode("utf-8")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert {len(row) for row in rows} == {len(COLUMNS)}
    assert len(rows) == len(model.verdicts) + 1
    assert "\x1b" not in text
    assert "\x00" not in text
