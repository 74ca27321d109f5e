"""What is asked of APEX in each step of the workflow, in a user's order; and the deletion of a validated document."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from assurance.apex.client import Exchange, Flow, Upload
from assurance.apex.client.api import is_shown
from assurance.apex.client.exchange import all_readings
from assurance.apex.client.question import new_project
from assurance.apex.estimation.answers import GONE, document_in, has_listed, id_in
from assurance.apex.estimation.document_steps import UNTOUCHED, UploadStep, ValidationStep
from assurance.apex.estimation.jobs import ENDED, JobHistory
from assurance.apex.estimation.sample_documents import MEDIA_TYPE, Paper
from assurance.apex.estimation.steps import GenerationStep, JobStep, ProjectStep
from assurance.environment.application import Estimates
from assurance.errors import NotEvaluated
from assurance.verdicts import Fact
from assurance.world.http.attempts import CLIENT_ERRORS, SUCCESSES

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
    return tuple(GenerationStep(level, follow(flow, level_asked, caller)) for level_asked in asked)


def generation(project_id: str, inputs: Estimates, level: float) -> dict[str, object]:
    """Return what is sent to generate an estimate."""
    return {
        "project_id": project_id,
        "risk_factors": [risk_factor.model_dump(mode="json", exclude_none=True) for risk_factor in inputs.risk_factors],
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


CALLER = "estimator"


@dataclass(frozen=True, slots=True)
class DeletionStep:
    """A validated document was to be deleted.

    Attributes:
        document_id: The document.
        answer: The answer to that.
        shown: The document as it is read afterwards.
        again: Its validation once more, which needs its file; None where the document is gone.
    """

    document_id: str
    answer: Exchange
    shown: Exchange
    again: ValidationStep | None

    @property
    def is_answered(self) -> Fact:
        """Whether it was deleted, or refused with a reason: no server error.

        Raises:
            NotEvaluated: The caller was throttled.
        """
        self.answer.answers(HTTPStatus.OK)
        return self.answer.fact(
            self.answer.status in SUCCESSES or self.answer.status in CLIENT_ERRORS,
            expected="a validated document is deleted, or its deletion is refused with a 4xx",
            observed=self.answer.outcome,
            remedy="Delete what refers to the document first, within one transaction." if self._crashed else "",
        )

    @property
    def is_whole(self) -> Fact:
        """Whether the document is gone with its row, or is still there with its file.

        Raises:
            NotEvaluated: What became of it cannot be seen.
        """
        if self.shown.status in GONE:
            return self._fact(self.answer.status in SUCCESSES, "its row is gone")
        if self.shown.status != HTTPStatus.OK or self.again is None:
            raise NotEvaluated(f"The document cannot be seen: {self.shown.outcome}.", "", self.shown.readings)
        if self.answer.status in SUCCESSES:
            return self._fact(False, "it is still shown")
        job = self.again.work.is_completed
        state = "it can still be read" if job.holds else f"it cannot be read any more: {job.observed}"
        return self._fact(job.holds, f"its row is still there ({self._status}), and {state}")

    @property
    def _crashed(self) -> bool:
        return self.answer.status not in SUCCESSES and self.answer.status not in CLIENT_ERRORS

    @property
    def _status(self) -> str:
        document = document_in(self.shown)
        return (document.text("validation_status") if document is not None else None) or "no status"

    def _fact(self, holds: bool, observed: str) -> Fact:
        seen = (self.answer, self.shown) if self.again is None else (self.answer, self.shown, self.again.work.asked)
        readings = all_readings(seen) + (self.again.work.job.readings if self.again is not None else ())
        expected = "the document is gone after an answer that says so, and whole after any other"
        remedy = "" if holds else "Delete the row before the file, or the file only when the row is gone."
        return Fact(holds, expected, observed, f"document {self.document_id}", tuple(dict.fromkeys(readings)), remedy)


def delete_document(flow: Flow, document_id: str) -> DeletionStep:
    """Delete a document, look for it, and validate it again where it is still there."""
    answer = flow.delete_document(document_id, CALLER)
    wants_gone = answer.status in SUCCESSES
    shown = flow.read_document(document_id, CALLER, until=lambda seen: not wants_gone or seen.status in GONE)
    again = validate_document(flow, document_id, CALLER) if shown.status == HTTPStatus.OK and not wants_gone else None
    return DeletionStep(document_id, answer, shown, again)
