"""BAD-01: projects with impossible values are refused, and nothing is stored."""

from assurance.apex.bad_input.catalogue import Bad
from assurance.apex.bad_input.trial import RefusalTrial
from assurance.judging.checking import control

pytestmark = control("BAD-01", "post_deployment")


def test_bad_project_is_refused(refusals: RefusalTrial, bad_project: Bad) -> None:
    """A project with one impossible value is refused with a 4xx, and leaves nothing behind."""
    assert refusals.refusal(bad_project).is_refused
    assert refusals.refusal(bad_project).left_nothing
    assert refusals.refusal(bad_project).tells_nothing_inward
