"""`oscal-assessment-results.json`: the run in NIST's Open Security Controls Assessment Language, version 1.1.3.

Every verdict is an observation: by which method, of what, when, on which evidence. What was judged is a finding too;
what could not be judged, or does not apply, is not: an observation without a finding claims nothing. A failure comes
with an open risk that carries the remedy, a waived one with a risk whose deviation is approved.
Model: https://pages.nist.gov/OSCAL/reference/1.1.3/assessment-results/json-reference/
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from assurance.judging.controls import CONTROLS
from assurance.reporting.model import SUPPORTS, RunModel
from assurance.reporting.oscal.results import Naming, findings, line, observations, prop, risks, text
from assurance.reporting.wording import decision_sentence, evidence_sentence
from assurance.tape.strict_json import indented

OSCAL_VERSION = "1.1.3"
PLAN = "The checks of APEX Assurance, one for each requirement of the Deployment Operations Guide."

Value = Any  # a value of JSON


def write(model: RunModel, path: Path) -> None:
    """Write the run as OSCAL assessment results: the same bytes for the same model."""
    path.write_bytes(indented(document(model)) + b"\n")


def document(model: RunModel) -> dict[str, Value]:
    """Return the run as OSCAL assessment results; ids are derived from the run's, so that they are stable."""
    naming = Naming(model.run.id)
    plan = {"uuid": naming.uuid("plan"), "title": "Assessment plan", "description": text(PLAN)}
    root = {
        "uuid": naming.uuid("document"),
        "metadata": _metadata(model),
        "import-ap": {"href": f"#{plan['uuid']}"},
        "results": [_result(model, naming)],
        "back-matter": {"resources": [plan]},
    }
    return {"assessment-results": root}


def _metadata(model: RunModel) -> dict[str, Value]:
    run = model.run
    return {
        "title": line(f"APEX Assurance: {run.environment}, {run.source}, {model.decided}"),
        "last-modified": run.finished,
        "version": line(run.id),
        "oscal-version": OSCAL_VERSION,
        "remarks": text(f"{evidence_sentence(run)} {SUPPORTS}"),
    }


def _result(model: RunModel, naming: Naming) -> dict[str, Value]:
    run = model.run
    lists = {
        "observations": observations(model, naming),
        "risks": risks(model, naming),
        "findings": findings(model, naming),
    }
    return {
        "uuid": naming.uuid("result"),
        "title": line(f"Run {run.id}"),
        "description": text(f"{model.decision}: {decision_sentence(model)}"),
        "start": run.started,
        "end": run.finished,
        "props": [
            prop("decision", str(model.decision)),
            prop("scope", run.selected.scope),
            prop("source", str(run.source)),
            prop("origin", run.origin),
            prop("complete", str(run.complete).lower()),
            *(prop("vantage", vantage) for vantage in run.vantage),
            *(prop("identity", run.identity) for _ in [0] if run.identity),
        ],
        "local-definitions": _definitions(model, naming),
        "reviewed-controls": _reviewed(model),
        # OSCAL holds no empty list.
        **{name: listed for name, listed in lists.items() if listed},
    }


def _definitions(model: RunModel, naming: Naming) -> dict[str, Value]:
    """Return what observations refer to: the suite that made them, and the resources that they are about."""
    suite = {
        "uuid": naming.uuid("suite"),
        "type": "software",
        "title": "APEX Assurance",
        "description": "The suite whose checks made these observations.",
        "props": [prop("version", f"{name} {version}") for name, version in sorted(model.run.versions.items())],
        "status": {"state": "operational"},
    }
    named = dict.fromkeys(name for record in model.verdicts for name in record.resources or (record.subject,))
    items = [
        {"uuid": naming.uuid("item", name), "description": text(name), "props": [prop("resource-id", name)]}
        for name in named
    ]
    return {"components": [suite], **({"inventory-items": items} if items else {})}


def _reviewed(model: RunModel) -> dict[str, Value]:
    ids = [{"control-id": summary.control.id} for summary in model.controls()]
    if ids:
        return {"control-selections": [{"include-controls": ids}]}
    # A selection must include something: all, less every control that there is, is none.
    every = [{"control-id": control} for control in CONTROLS]
    none = {"description": "No control was reviewed.", "include-all": {}, "exclude-controls": every}
    return {"control-selections": [none]}
