"""BAD-05: no request made up from the API's own description ends in a 5xx. Only where the environment allows it."""

import pytest

from assurance.apex.bad_input.described import DescribedTrial
from assurance.apex.roles.matrix import Operation
from assurance.judging.checking import control

pytestmark = [*control("BAD-05", "post_deployment"), pytest.mark.deep]


def test_described_input_does_not_crash(described_trial: DescribedTrial, described_operation: Operation) -> None:
    """Requests made up from the API's own description, valid and not, end in no server error."""
    assert described_trial.calls(described_operation).never_crash
