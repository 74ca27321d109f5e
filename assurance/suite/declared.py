"""Holds a run to what its environment declares: of each check, every declared subject becomes one case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from math import prod

import pytest

from assurance.environment import Environment
from assurance.errors import UsageError
from assurance.judging.nouns import DECLARED, subjects


class EverySubject:
    """Counts what was collected, before anything is deselected; what the user named by node id is theirs to choose."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Refuse a run in which a check has more or fewer cases than subjects are declared."""
        if any("::" in argument for argument in config.args):
            return
        checks = [one for one in items if isinstance(one, pytest.Function) and one.get_closest_marker("control")]
        collected = Counter((one.nodeid.partition("[")[0], _families(one.fixturenames)) for one in checks)
        for (check, families), count in collected.items():
            refuse_uncounted(check, count, [len(subjects(name, self._environment)) for name in families])


def refuse_uncounted(check: str, count: int, sizes: Iterable[int]) -> None:
    """Refuse a check whose cases are not as many as its subjects; without any, pytest keeps one case to skip.

    Raises:
        UsageError: They are not.
    """
    declared = prod(sizes) or 1
    if count != declared:
        raise UsageError(f"{check}: {declared} subjects are declared, and {count} would be judged; report this defect")


def _families(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({name for name in names if name in DECLARED}))
