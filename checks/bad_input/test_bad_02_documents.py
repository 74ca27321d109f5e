"""BAD-02: files that are too large, of a wrong type or name are refused, and nothing is stored."""

from assurance.apex.bad_input.catalogue import Bad
from assurance.apex.bad_input.trial import RefusalTrial
from assurance.judging.checking import control

pytestmark = control("BAD-02", "post_deployment")


def test_bad_file_is_refused(refusals: RefusalTrial, bad_file: Bad) -> None:
    """A file that is too large, empty, of a wrong type or with a path in its name is refused, and not stored."""
    assert refusals.refusal(bad_file).is_refused
    assert refusals.refusal(bad_file).left_nothing
    assert refusals.refusal(bad_file).tells_nothing_inward
