"""SARIF: what code scanning needs of a result, by the specification (OASIS, SARIF 2.1.0) and GitHub's documentation."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assurance.reporting import sarif
from assurance.reporting.model import RunModel
from assurance.verdicts import Verdict
from tests.assurance.reporting.sample_run import HOSTILE, model_of, sample_model

LEVELS = {"none", "note", "warning", "error"}
KINDS = {"notApplicable", "pass", "fail", "review", "open", "informational"}
UTC = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"
HOSTILE_MODEL = replace(
    sample_model(),
    verdicts=tuple(
        replace(one, check=f"../../{HOSTILE}::{HOSTILE}[{n}]", subject=HOSTILE, observed=HOSTILE, resources=(HOSTILE,))
        for n, one in enumerate(sample_model().verdicts)
    ),
)
MODELS = [sample_model(), model_of(*Verdict), model_of(), model_of(Verdict.PASS, complete=False), HOSTILE_MODEL]


@pytest.mark.parametrize("model", MODELS)
def test_log_has_the_form_of_sarif(model: RunModel, tmp_path: Path) -> None:
    """Every object that is written has the members that the specification demands, of the types that it demands."""
    sarif.write(model, tmp_path / "run.sarif")
    log = json.loads((tmp_path / "run.sarif").read_bytes())
    assert log["version"] == "2.1.0"
    [run] = log["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"]
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(set(ids)) == len(ids)
    for rule in driver["rules"]:
        assert rule["shortDescription"]["text"]
        assert rule["fullDescription"]["text"]
        assert rule["defaultConfiguration"]["level"] in LEVELS
        assert 0 < float(rule["properties"]["security-severity"]) <= 10
    for result in run["results"]:
        _has_the_form_of_a_result(result, ids)
    [invocation] = run["invocations"]
    assert invocation["executionSuccessful"] is model.run.complete
    assert re.fullmatch(UTC, invocation["startTimeUtc"])


def _has_the_form_of_a_result(result: dict[str, Any], ids: list[str]) -> None:  # Any: JSON
    assert ids[result["ruleIndex"]] == result["ruleId"]
    assert result["kind"] in KINDS
    # 3.27.10: what is no failure has the level none.
    assert result["level"] in (LEVELS - {"none"} if result["kind"] == "fail" else {"none"})
    assert result["message"]["text"]
    [location] = result["locations"]
    uri = location["physicalLocation"]["artifactLocation"]["uri"]
    assert re.fullmatch(r"[\w.-]+(/[\w.-]+)*", uri)
    assert ".." not in uri
    assert location["physicalLocation"]["region"]["startLine"] == 1
    assert all(one["fullyQualifiedName"] for one in location["logicalLocations"])
    assert all(re.fullmatch(r"[0-9a-f]{64}", one) for one in result["partialFingerprints"].values())
    for suppression in result.get("suppressions", ()):
        assert (suppression["kind"], suppression["status"]) == ("external", "accepted")


def test_worst_result_comes_first_and_passes_are_left_out() -> None:
    """Results are in order of severity; a pass would be an alert, and is none."""
    [run] = sarif.document(sample_model())["runs"]
    severities = [one["properties"]["severity"] for one in run["results"]]
    assert severities == sorted(severities, key=("critical", "high", "medium").index)
    assert {one["properties"]["verdict"] for one in run["results"]} == {"fail", "not_evaluated", "waived"}


def test_fingerprint_is_the_same_from_run_to_run() -> None:
    """What differs between two runs does not make an alert a new one."""
    model = sample_model()
    again = replace(
        model,
        run=replace(model.run, id="another"),
        verdicts=tuple(replace(one, observed="something else") for one in model.verdicts),
    )
    prints = [
        [one["partialFingerprints"] for one in sarif.document(one_of)["runs"][0]["results"]]
        for one_of in (model, again)
    ]
    assert prints[0] == prints[1]
