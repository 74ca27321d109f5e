"""The model of a run that has ended, read from the results in its evidence pack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from assurance.evidence.pack import RESULTS, PackError, is_marked_incomplete, read_json
from assurance.judging.selection import Selection
from assurance.reporting.json_report import schema_problem
from assurance.reporting.model import PlannedRecord, RunModel, RunRecord, VerdictRecord
from assurance.tape import Reading
from assurance.verdicts import Source

Values = Mapping[str, Any]  # Any: JSON, whose types the schema has checked


def model_in(pack: Path) -> RunModel:
    """Return the run in an evidence pack; bodies of readings are left on the tape.

    A pack that is marked as incomplete is a run that was interrupted, whatever its results say.

    Raises:
        PackError: There is no pack, or its results do not conform to their schema.
    """
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
    planned = tuple(PlannedRecord(**_own(PlannedRecord, one)) for one in run.get("planned", ()))
    told = {"source": Source(run["source"]), "complete": complete, "selected": selected, "planned": planned}
    record = RunRecord(**{**run, **tuples, **told})
    verdicts = tuple(VerdictRecord.from_values(dict(one)) for one in document["verdicts"])
    readings = tuple(Reading(**{**_own(Reading, one), "call": None}) for one in document["readings"])
    # Packs of schema 1.1 do not say which cases were collected.
    collected = document["collected"] if "collected" in document else sorted(one.check for one in verdicts)
    return RunModel(record, verdicts, readings, tuple(collected))


def _own(kind: type, values: Values) -> dict[str, Any]:
    """Return those of the values that a dataclass has fields for: what is derived is derived again."""
    names = {one.name for one in fields(kind)}
    return {name: value for name, value in values.items() if name in names}
