"""What people attest is judged where a run belongs to a change; elsewhere it is left out, and pytest says how much.

A gate always belongs to a change: there, a run without one is not left out but "not evaluated".
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from assurance.judging.nouns import roots

GATES = re.compile(r"\b(pre_deployment|post_deployment|closing)\b")
ROOT = "change"


class AttestedSelection:
    """Leaves attestations out of runs that belong to no change.

    Args:
        is_given: Whether the run belongs to a change.
    """

    def __init__(self, is_given: Callable[[], bool]) -> None:
        self._is_given = is_given

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Deselect what rests on a change, where there is none and no gate is asked for."""
        if GATES.search(config.option.markexpr or "") or self._is_given():
            return
        left_out = [item for item in items if rests_on_a_change(item)]
        if left_out:
            config.hook.pytest_deselected(items=left_out)
            items[:] = [item for item in items if not rests_on_a_change(item)]


def rests_on_a_change(item: pytest.Item) -> bool:
    """Whether an item is judged on a change record."""
    return any(ROOT in roots(name) for name in getattr(item, "fixturenames", ()))
