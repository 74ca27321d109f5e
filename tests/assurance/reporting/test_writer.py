"""All reports of one run agree."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from assurance.reporting import ending, messages, ocsf, sarif, writer
from assurance.reporting.fit import FORMULA, for_cell, printable
from assurance.reporting.html.report import page
from assurance.reporting.json_report import model_in
from assurance.reporting.markdown import MAX_CHARACTERS
from assurance.reporting.model import RunModel
from assurance.reporting.wording import decision_sentence
from assurance.reporting.writer import COLUMNS, JUNIT, OSCAL, RESULTS, SUMMARY, TABLE, falsifiability_in, write_reports
from assurance.verdicts import Verdict
from tests.assurance.reporting.sample_run import HOSTILE, model_of, sample_model


def test_one_row_stands_for_one_verdict(tmp_path: Path) -> None:
    """There is one row for each verdict, in order, under the names of the columns."""
    model = sample_model()
    writer.write(model, tmp_path / "results.csv")
    with (tmp_path / "results.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert [(row["check"], row["verdict"]) for row in rows] == [
        (verdict.check, verdict.verdict) for verdict in model.verdicts
    ]
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
    verdicts = tuple(replace(verdict, observed=hostile, subject=hostile) for verdict in model.verdicts)
    writer.write(replace(model, verdicts=verdicts), tmp_path / "results.csv")
    text = (tmp_path / "results.csv").read_bytes().decode("utf-8")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert {len(row) for row in rows} == {len(COLUMNS)}
    assert len(rows) == len(model.verdicts) + 1
    assert "\x1b" not in text
    assert "\x00" not in text


EVERY = tuple(Verdict)
HOSTILE_NAMES = [
    "markup",
    "ends of elements",
    "right to left",
    "controls",
    "templates",
    "formula",
    "fence",
    "long",
    "empty",
]
HOSTILE_TEXTS = [
    HOSTILE,
    "</script></style></noscript><img src=x onerror=alert(1)>",
    "\u202egnp.exe \u2066\u200f \u0645\u0631\u062d\u0628\u0627",
    "".join(chr(code) for code in range(0xA0)),
    "]]> --> <!-- {{ 7*7 }} ${7*7} %s \\u003c",
    '=HYPERLINK("http://x";"y")',
    "```\n# heading\n| a | b |\n|---|---|\n",
    "long " * 60_000,
    "",
]
MODELS = [sample_model(), model_of(*EVERY), model_of(Verdict.PASS), model_of(Verdict.NOT_APPLICABLE), model_of()]


@pytest.mark.parametrize("model", MODELS, ids=["sample", "each once", "one pass", "one not applicable", "none"])
def test_reports_agree(model: RunModel, tmp_path: Path) -> None:
    """JSON, JUnit, Markdown, CSV, OSCAL and HTML tell the same verdicts, and the same decision, as the model."""
    pack = tmp_path / "new" / "pack"
    write_reports(model, pack)
    counts = {str(verdict): number for verdict, number in model.counts().items()}
    assert in_json(pack / RESULTS, model) == counts
    assert in_junit(pack / JUNIT) == counts
    assert in_markdown(pack / SUMMARY, model) == counts
    by_check = {printable(record.check): str(record.verdict) for record in model.verdicts}
    assert in_csv(pack / TABLE, model) == by_check
    assert in_oscal(pack / OSCAL, model) == by_check
    assert in_html(page(model), model) == by_check
    assert_exports_agree(model, by_check)


def assert_exports_agree(model: RunModel, by_check: dict[str, str]) -> None:
    """What is made of a pack on demand tells the same: SARIF what needs somebody, OCSF all, messages the counts."""
    [told] = sarif.document(model)["runs"]
    quiet = {"pass", "not_applicable"}
    found = {one["properties"]["check"]: one["properties"]["verdict"] for one in told["results"]}
    assert found == {check: verdict for check, verdict in by_check.items() if verdict not in quiet}
    assert told["properties"]["decision"] == model.decision
    events = [ocsf.event(record, model, str(model.decision))["unmapped"] for record in model.verdicts]
    assert {event["check"]: event["verdict"] for event in events} == by_check
    assert {event["decision"] for event in events} <= {str(model.decision)}
    counts = {str(verdict): number for verdict, number in model.counts().items()}
    message = messages.plain(model)
    assert (message["decision"], message["counts"]) == (str(model.decision), counts)
    for make in (messages.teams, messages.slack):
        assert str(model.decision) in json.dumps(make(model))
    assert f"{model.run.environment}: {model.decision}" in messages.comment(model)
    assert ending.heading(model).startswith(f"{model.run.environment}: {model.decision}")


def test_a_pack_gives_its_model_again(tmp_path: Path) -> None:
    """The model that is read from a pack is the one that was written, but for the bodies on its tape."""
    model = sample_model()
    write_reports(model, tmp_path)
    again = model_in(tmp_path)
    assert again.run == replace(model.run, versions=again.run.versions)
    assert again.verdicts == tuple(
        replace(verdict, observed=as_json(verdict.observed), reason=as_json(verdict.reason))
        for verdict in model.verdicts
    )
    assert [reading.key for reading in again.readings] == [reading.key for reading in model.readings]
    assert again.decision is model.decision


def as_json(text: str) -> str:
    """Return a text as it is after having been JSON in UTF-8."""
    return str(json.loads(json.dumps(text)))


def in_csv(path: Path, model: RunModel) -> dict[str, str]:
    """Return the verdicts in the CSV report by check, after comparing the decision."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["decision"] for row in rows} <= {str(model.decision)}
    assert {row["scope"] for row in rows} <= {model.run.selected.scope}
    return {row["check"]: row["verdict"] for row in rows}


def in_oscal(path: Path, model: RunModel) -> dict[str, str]:
    """Return the verdicts in the OSCAL report by check, after comparing the decision."""
    [result] = json.loads(path.read_bytes())["assessment-results"]["results"]
    told = {"decision": str(model.decision), "scope": model.run.selected.scope}
    assert told.items() <= {one["name"]: one["value"] for one in result["props"]}.items()
    found = [{one["name"]: one["value"] for one in seen["props"]} for seen in result.get("observations", [])]
    return {one["check"]: one["verdict"] for one in found}


def in_html(text: str, model: RunModel) -> dict[str, str]:
    """Return the verdicts in the HTML report by check, after comparing the decision."""
    assert f'<p class="word">{model.decided}</p>' in text
    assert model.run.selected.scope.removeprefix("for ") in text
    blob = re.search(r'id="apex-data">(.*?)</script>', text, re.S)
    assert blob is not None
    data = json.loads(blob.group(1))
    checks = [data["texts"][case[3]] + (f"[{data['texts'][case[5]]}]" if case[4] else "") for case in data["cases"]]
    words = [data["verdicts"][case[1]][0].replace("-", "_") for case in data["cases"]]
    return dict(zip(checks, words, strict=True))


def test_proof_goes_into_the_pack_where_there_is_one(tmp_path: Path) -> None:
    """The page that shows that the checks can fail is put beside the reports, and is found there; or neither."""
    proof = tmp_path / "proof.html"
    proof.write_text("<p>proof</p>")
    write_reports(sample_model(), tmp_path / "with", proof)
    write_reports(sample_model(), tmp_path / "without", tmp_path / "nowhere.html")
    assert (tmp_path / "with" / falsifiability_in(tmp_path / "with")).read_text() == "<p>proof</p>"
    assert falsifiability_in(tmp_path / "without") == ""


@pytest.mark.parametrize("text", HOSTILE_TEXTS, ids=HOSTILE_NAMES)
def test_no_text_breaks_a_format(text: str, tmp_path: Path) -> None:
    """A text of any kind in every place where an answer's text can come leaves every report whole and in agreement."""
    model = sample_model()
    verdicts = tuple(
        replace(
            verdict,
            subject=text,
            statement=text,
            expected=text,
            observed=text,
            reason=text,
            remedy=text,
            resources=(text,),
        )
        for verdict in model.verdicts
    )
    run = replace(model.run, origin=text, selection=text, environment=text, notices=(text,))
    reports_agree_on(replace(model, verdicts=verdicts, run=run), tmp_path)


def reports_agree_on(model: RunModel, pack: Path) -> None:
    """Compare what programs read of a run."""
    write_reports(model, pack)
    by_check = {printable(record.check): str(record.verdict) for record in model.verdicts}
    assert in_csv(pack / TABLE, model) == by_check
    assert in_oscal(pack / OSCAL, model) == by_check
    assert in_html(page(model), model) == by_check
    exported = [one["properties"]["check"] for one in sarif.document(model)["runs"][0]["results"]]
    assert set(exported) <= set(by_check)
    assert all(json.loads(json.dumps(ocsf.event(verdict, model, str(model.decision)))) for verdict in model.verdicts)
    assert all(messages.size_of(make(model, "")) < messages.MAX_BYTES for make in messages.MESSAGES.values())
    assert sum(in_junit(pack / JUNIT).values()) == len(model.verdicts)
    assert len(json.loads((pack / RESULTS).read_bytes())["verdicts"]) == len(model.verdicts)
    assert len((pack / SUMMARY).read_text("utf-8")) <= MAX_CHARACTERS


def in_json(path: Path, model: RunModel) -> dict[str, int]:
    """Return the counts in the JSON report, after comparing them with those of its controls, and the decision."""
    document = json.loads(path.read_bytes())
    counted = Counter(record["verdict"] for record in document["verdicts"])
    counts = {str(verdict): counted[verdict] for verdict in Verdict}
    assert counts == {verdict: sum(one["counts"][verdict] for one in document["controls"]) for verdict in counts}
    assert document["run"]["decision"] == model.decision
    assert document["run"]["scope"] == model.run.selected.scope
    return counts


def in_junit(path: Path) -> dict[str, int]:
    """Return the counts in the JUnit report."""
    root = ElementTree.fromstring(path.read_bytes())  # noqa: S314  (our own file)
    counted = Counter(one.get("value") for one in root.iterfind(".//testcase//property[@name='verdict']"))
    return {str(verdict): counted[verdict] for verdict in Verdict}


def in_markdown(path: Path, model: RunModel) -> dict[str, int]:
    """Return the counts in the summary's table of controls, after comparing the decision."""
    text = path.read_text("utf-8")
    assert f"## {model.run.environment}: {model.decided}\n" in text
    rows = re.findall(r"^\| [A-Z]+-\d\d \|.*$", text, re.M)
    cells = [[cell.strip() for cell in row.split("|")] for row in rows]
    return {str(verdict): sum(int(row[5 + column]) for row in cells) for column, verdict in enumerate(Verdict)}


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        (model_of(Verdict.PASS, Verdict.FAIL), "1 of 2 cases fails."),
        (model_of(*EVERY), "1 of 5 cases fails; 1 case could not be judged."),
        (model_of(Verdict.PASS), "Every requirement that applies was judged and holds, or is waived."),
        (model_of(Verdict.PASS, Verdict.NOT_EVALUATED), "Nothing fails, but 1 case could not be judged."),
        (
            model_of(Verdict.PASS, complete=False),
            "Nothing that was judged fails, but not all was judged. INCOMPLETE: the run was interrupted.",
        ),
        (model_of(Verdict.NOT_APPLICABLE), "Nothing was judged."),
    ],
)
def test_decision_is_explained(model: RunModel, sentence: str) -> None:
    """Each decision comes with the sentence that says why."""
    assert decision_sentence(model) == f"For SEC: 11 of 11 controls, 141 cases. {sentence}"
