"""E2E-02: a scope document is uploaded."""

from assurance.apex.estimation.workflow import EstimationWorkflow
from assurance.judging.checking import control

pytestmark = control("E2E-02", "post_deployment")


def test_scope_is_uploaded(workflow: EstimationWorkflow) -> None:
    """A scope document of several pages is uploaded, filed as sent and not yet validated, and listed."""
    assert workflow.scope_upload.is_uploaded
    assert workflow.scope_upload.is_filed_as_asked_for
    assert workflow.scope_upload.is_listed
