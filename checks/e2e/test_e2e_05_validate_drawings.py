"""E2E-05: the drawings are validated."""

from assurance.apex.estimation.workflow import EstimationWorkflow
from assurance.judging.checking import control

pytestmark = control("E2E-05", "post_deployment")


def test_drawings_are_validated(workflow: EstimationWorkflow) -> None:
    """A job validates the drawings, which then have passed, with a score of completeness."""
    assert workflow.drawings_validation.work.is_started
    assert workflow.drawings_validation.work.is_completed
    assert workflow.drawings_validation.document_passes
    assert workflow.drawings_validation.has_a_completeness_score


def test_job_tells_its_progress(workflow: EstimationWorkflow) -> None:
    """The job goes forwards to 100 %, names its steps, and tells its times in order."""
    job = workflow.drawings_validation.work.job
    assert job.is_whole
    assert job.progressed_forwards
    assert job.names_its_steps
    assert job.carries_no_error
    assert job.tells_its_times_in_order
