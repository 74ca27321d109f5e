"""The two jobs: one validates a document, one makes an estimate."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import uuid4

from sandbox.apex.cost_model import (
    CENT,
    USUAL,
    Simulation,
    base_cost,
    estimate_class,
    line_items,
    simulate,
    validation_class,
)
from sandbox.apex.distortions import distorted
from sandbox.apex.errors import now_text
from sandbox.apex.inspection import Inspection
from sandbox.apex.jobs import AbandonedError, JobFailedError, Run
from sandbox.apex.quirks import Observed
from sandbox.apex.switches import Switch

DOCUMENT_VALIDATION = "document_validation"

# What a document of a transmission line is expected to speak of.
SUBJECTS = ("voltage", "line", "structure", "foundation", "schedule", "conductor", "terrain", "assumption")
# A readable document has at least this many words; with fewer, a person has to look at it.
WORDS_NEEDED = 20
READABLE_SCORE, SCANT_SCORE, SUBJECT_SCORE, MIDDLING_SCORE = 60, 30, 5, 60


def validate_document(run: Run, subject: Mapping[str, Any]) -> dict[str, Any]:
    """Validate the document that the job is about, and return the job's result.

    Raises:
        JobFailedError: The document is gone.
    """
    service = run.service
    run.advance("Loading document", 10)
    row = service.store.one("documents", id=subject["document_id"])
    if row is None:
        raise JobFailedError("The document has been deleted")
    if row["blob_path"] not in service.azure.blobs:
        raise JobFailedError("The document's file is gone")
    content = service.azure.get_blob(row["blob_path"])
    run.advance("Analyzing layout", 30)
    inspection = service.azure.analyze(content)
    run.advance("Assessing completeness", 60)
    service.azure.secret("AZURE-OPENAI-API-KEY")
    findings = service.azure.complete(f"{inspection.pages} pages with {inspection.words} words.")
    status, score = _assessment(inspection)
    if service.does(Observed.DOCUMENTS_ARE_MIDDLING) and status == "passed":
        status, score = "manual_review", MIDDLING_SCORE
    if service.is_broken(Switch.VALIDATION_REJECTS_ALL):
        status, score = "failed", 0
    if service.is_broken(Switch.VALIDATION_ACCEPTS_ALL):
        status, score = "passed", max(score, READABLE_SCORE)
    run.advance("Recording result", 90)
    result = {
        "aace_class_used": validation_class(row["document_type"], service.switches),
        "pages": inspection.pages,
        "words": inspection.words,
        "findings": findings,
    }
    if not service.is_broken(Switch.VALIDATION_HAS_NO_EFFECT):
        changes = {"validation_status": status, "completeness_score": score, "validation_result": json.dumps(result)}
        service.store.update("documents", row["id"], changes)
    return {"document_id": row["id"], "validation_status": status, "completeness_score": score, **result}


def _assessment(inspection: Inspection) -> tuple[str, int]:
    """The validation status, and the completeness score from 0 to 100."""
    if inspection.pages == 0:
        return "failed", 0
    if inspection.words < WORDS_NEEDED:
        return "manual_review", SCANT_SCORE
    text = inspection.text.lower()
    return "passed", READABLE_SCORE + SUBJECT_SCORE * sum(subject in text for subject in SUBJECTS)


ESTIMATE_GENERATION = "estimate_generation"

_ASSUMPTIONS = (
    ("Commercial", "Prices are of the current year, in US dollars, without escalation."),
    ("Construction", "Work proceeds without interruption and in daylight."),
    ("Right of way", "Access to the right of way is available before clearing begins."),
)
_EXCLUSIONS = (
    ("Land", "Acquisition of land and easements."),
    ("Finance", "Interest during construction, and taxes."),
    ("Environment", "Remediation of contaminated soil."),
)


def generate_estimate(run: Run, subject: Mapping[str, Any]) -> dict[str, Any]:
    """Make the estimate that the job is about, and return the job's result.

    Raises:
        JobFailedError: The project is gone, or its cost is out of range.
    """
    service = run.service
    run.advance("Loading project", 5)
    project = service.store.one("projects", id=subject["project_id"])
    if project is None:
        raise JobFailedError("The project does not exist")
    documents = service.store.rows("documents", project_id=project["id"])
    run.advance("Estimating base cost", 20)
    if service.collides(project["id"], subject["asked_second"]):
        raise AbandonedError
    is_empty = project["voltage_level"] is None or project["line_miles"] is None
    # Work is asked for without either only where the build is one that costs it at nothing.
    items = [] if is_empty else line_items(project)
    base = base_cost(items)
    run.advance("Running Monte Carlo simulation", 45)
    simulation = _simulation(run, base, subject)
    run.advance("Writing narrative", 70)
    service.azure.secret("AZURE-OPENAI-API-KEY")
    aace_class = estimate_class(documents, service.switches)
    narrative = service.azure.complete(_facts(project, documents, aace_class, base, simulation))
    run.advance("Storing estimate", 90)
    estimate = {
        "id": str(uuid4()),
        "project_id": project["id"],
        "aace_class": aace_class,
        "base_cost": str(base),
        **_percentiles(simulation, p80_of_level=service.does(Observed.P80_OF_THE_LEVEL)),
        "confidence_level": subject["confidence_level"],
        "contingency_percentage": _contingency(base, simulation),
        "monte_carlo_iterations": subject["monte_carlo_iterations"],
        "narrative": narrative,
        "created_at": now_text(),
        "created_by_id": run.created_by_id,
        "line_items": items,
        "assumptions": _statements(_ASSUMPTIONS),
        "exclusions": _statements(_EXCLUSIONS),
        "risk_factors": [{"id": str(uuid4()), **factor} for factor in subject["risk_factors"]],
    }
    stored = distorted("estimate", estimate, service.switches)
    row = {name: stored[name] for name in ("id", "project_id", "created_at")} | {"project_id": project["id"]}
    service.store.insert("estimates", {**row, "body": json.dumps(stored)})
    names = ("aace_class", "base_cost", "p50_cost", "p80_cost", "p95_cost")
    result = {"estimate_id": stored["id"], **{name: stored[name] for name in names}}
    return distorted("result", result, service.switches)


def _simulation(run: Run, base: Decimal, subject: Mapping[str, Any]) -> Simulation:
    service = run.service
    level = USUAL if service.is_broken(Switch.CONFIDENCE_IGNORED) else subject["confidence_level"]
    if base <= 0 and service.does(Observed.EMPTY_PROJECT_COSTS_NOTHING):
        return Simulation(0.0, 0.0, 0.0, 0.0)
    simulation = simulate(
        float(base),
        subject["risk_factors"],
        confidence_level=level,
        iterations=subject["monte_carlo_iterations"],
        seed=f"{service.settings.seed}/{run.number}",
        multiplied=service.is_broken(Switch.RISKS_MULTIPLY),
    )
    if not math.isfinite(simulation.p95) or base <= 0:
        raise JobFailedError(f"The cost of {base} dollars is out of range")
    return simulation


def _percentiles(simulation: Simulation, *, p80_of_level: bool) -> dict[str, str]:
    p80 = simulation.at_confidence if p80_of_level else simulation.p80
    costs = {"p50_cost": simulation.p50, "p80_cost": p80, "p95_cost": simulation.p95}
    return {name: str(Decimal(cost).quantize(CENT)) for name, cost in costs.items()}


def _contingency(base: Decimal, simulation: Simulation) -> float:
    """What the cost at the level of confidence adds to the base cost, in percent of it."""
    return round((simulation.at_confidence / float(base) - 1) * 100, 2) if base else 0.0


def _statements(statements: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"id": str(uuid4()), "category": category, "description": text} for category, text in statements]


def _facts(
    project: Mapping[str, Any],
    documents: Sequence[Mapping[str, Any]],
    aace_class: str,
    base: Decimal,
    simulation: Simulation,
) -> str:
    kilovolts, miles = project["voltage_level"] or 0, project["line_miles"] or 0
    return (
        f"{project['project_name']} is a line of {kilovolts:g} kV over {miles:g} miles "
        f"of {project['terrain_type'] or 'unspecified'} terrain. The estimate is of AACE "
        f"{aace_class.replace('_', ' ')}, with {len(documents)} documents at hand. The base cost is {base:,.2f} US "
        f"dollars; with a probability of 80 % the cost does not exceed {simulation.p80:,.2f}."
    )
