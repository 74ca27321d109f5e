"""A run judges each declared subject once."""

import pytest

from assurance.errors import UsageError
from assurance.suite.declared import refuse_uncounted


@pytest.mark.parametrize(("count", "sizes"), [(5, [5]), (6, [2, 3]), (1, []), (1, [0]), (1, [4, 0])])
def test_as_many_cases_as_subjects_are_right(count: int, sizes: list[int]) -> None:
    """Of several families every combination is a case; a family without subjects leaves one, to be skipped."""
    refuse_uncounted("test_x", count, sizes)


@pytest.mark.parametrize(("count", "sizes"), [(4, [5]), (6, [5]), (0, [1])])
def test_any_other_number_is_refused(count: int, sizes: list[int]) -> None:
    """A subject that took another's place, or is judged twice, ends the run before it begins."""
    with pytest.raises(UsageError, match=f"subjects are declared, and {count} would be judged"):
        refuse_uncounted("test_x", count, sizes)
