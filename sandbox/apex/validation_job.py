"""The job that validates a document: reads it from Blob Storage, has it analysed and says how complete it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sandbox.apex.classification import validation_class
from sandbox.apex.inspection import Inspection
from sandbox.apex.jobs import JobFailedError, Run
from sandbox.apex.observed import Observed
from sandbox.apex.switches import Switch

JOB_TYPE = "document_validation"

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
