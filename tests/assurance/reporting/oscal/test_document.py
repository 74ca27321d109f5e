"""OSCAL assessment results, held against NIST's own definition of them, version 1.1.3.

The package `oscal` ships that definition (the metaschema, from which NIST also makes its JSON schema) and checks types,
required values, allowed values and numbers of members; that no unknown member stands in the document is checked here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from oscal import OSCAL
from oscal.oscal_support import OSCALSupport, configure_support

from assurance.reporting.model import RunModel
from assurance.reporting.oscal import document as oscal
from assurance.verdicts import Verdict
from tests.assurance.reporting.sample_run import HOSTILE, model_of, sample_model

Value = Any  # a value of JSON
MODELS = [sample_model(), model_of(*Verdict), model_of(Verdict.NOT_EVALUATED), model_of()]
METHODS = {"http": "EXAMINE", "dns": "TEST"}
NAMES = ["sample", "each once", "one not evaluated", "none"]
# The package's index leaves out the members of this choice; NIST's definition has them ("select-control-by-id").
SELECTION = "/assessment-results/results/reviewed-controls/control-selections"
CHOICE = {
    f"{SELECTION}/{name}{member}" for name in ("include-controls", "include-all") for member in ("", "/control-id")
}


@pytest.fixture(scope="module")
def definition(tmp_path_factory: pytest.TempPathFactory) -> OSCALSupport:
    """NIST's definitions of every version, unpacked once."""
    support: OSCALSupport = configure_support(db_path=str(tmp_path_factory.mktemp("oscal") / "support.db"))
    return support


def result_of(model: RunModel) -> dict[str, Value]:
    """Return the only result of a run's document."""
    [result] = oscal.document(model)["assessment-results"]["results"]
    found: dict[str, Value] = result
    return found


def paths(value: Value, path: str = "") -> Iterator[str]:
    """Yield the path of every member in a document, without the places in lists."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield f"{path}/{name}"
            yield from paths(inner, f"{path}/{name}")
    if isinstance(value, list):
        for inner in value:
            yield from paths(inner, path)


def known(node: dict[str, Value]) -> Iterator[str]:
    """Yield the paths of the members that NIST's definition has."""
    if node.get("json-path"):
        yield re.sub(r"[@\[\]*\d]", "", node["json-path"])
    for child in node.get("children", []):
        yield from known(child)


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_document_conforms(model: RunModel, definition: OSCALSupport, tmp_path: Path) -> None:
    """What is written is valid by NIST's definition, and has no member that it does not know."""
    oscal.write(model, tmp_path / "results.json")
    text = (tmp_path / "results.json").read_text("utf-8")
    loaded = OSCAL.loads(text)
    assert loaded.validate(), loaded.validation_errors
    index = definition.get_metaschema_index("v1.1.3", "assessment-results")
    assert index is not None
    unknown = set(paths(json.loads(text))) - set(known(index["nodes"])) - CHOICE
    assert not unknown


@pytest.mark.usefixtures("definition")
@pytest.mark.parametrize(("member", "value"), [("uuid", "none"), ("collected", "yesterday"), ("methods", None)])
def test_the_definition_refuses_what_is_wrong(member: str, value: object) -> None:
    """The definition that the documents are held against does refuse a wrong or missing value."""
    document = oscal.document(sample_model())
    observation = document["assessment-results"]["results"][0]["observations"][0]
    if value is None:
        del observation[member]
    else:
        observation[member] = value
    loaded = OSCAL.loads(json.dumps(document))
    assert not loaded.validate()


def test_every_verdict_is_an_observation_and_only_judged_ones_are_findings() -> None:
    """What could not be judged, or does not apply, is observed but claims nothing."""
    model = sample_model()
    result, counts = result_of(model), model.counts()
    assert len(result["observations"]) == len(model.verdicts)
    states = [finding["target"]["status"] for finding in result["findings"]]
    told = [(state["state"], state["reason"]) for state in states]
    assert told.count(("satisfied", "pass")) == counts[Verdict.PASS]
    assert told.count(("not-satisfied", "fail")) == counts[Verdict.FAIL]
    assert told.count(("not-satisfied", "other")) == counts[Verdict.WAIVED]
    assert len(told) == counts[Verdict.PASS] + counts[Verdict.FAIL] + counts[Verdict.WAIVED]
    assert "findings" not in result_of(model_of(Verdict.NOT_EVALUATED))


def test_observation_says_how_when_of_what_and_on_which_evidence() -> None:
    """An observation carries its methods, when it was collected, its subjects, and the readings with their digests."""
    model = sample_model()
    result = result_of(model)
    items = {item["uuid"] for item in result["local-definitions"]["inventory-items"]}
    by_check = {
        prop["value"]: one for one in result["observations"] for prop in one["props"] if prop["name"] == "check"
    }
    for record in model.verdicts:
        one = by_check[record.check]
        readings = model.readings_of(record)
        assert {subject["subject-uuid"] for subject in one["subjects"]} <= items
        assert one["collected"] == max((reading.started for reading in readings), default=model.run.finished)
        kinds = {reading.kind for reading in readings}
        assert one["methods"] == [METHODS[kind] for kind in sorted(kinds)] or (
            not kinds and one["methods"] == ["UNKNOWN"]
        )
        evidence = one["relevant-evidence"] if readings else []
        assert [item["href"] for item in evidence] == [f"tape/readings/{reading.key}.json" for reading in readings]
        digests = [prop["value"] for item in evidence for prop in item["props"] if prop["name"] == "sha256"]
        assert digests == [reading.sha256 for reading in readings if reading.sha256]


def test_references_lead_somewhere() -> None:
    """Every UUID that is referred to is that of an object in the document, and no two objects share one."""
    text = json.dumps(oscal.document(sample_model()))
    defined = re.findall(r'"uuid": "([^"]+)"', text)
    referred = set(re.findall(r'"(?:subject|observation|risk|actor)-uuid": "([^"]+)"', text))
    assert len(defined) == len(set(defined))
    assert referred <= set(defined)


def test_uuids_are_those_of_the_run() -> None:
    """The same run gives the same bytes, another run other UUIDs."""
    model = sample_model()
    other = replace(model, run=replace(model.run, id="20260301T093000Z-ffffff"))
    assert oscal.document(model) == oscal.document(sample_model())
    uuids = [set(re.findall(r'"uuid": "([^"]+)"', json.dumps(oscal.document(one)))) for one in (model, other)]
    assert not uuids[0] & uuids[1]


def test_failure_carries_its_remedy_and_waiver() -> None:
    """A failure is an open risk with the remedy as a recommendation; a waived one's deviation is approved."""
    result = result_of(sample_model())
    by_status = {risk["status"]: risk for risk in result["risks"]}
    assert set(by_status) == {"open", "deviation-approved"}
    remedies = [one["description"] for risk in result["risks"] for one in risk.get("remediations", [])]
    assert any("az storage account update" in remedy for remedy in remedies)
    assert "CHG-1042" in json.dumps(by_status["deviation-approved"])


def test_markup_of_an_answer_stays_text() -> None:
    """Whatever an answer holds reads as text: no markup, no control character, nothing but its own line."""
    result = result_of(sample_model())
    told = [one["description"] for one in result["observations"] if "alert" in one["description"]]
    assert told
    assert all("<script>" not in text.replace("\\<", "") for text in told)
    assert all(character not in json.dumps(result, ensure_ascii=False) for character in ("\x1b", "\udcff"))
    assert "\\[link\\]" in told[0]
    assert "[link](x)" in HOSTILE
