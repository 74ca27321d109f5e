"""`results.json`: the run for programs; `results.schema.json` is its contract."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from assurance.reporting.model import RunModel, as_document

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
    text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    # A lone surrogate, which UTF-8 cannot hold, becomes its JSON escape.
    path.write_bytes(text.encode("utf-8", "backslashreplace"))


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
