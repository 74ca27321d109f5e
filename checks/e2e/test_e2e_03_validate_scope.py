"""E2E-03: the scope document is validated."""

from assurance.apex.estimation.workflow import EstimationWorkflow
from assurance.judging.checking import control

pytestmark = control("E2E-03", "post_deployment")


def test_scope_is_validated(workflow: EstimationWorkflow) -> None:
    """A job validates the scope, which then has passed, with a score of completeness."""
    assert workflow.scope_validation.work.is_started
    assert workflow.scope_validation.work.is_completed
    assert workflow.scope_validation.document_passes
    assert workflow.scope_validation.has_a_completeness_score


def test_job_tells_its_progress(workflow: EstimationWorkflow) -> None:
    """The job goes forwards to 100 %, names its steps, and tells its times in order."""
    job = workflow.scope_validation.work.job
    assert job.is_whole
    assert job.progressed_forwards
    assert job.names_its_steps
    assert job.carries_no_error
    assert job.tells_its_times_in_order


def test_unreadable_document_does_not_pass(workflow: EstimationWorkflow) -> None:
    """A document that begins as a PDF and cannot be read is refused, or does not pass validation."""
    assert workflow.unreadable_document.is_not_passed


def test_validated_document_is_deleted_whole(workflow: EstimationWorkflow) -> None:
    """A validated document is deleted with its file, or stays with it; it is never left without."""
    assert workflow.deletion.is_answered
    assert workflow.deletion.is_whole
