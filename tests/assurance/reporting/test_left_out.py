"""What an environment file leaves out stands beside the decision in every output, from one model."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from assurance.judging.controls.security import THE_TEN
from assurance.reporting import ending, json_report, junit, markdown, messages, sarif
from assurance.reporting.html.cover import cover
from assurance.reporting.model import RunModel, as_document
from assurance.reporting.oscal import document as oscal
from assurance.reporting.wording import decision_sentence, judged_sentence
from assurance.reporting.writer import DECISION
from assurance.runs.gates import write_decision
from assurance.verdicts import Decision, Verdict
from tests.assurance.reporting.sample_run import model_of, record, sample_model

LEFT_OUT = ("declares no SQL server", "demands no secure score: the floor is 0", "third thing", "fourth <thing>")
BESIDE = (
    "Less than the guide demands: the environment file declares no SQL server; "
    "demands no secure score: the floor is 0; third thing; and 1 more."
)


def model() -> RunModel:
    """Return a run of a file that leaves out four things."""
    found = sample_model()
    return replace(found, run=replace(found.run, left_out=LEFT_OUT))


def test_the_sentence_names_three_and_counts_the_rest() -> None:
    """A long list would hide the decision."""
    assert decision_sentence(model()) == f"{judged_sentence(model())} {BESIDE}"
    assert decision_sentence(sample_model()) == judged_sentence(sample_model())


def test_every_output_tells_it(tmp_path: Path) -> None:
    """Whichever of them somebody reads."""
    found = model()
    document = as_document(found)
    json_report.validate(document)
    assert tuple(document["run"]["left_out"]) == LEFT_OUT
    write_decision(found, tmp_path)
    assert json.loads((tmp_path / DECISION).read_text())["left_out"] == list(LEFT_OUT)
    page = str(cover(found, ""))
    assert all(one in page for one in (*LEFT_OUT[:3], "fourth &lt;thing&gt;"))
    markdown.write(found, tmp_path / "summary.md")
    assert "fourth" in (tmp_path / "summary.md").read_text()
    junit.write(found, tmp_path / "junit.xml")
    assert "declares no SQL server" in (tmp_path / "junit.xml").read_text()
    assert any(line.startswith("Less than the guide demands") for line in ending.lines(found, "report.html", 100))
    others = [write_message(found) for write_message in (messages.teams, messages.slack, messages.plain)]
    others += [sarif.document(found), oscal.document(found)]
    assert [one for one in others if "declares no SQL server" not in json.dumps(one)] == []


def test_nine_of_ten_not_applicable_is_no_go() -> None:
    """And the sentence says why."""
    passed = record("SEC-01", "test_subnet_is_declared", "snet", Verdict.PASS)
    left = [replace(passed, control=one, verdict=Verdict.NOT_APPLICABLE) for one in sorted(THE_TEN) if one != "SEC-01"]
    found = replace(model_of(Verdict.PASS), verdicts=(passed, *left))
    assert found.decision is Decision.INCONCLUSIVE
    assert "most of the guide's security controls are declared not applicable" in decision_sentence(found)
