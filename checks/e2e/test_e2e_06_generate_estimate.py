"""E2E-06: an estimate is generated, with risk factors."""

from assurance.apex.estimation.workflow import EstimationWorkflow
from assurance.judging.checking import control

pytestmark = control("E2E-06", "post_deployment")


def test_estimate_is_generated(workflow: EstimationWorkflow) -> None:
    """A job with risk factors completes, and names the estimate that it made."""
    assert workflow.generation.work.is_started
    assert workflow.generation.work.is_completed
    assert workflow.generation.names_its_estimate


def test_job_tells_its_progress(workflow: EstimationWorkflow) -> None:
    """The job goes forwards to 100 %, names its steps, and tells its times in order."""
    job = workflow.generation.work.job
    assert job.is_whole
    assert job.progressed_forwards
    assert job.names_its_steps
    assert job.carries_no_error
    assert job.tells_its_times_in_order


def test_result_has_ordered_percentiles(workflow: EstimationWorkflow) -> None:
    """The job's result has a base cost, P50 <= P80 <= P95 and an AACE class."""
    result = workflow.generation.figures
    assert result.are_present
    assert result.are_ordered
    assert result.are_spread
    assert result.is_classified


def test_two_at_once_both_end(workflow: EstimationWorkflow) -> None:
    """Two estimates of one project, asked for one right after the other, both come to an end."""
    for generated in workflow.simultaneous:
        assert generated.work.is_started
        assert generated.work.is_completed
