"""OCSF: each event has what the class Compliance Finding demands (schema 1.4.0)."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from assurance.reporting import ocsf
from assurance.reporting.model import RunModel
from assurance.verdicts import Verdict
from tests.assurance.reporting.sample_run import HOSTILE, model_of, sample_model

HOSTILE_MODEL = replace(
    sample_model(),
    verdicts=tuple(replace(one, subject=HOSTILE, observed=f"{HOSTILE}\r\n{{}}") for one in sample_model().verdicts),
)


@pytest.mark.parametrize("model", [sample_model(), model_of(*Verdict), model_of(), HOSTILE_MODEL])
def test_every_line_is_an_event_of_the_class(model: RunModel, tmp_path: Path) -> None:
    """One line is one event, with every attribute that the class requires, and ids that fit each other."""
    ocsf.write(model, tmp_path / "run.jsonl")
    lines = (tmp_path / "run.jsonl").read_bytes().decode().split("\n")
    assert lines.pop() == ""
    events = [json.loads(line) for line in lines]
    assert len(events) == len(model.verdicts)
    for event in events:
        assert event["class_uid"] == 2003
        assert event["category_uid"] == event["class_uid"] // 1000
        assert event["type_uid"] == event["class_uid"] * 100 + event["activity_id"]
        assert event["time"] == 1772357412500
        assert event["severity_id"] in range(1, 6)
        assert event["metadata"]["version"] == "1.4.0"
        assert event["metadata"]["product"]["vendor_name"]
        assert event["finding_info"]["uid"]
        assert event["finding_info"]["title"]
        assert event["compliance"]["standards"]
        assert event["compliance"]["status_id"] in {0, 1, 3, 99}
        assert event["cloud"]["provider"] == "Azure"
        assert all(one["uid"] for one in event["resources"])
        assert "remediation" not in event or event["remediation"]["desc"]


def test_a_verdict_has_its_status() -> None:
    """A pass is met and resolved; a failure is not met and new; a waiver suppresses; what was not judged is unknown."""
    model = model_of(*Verdict)
    found = {
        record.verdict: (told["compliance"]["status_id"], told["status_id"])
        for record in model.verdicts
        for told in [ocsf.event(record, model, "NO-GO")]
    }
    assert found == {
        Verdict.PASS: (1, 4),
        Verdict.FAIL: (3, 1),
        Verdict.WAIVED: (3, 3),
        Verdict.NOT_EVALUATED: (0, 1),
        Verdict.NOT_APPLICABLE: (99, 4),
    }


def test_the_same_case_is_the_same_finding() -> None:
    """A finding keeps its id from run to run, and has another one in another environment."""
    model = sample_model()
    [record, *_] = model.verdicts
    again = replace(model, run=replace(model.run, id="another"))
    elsewhere = replace(model, run=replace(model.run, environment="prod"))
    first, second, third = (
        ocsf.event(record, one, "NO-GO")["finding_info"]["uid"] for one in (model, again, elsewhere)
    )
    assert first == second != third
