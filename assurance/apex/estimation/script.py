"""What is asked of APEX in each step of the workflow, in the order in which a user does."""

from __future__ import annotations

from assurance.apex.client import Exchange, Flow, Upload
from assurance.apex.client.exchange import all_readings
from assurance.apex.estimation.answers import OK, SUCCESSES, id_in
from assurance.apex.estimation.jobs import ENDED, JobHistory
from assurance.apex.estimation.sample_documents import MEDIA_TYPE, Paper
from assurance.apex.estimation.steps import GenerationStep, JobStep, ProjectStep, UploadStep, ValidationStep
from assurance.environment.application import Estimates

VOLTAGE_KV = 345
MILES = 15.0


def create_project(flow: Flow, number: str, caller: str = "estimator") -> ProjectStep:
    """Create a project and read it back."""
    asked = {
        "project_number": number,
        "project_name": f"Assurance of {number}",
        "voltage_level": VOLTAGE_KV,
        "line_miles": MILES,
        "terrain_type": "rolling",
    }
    created = flow.call("POST", "/projects", caller, json=asked)
    project_id = id_in(created)
    shown = flow.call("GET", f"/projects/{project_id}", caller, settling=True) if project_id else None
    return ProjectStep(number, asked, created, shown)


def upload_document(flow: Flow, project_id: str, paper: Paper, caller: str = "estimator") -> UploadStep:
    """Upload a document and look for it in the project's list."""
    uploaded = send_document(flow, project_id, paper, caller)
    listing = list_documents(flow, project_id, caller) if id_in(uploaded) else None
    return UploadStep(paper, project_id, uploaded, listing)


def send_document(flow: Flow, project_id: str, paper: Paper, caller: str) -> Exchange:
    """Upload a document."""
    form = {"project_id": project_id, "document_type": paper.document_type}
    file = Upload(paper.name, paper.content, MEDIA_TYPE)
    return flow.call("POST", "/documents/upload", caller, data=form, files={"file": file})


def list_documents(flow: Flow, project_id: str, caller: str) -> Exchange:
    """Read a project's list of documents."""
    return flow.call("GET", f"/documents/projects/{project_id}/documents", caller, settling=True)


def validate_document(flow: Flow, document_id: str, caller: str = "estimator") -> ValidationStep:
    """Validate a document, wait for the job, and read the document back."""
    work = follow(flow, flow.call("POST", f"/documents/{document_id}/validate", caller), caller)
    shown = flow.call("GET", f"/documents/{document_id}", caller, settling=True) if work.job.has_ended else None
    return ValidationStep(work, shown)


def generate_estimate(
    flow: Flow, project_id: str, inputs: Estimates, level: float, caller: str = "estimator"
) -> GenerationStep:
    """Generate an estimate and wait for the job."""
    asked = flow.call("POST", "/estimates/generate", caller, json=generation(project_id, inputs, level))
    return GenerationStep(level, follow(flow, asked, caller))


def generation(project_id: str, inputs: Estimates, level: float) -> dict[str, object]:
    """Return what is sent to generate an estimate."""
    return {
        "project_id": project_id,
        "risk_factors": [one.model_dump(mode="json", exclude_none=True) for one in inputs.risk_factors],
        "confidence_level": level,
        "monte_carlo_iterations": inputs.iterations,
    }


def follow(flow: Flow, asked: Exchange, caller: str) -> JobStep:
    """Poll the job that an answer announces until it has ended, or for as long as the environment allows."""
    job_id = id_in(asked)
    if asked.status not in SUCCESSES or not job_id:
        return JobStep(asked, JobHistory(job_id or "that was not announced", (), asked.readings), None)
    polls = flow.poll(f"/jobs/{job_id}", caller, lambda seen: seen.status != OK or _has_ended(seen))
    shown = [poll for poll in polls if poll.status == OK]
    history = JobHistory(job_id, tuple(poll.document for poll in shown), all_readings((asked, *polls)))
    return JobStep(asked, history, None if len(shown) == len(polls) else polls[-1])


def _has_ended(seen: Exchange) -> bool:
    return (seen.document.text("status") or "").casefold() in ENDED
