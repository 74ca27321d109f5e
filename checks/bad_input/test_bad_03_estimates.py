"""BAD-03: impossible risk factors and bounds are refused, and nothing is generated."""

from assurance.apex.bad_input.catalogue import Bad
from assurance.apex.bad_input.trial import RefusalTrial
from assurance.judging.checking import control

pytestmark = control("BAD-03", "post_deployment")


def test_bad_estimate_is_refused(refusals: RefusalTrial, bad_estimate: Bad) -> None:
    """A request for an estimate with one impossible value is refused with a 4xx, and starts nothing."""
    assert refusals.refusal(bad_estimate).is_refused
    assert refusals.refusal(bad_estimate).left_nothing
    assert refusals.refusal(bad_estimate).tells_nothing_inward
