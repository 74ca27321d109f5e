"""`results.json`: the run for programs, whose contract is `results.schema.json`.

The model of a run, read from it again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from assurance.evidence.pack import RESULTS, PackError, demand_plain, is_marked_incomplete, read_json
from assurance.judging.selection import Selection
from assurance.reporting.model import PlannedRecord, RunModel, RunRecord, VerdictRecord, as_document
from assurance.tape import Reading
from assurance.tape.strict_json import indented
from assurance.verdicts import Source

SCHEMA_FILE = "results.schema.json"
LONGEST_MESSAGE = 200


def write(model: RunModel, path: Path) -> None:
    """Write the run as JSON: the same bytes for the same model.

    Lists keep the model's order; what has no order of its own (versions, headers) is sorted by name.
    """
    document = as_document(model)
    document["run"]["versions"] = dict(sorted(document["run"]["versions"].items()))
    for reading in document["readings"]:
        reading["headers"] = dict(sorted(reading["headers"].items()))
    path.write_bytes(indented(document) + b"\n")


@cache
def _validator() -> Callable[[Any], object]:
    # A run needs none of it. It knows drafts up to 7, and the schema uses nothing newer (a test holds it to that).
    import fastjsonschema

    as_draft_7 = {**schema(), "$schema": "http://json-schema.org/draft-07/schema#"}
    compiled: Callable[[Any], object] = fastjsonschema.compile(as_draft_7)
    return compiled


@cache
def _schema_text() -> str:
    return files(__package__).joinpath(SCHEMA_FILE).read_text("utf-8")


def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of `results.json`."""
    loaded: dict[str, Any] = json.loads(_schema_text())
    return loaded


def validate(document: dict[str, Any]) -> None:
    """Check a document, as loaded from `results.json` or made by `as_document`, against the schema.

    Raises:
        fastjsonschema.JsonSchemaValueException: It does not conform; the error names the place and the rule.
    """
    # Tuples and enumerations become what a reader of the file gets.
    _validator()(json.loads(json.dumps(document)))


def schema_problem(document: Mapping[str, Any]) -> str:
    """Return how a document breaks the schema, with the place; empty if it conforms."""
    from fastjsonschema import JsonSchemaValueException

    try:
        validate(dict(document))
    except JsonSchemaValueException as error:
        return error.message.replace("data.", "$.", 1)[:LONGEST_MESSAGE]
    return ""


Values = Mapping[str, Any]  # Any: JSON, whose types the schema has checked


def model_in(pack: Path) -> RunModel:
    """Return the run in an evidence pack; bodies of readings are left on the tape.

    A pack that is marked as incomplete is a run that was interrupted, whatever its results say.

    Raises:
        PackError: There is no pack, or its results do not conform to their schema.
    """
    demand_plain(pack)
    path = pack / RESULTS
    document = read_json(path, "the results of a run were expected; they")
    problem = schema_problem(document)
    if problem:
        raise PackError(f"{path}: the results are edited, or of another version: {problem}")
    run = _own(RunRecord, document["run"])
    tuples = {name: tuple(value) for name, value in run.items() if isinstance(value, list)}
    complete = run["complete"] and not is_marked_incomplete(pack)
    # Packs of schema 1.1 do not say what was selected.
    selected = Selection.from_values(run["selected"]) if "selected" in run else Selection()
    planned = tuple(PlannedRecord(**_own(PlannedRecord, change)) for change in run.get("planned", ()))
    facts = {"source": Source(run["source"]), "complete": complete, "selected": selected, "planned": planned}
    record = RunRecord(**{**run, **tuples, **facts})
    verdicts = tuple(VerdictRecord.from_values(dict(verdict)) for verdict in document["verdicts"])
    readings = tuple(Reading(**{**_own(Reading, reading), "call": None}) for reading in document["readings"])
    # Packs of schema 1.1 do not say which cases were collected.
    collected = document["collected"] if "collected" in document else sorted(verdict.check for verdict in verdicts)
    return RunModel(record, verdicts, readings, tuple(collected))


def _own(kind: type, values: Values) -> dict[str, Any]:
    """Return those of the values that a dataclass has fields for: what is derived is derived again."""
    names = {field.name for field in fields(kind)}
    return {name: value for name, value in values.items() if name in names}
