"""The JSON report and its schema."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastjsonschema import JsonSchemaValueException
from jsonschema import Draft7Validator, Draft202012Validator

from assurance.reporting import json_report
from assurance.reporting.model import as_document
from tests.assurance.reporting.sample_run import sample_model


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
        readings=tuple(replace(one, headers=dict(reversed(one.headers.items()))) for one in model.readings),
    )
    json_report.write(model, tmp_path / "one.json")
    json_report.write(turned, tmp_path / "two.json")
    content = (tmp_path / "one.json").read_bytes()
    assert content == (tmp_path / "two.json").read_bytes()
    assert content.startswith(b'{\n "schema"')
    assert content.endswith(b"}\n")
    assert not content.endswith(b"\n\n")
