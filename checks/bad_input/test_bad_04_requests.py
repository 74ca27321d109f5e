"""BAD-04: ids, pages and bodies that are none are refused."""

from assurance.apex.bad_input.catalogue import Bad
from assurance.apex.bad_input.trial import RefusalTrial
from assurance.judging.checking import control

pytestmark = control("BAD-04", "post_deployment")


def test_bad_request_is_refused(refusals: RefusalTrial, bad_request: Bad) -> None:
    """An id, a page or a body that is none is refused with a 4xx, which tells nothing of the server's inside."""
    assert refusals.refusal(bad_request).is_refused
    assert refusals.refusal(bad_request).left_nothing
    assert refusals.refusal(bad_request).tells_nothing_inward


def test_bad_grant_is_refused(refusals: RefusalTrial, bad_grant: Bad) -> None:
    """A grant to nobody, of no role, made twice or of a second role is answered without a server error."""
    assert refusals.refusal(bad_grant).is_refused
    assert refusals.refusal(bad_grant).tells_nothing_inward
