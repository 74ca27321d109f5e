"""The formats for programs: JSON, JUnit, SARIF and OCSF, each of the one model."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from fastjsonschema import JsonSchemaValueException
from jsonschema import Draft7Validator, Draft202012Validator

from assurance.reporting import json_report, junit, ocsf, sarif
from assurance.reporting.model import RunModel, as_document
from assurance.verdicts import Verdict
from tests.assurance.reporting.sample_run import HOSTILE, model_of, sample_model


def written(path: Path) -> dict[str, Any]:
    """Write the sample run to `path` and return the document that stands there."""
    json_report.write(sample_model(), path)
    document: dict[str, Any] = json.loads(path.read_bytes())
    return document


def names_in(part: object) -> set[str]:
    """Return every name of an object within a JSON document."""
    if isinstance(part, list):
        return set().union(*map(names_in, part))
    if not isinstance(part, dict):
        return set()
    return set(part).union(*map(names_in, part.values()))


def test_schema_is_a_valid_schema() -> None:
    """The schema that ships is itself a schema of draft 2020-12."""
    Draft202012Validator.check_schema(json_report.schema())
    Draft7Validator.check_schema(json_report.schema())
    newer = {
        "prefixItems",
        "unevaluatedProperties",
        "unevaluatedItems",
        "dependentRequired",
        "$dynamicRef",
        "minContains",
    }
    assert not newer & names_in(json_report.schema())
    assert json_report.schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_written_document_conforms(tmp_path: Path) -> None:
    """What is written conforms to the schema, and is the model's own document."""
    document = written(tmp_path / "results.json")
    json_report.validate(document)
    assert document == json.loads(json.dumps(as_document(sample_model())))


def test_document_in_memory_conforms() -> None:
    """The document is also accepted before it is written, with its tuples and enumerations."""
    document = as_document(sample_model())
    json_report.validate(document)
    assert isinstance(document["verdicts"][0]["readings"], tuple)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("run", "decision"), "PERHAPS"),
        (("run", "source"), "IMAGINED"),
        (("run", "started"), "2026-03-01T09:30:00+01:00"),
        (("run", "id"), "latest"),
        (("run", "surplus"), 1),
        (("controls", 0, "id"), "SEC-1"),
        (("verdicts", 0, "verdict"), "maybe"),
        (("verdicts", 0, "readings"), ["short"]),
        (("verdicts", 0, "duration_seconds"), -1),
        (("readings", 0, "sha256"), "ABC"),
        (("schema",), "2.0"),
    ],
)
def test_wrong_value_is_refused(path: tuple[str | int, ...], value: object) -> None:
    """A value outside the contract is refused."""
    document: Any = json.loads(json.dumps(as_document(sample_model())))
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(JsonSchemaValueException):
        json_report.validate(document)


@pytest.mark.parametrize("part", ["run", "controls", "verdicts", "readings"])
def test_missing_part_is_refused(part: str) -> None:
    """A document without one of its parts is refused."""
    document = as_document(sample_model())
    del document[part]
    with pytest.raises(JsonSchemaValueException, match=part):
        json_report.validate(document)


def test_bytes_do_not_depend_on_the_order_of_names(tmp_path: Path) -> None:
    """Versions and headers that come in another order give the same bytes, indented by one, ending in one newline."""
    model = sample_model()
    turned = replace(
        model,
        run=replace(model.run, versions=dict(reversed(model.run.versions.items()))),
        readings=tuple(replace(reading, headers=dict(reversed(reading.headers.items()))) for reading in model.readings),
    )
    json_report.write(model, tmp_path / "one.json")
    json_report.write(turned, tmp_path / "two.json")
    content = (tmp_path / "one.json").read_bytes()
    assert content == (tmp_path / "two.json").read_bytes()
    assert content.startswith(b'{\n "schema"')
    assert content.endswith(b"}\n")
    assert not content.endswith(b"\n\n")


@pytest.fixture
def root(tmp_path: Path) -> ElementTree.Element:
    """Return the sample run's report, as a parser reads it."""
    junit.write(sample_model(), tmp_path / "junit.xml")
    return ElementTree.fromstring((tmp_path / "junit.xml").read_bytes())  # noqa: S314  (our own file)


def case(root: ElementTree.Element, name: str) -> ElementTree.Element:
    """Return the test case called `name`."""
    return next(one for one in root.iter("testcase") if one.get("name") == name)


def test_totals_are_those_of_the_cases(root: ElementTree.Element) -> None:
    """The numbers on each suite, and on the whole, are those of the elements that stand within."""
    told_by = {"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"}
    for suite in [root, *root.iter("testsuite")]:
        for attribute, tag in told_by.items():
            assert int(suite.get(attribute, "-1")) == len(list(suite.iter(tag)))


def test_verdicts_are_told_by_their_elements(root: ElementTree.Element) -> None:
    """A failure, an error and a skip stand for fail, not evaluated, and waived or not applicable."""
    counts = sample_model().counts()
    told = Counter(element.get("type") for element in root.iter() if element.tag in junit.ELEMENTS.values())
    assert told == {str(verdict): number for verdict, number in counts.items() if verdict is not Verdict.PASS}


def test_suites_are_the_controls(root: ElementTree.Element) -> None:
    """There is one suite for each control, in order."""
    names = [suite.get("name", "") for suite in root.iter("testsuite")]
    assert names == [f"{control.control.id} {control.control.title}" for control in sample_model().controls()]


def test_case_names_function_subject_and_file(root: ElementTree.Element) -> None:
    """A test case is named by its function with the subject in brackets, and its class by the file."""
    found = case(root, "test_public_access_is_off[stapexsandbox]")
    assert found.get("classname") == "checks/security/test_sec_06_public_access.py"


def test_case_has_control_clauses_and_verdict(root: ElementTree.Element) -> None:
    """A test case carries its control, its severity, its ISO clauses and its verdict as properties."""
    found = case(root, "test_role_is_assigned[Key Vault Secrets User]")
    properties = {one.get("name"): one.get("value") for one in found.iter("property")}
    assert properties == {
        "control": "SEC-08",
        "severity": "high",
        "iso": "5.15 5.18 8.2 5.3",
        "verdict": "not_evaluated",
    }


def test_text_that_xml_cannot_hold_is_named(root: ElementTree.Element) -> None:
    """Control characters and lone surrogates stand as their code points; markup is read back as text."""
    message = case(root, "test_public_access_is_off[stapexsandbox-x]").find("failure")
    assert message is not None
    assert '<script>alert("x")</script> a|b `c` <U+0000><U+001B>[31m @team [link](x) <U+DCFF>' in message.get(
        "message", ""
    )


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


# The members that the schema allows of each object that is written (sarif-schema-2.1.0.json, errata 01): it forbids
# all others, but for those of a property bag.
MEMBERS = {
    "log": {"$schema", "version", "runs"},
    "run": {"tool", "automationDetails", "invocations", "columnKind", "results", "properties"},
    "rule": {
        *("id", "name", "shortDescription", "fullDescription", "help", "defaultConfiguration", "properties"),
    },
    "invocation": {"executionSuccessful", "startTimeUtc", "endTimeUtc", "properties"},
    "result": {
        *("ruleId", "ruleIndex", "kind", "level", "message", "locations", "partialFingerprints", "properties"),
        "suppressions",
    },
    "location": {"physicalLocation", "logicalLocations"},
    "logical location": {"fullyQualifiedName", "kind"},
}


@pytest.mark.parametrize("model", MODELS)
def test_log_has_no_member_that_the_schema_forbids(model: RunModel) -> None:
    """Its schema allows no further members, and no two equal items in lists of rules, tags and logical locations."""
    log = json.loads(json.dumps(sarif.document(model)))
    [run] = log["runs"]
    found = {"log": [log], "run": [run], "rule": run["tool"]["driver"]["rules"], "invocation": run["invocations"]}
    found["result"] = run["results"]
    found["location"] = [location for result in run["results"] for location in result["locations"]]
    logical = [location["logicalLocations"] for location in found["location"]]
    found["logical location"] = [one for some in logical for one in some]
    for kind, objects in found.items():
        assert all(set(one) <= MEMBERS[kind] for one in objects), kind
    tags = [rule["properties"]["tags"] for rule in found["rule"]]
    for items in (found["rule"], *logical, *tags):
        shown = [json.dumps(item, sort_keys=True) for item in items]
        assert len(set(shown)) == len(shown)


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
        verdicts=tuple(replace(verdict, observed="something else") for verdict in model.verdicts),
    )
    prints = [
        [one["partialFingerprints"] for one in sarif.document(one_of)["runs"][0]["results"]]
        for one_of in (model, again)
    ]
    assert prints[0] == prints[1]


HOSTILE_OCSF_MODEL = replace(
    sample_model(),
    verdicts=tuple(
        replace(verdict, subject=HOSTILE, observed=f"{HOSTILE}\r\n{{}}") for verdict in sample_model().verdicts
    ),
)


@pytest.mark.parametrize("model", [sample_model(), model_of(*Verdict), model_of(), HOSTILE_OCSF_MODEL])
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
        assert event["compliance"]["status_id"] in {1, 2, 3, 99}
        assert event["cloud"]["provider"] == "Azure"
        assert all(one["uid"] for one in event["resources"])
        assert "remediation" not in event or event["remediation"]["desc"]


def test_a_verdict_has_its_status() -> None:
    """A pass is met and resolved; a failure is not met and new; a waiver suppresses; no result is a warning."""
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
        Verdict.NOT_EVALUATED: (2, 1),
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
