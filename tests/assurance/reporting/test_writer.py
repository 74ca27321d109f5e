"""All reports of one run agree."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest

from assurance.reporting.model import RunModel
from assurance.reporting.wording import decision_sentence
from assurance.reporting.writer import JUNIT, RESULTS, SUMMARY, write_reports
from assurance.verdicts import Verdict
from tests.assurance.reporting.sample_run import model_of, sample_model

EVERY = tuple(Verdict)
MODELS = [sample_model(), model_of(*EVERY), model_of(Verdict.PASS), model_of(Verdict.NOT_APPLICABLE), model_of()]


@pytest.mark.parametrize("model", MODELS, ids=["sample", "each once", "one pass", "one not applicable", "none"])
def test_reports_agree(model: RunModel, tmp_path: Path) -> None:
    """JSON, JUnit and Markdown tell the same number of each verdict, and the same decision, as the model."""
    write_reports(model, tmp_path / "new" / "pack")
    counts = {str(verdict): number for verdict, number in model.counts().items()}
    assert in_json(tmp_path / "new" / "pack" / RESULTS, model) == counts
    assert in_junit(tmp_path / "new" / "pack" / JUNIT) == counts
    assert in_markdown(tmp_path / "new" / "pack" / SUMMARY, model) == counts


def in_json(path: Path, model: RunModel) -> dict[str, int]:
    """Return the counts in the JSON report, after comparing them with those of its controls, and the decision."""
    document = json.loads(path.read_bytes())
    counted = Counter(record["verdict"] for record in document["verdicts"])
    counts = {str(verdict): counted[verdict] for verdict in Verdict}
    assert counts == {verdict: sum(one["counts"][verdict] for one in document["controls"]) for verdict in counts}
    assert document["run"]["decision"] == model.decision
    return counts


def in_junit(path: Path) -> dict[str, int]:
    """Return the counts in the JUnit report."""
    root = ElementTree.fromstring(path.read_bytes())  # noqa: S314  (our own file)
    counted = Counter(one.get("value") for one in root.iterfind(".//testcase//property[@name='verdict']"))
    return {str(verdict): counted[verdict] for verdict in Verdict}


def in_markdown(path: Path, model: RunModel) -> dict[str, int]:
    """Return the counts in the summary's table of controls, after comparing the decision."""
    text = path.read_text("utf-8")
    assert f"## {model.run.environment}: {model.decision}\n" in text
    rows = re.findall(r"^\| [A-Z]+-\d\d \|.*$", text, re.M)
    cells = [[cell.strip() for cell in row.split("|")] for row in rows]
    return {str(verdict): sum(int(row[4 + column]) for row in cells) for column, verdict in enumerate(Verdict)}


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        (model_of(Verdict.PASS, Verdict.FAIL), "1 of 2 cases fails."),
        (model_of(*EVERY), "1 of 5 cases fails; 1 case could not be judged."),
        (model_of(Verdict.PASS), "Every requirement that applies was judged and holds, or is waived."),
        (model_of(Verdict.PASS, Verdict.NOT_EVALUATED), "Nothing fails, but 1 case could not be judged."),
        (
            model_of(Verdict.PASS, complete=False),
            "Nothing that was judged fails, but not all was judged. The run was interrupted.",
        ),
        (model_of(Verdict.NOT_APPLICABLE), "Nothing was judged."),
    ],
)
def test_decision_is_explained(model: RunModel, sentence: str) -> None:
    """Each decision comes with the sentence that says why."""
    assert decision_sentence(model) == sentence
