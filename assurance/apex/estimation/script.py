"""What is asked of APEX in each step of the workflow, in the order in which a user does."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus

from assurance.apex.client import Exchange, Flow, Upload
from assurance.apex.client.api import is_shown
from assurance.apex.client.exchange import all_readings
from assurance.apex.client.projects import new_project
from assurance.apex.estimation.answers import document_in, has_listed, id_in
from assurance.apex.estimation.document_steps import UNTOUCHED, UploadStep, ValidationStep
from assurance.apex.estimation.jobs import ENDED, JobHistory
from assurance.apex.estimation.sample_documents import MEDIA_TYPE, Paper
from assurance.apex.estimation.steps import GenerationStep, JobStep, ProjectStep
from assurance.environment.application import Estimates
from assurance.world.http.statuses import SUCCESSES

MILES = 15.0
AT_ONCE = 2


def create_project(flow: Flow, number: str, caller: str = "estimator") -> ProjectStep:
    """Create a project and read it back."""
    asked = new_project(number, f"Assurance of {number}", line_miles=MILES, terrain_type="rolling")
    created = flow.create_project(asked, caller)
    project_id = id_in(created)
    shown = flow.read_project(project_id, caller, until=is_shown) if project_id else None
    return ProjectStep(number, asked, created, shown)


def upload_document(flow: Flow, project_id: str, paper: Paper, caller: str = "estimator") -> UploadStep:
    """Upload a document and look for it in the project's list."""
    uploaded = send_document(flow, project_id, paper, caller)
    document_id = id_in(uploaded)
    if not document_id:
        return UploadStep(paper, project_id, uploaded, None)
    listing = flow.list_documents(project_id, caller, until=lambda seen: has_listed(seen, document_id))
    return UploadStep(paper, project_id, uploaded, listing)


def send_document(flow: Flow, project_id: str, paper: Paper, caller: str) -> Exchange:
    """Upload a document."""
    file = Upload(paper.name, paper.content, MEDIA_TYPE)
    return flow.upload_document(project_id, paper.document_type, file, caller)


def list_documents(flow: Flow, project_id: str, caller: str) -> Exchange:
    """Read a project's list of documents, whatever is in it."""
    return flow.list_documents(project_id, caller, until=is_shown)


def validate_document(flow: Flow, document_id: str, caller: str = "estimator") -> ValidationStep:
    """Validate a document, wait for the job, and read the document back."""
    work = follow(flow, flow.validate_document(document_id, caller), caller)
    shown = flow.read_document(document_id, caller, until=_is_validated) if work.job.has_ended else None
    return ValidationStep(work, shown, flow.application.declared.documents.manual_review)


def _is_validated(seen: Exchange) -> bool:
    """Tell whether a document shows that its validation has ended; what answers otherwise will not get better."""
    if not is_shown(seen):
        return False
    document = document_in(seen)
    return document is None or document.text("validation_status") != UNTOUCHED


def generate_estimate(
    flow: Flow, project_id: str, inputs: Estimates, level: float, caller: str = "estimator"
) -> GenerationStep:
    """Generate an estimate and wait for the job."""
    asked = flow.generate_estimate(generation(project_id, inputs, level), caller)
    return GenerationStep(level, follow(flow, asked, caller))


def generate_at_once(
    flow: Flow, project_id: str, inputs: Estimates, caller: str = "estimator"
) -> tuple[GenerationStep, ...]:
    """Ask for two estimates of a project, one right after the other, and wait for both."""
    level = inputs.confidence_levels[0]
    body = generation(project_id, inputs, level)
    asked = [flow.generate_estimate(body, caller) for _ in range(AT_ONCE)]
    return tuple(GenerationStep(level, follow(flow, one, caller)) for one in asked)


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
    watch = _Watch(flow.application.declared.limits.stalled_seconds)
    polls = flow.poll_job(job_id, caller, watch.is_over)
    shown = [poll for poll in polls if poll.status == HTTPStatus.OK]
    seconds = (polls[-1].started - asked.started).total_seconds()
    history = JobHistory(job_id, tuple(poll.document for poll in shown), all_readings((asked, *polls)), seconds)
    return JobStep(asked, history, None if len(shown) == len(polls) else polls[-1])


class _Watch:
    """Tells when a job need not be looked at any more: it has ended, is not shown, or stands still for too long."""

    def __init__(self, stalled_seconds: float) -> None:
        self._stalled_seconds = stalled_seconds
        self._state: tuple[object, ...] | None = None
        self._since: datetime | None = None

    def is_over(self, seen: Exchange) -> bool:
        """Take in one look, and tell whether it is the last."""
        if seen.status != HTTPStatus.OK or (seen.document.text("status") or "").casefold() in ENDED:
            return True
        state = tuple(seen.document.value(name) for name in ("status", "current_step", "progress_percent"))
        if state != self._state or self._since is None:
            self._state, self._since = state, seen.started
        return (seen.started - self._since).total_seconds() >= self._stalled_seconds
