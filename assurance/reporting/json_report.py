"""`results.json`: the run for programs; `results.schema.json` is its contract."""

from __future__ import annotations

import json
from collections.abc import Mapping
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
def _schema_text() -> str:
    return files(__package__).joinpath(SCHEMA_FILE).read_text("utf-8")


def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of `results.json`."""
    loaded: dict[str, Any] = json.loads(_schema_text())
    return loaded


def validate(document: dict[str, Any]) -> None:
    """Check a document, as loaded from `results.json` or made by `as_document`, against the schema.

    Raises:
        jsonschema.ValidationError: It does not conform; the error names the place and the rule.
    """
    # Importing jsonschema costs more than writing all reports, and a run needs none of it.
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    # Tuples and enumerations become what a reader of the file gets.
    as_read = json.loads(json.dumps(document))
    error = best_match(Draft202012Validator(schema()).iter_errors(as_read))
    if error is not None:
        raise error


def schema_problem(document: Mapping[str, Any]) -> str:
    """Return how a document breaks the schema, with the place; empty if it conforms."""
    from jsonschema import ValidationError

    try:
        validate(dict(document))
    except ValidationError as error:
        return f"{error.json_path}: {error.message[:LONGEST_MESSAGE]}"
    return ""
