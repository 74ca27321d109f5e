"""A planned run within pytest: what a case comes to without the plan, and which checks rest on a plan at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import pytest

from assurance.judging.checking import judge
from assurance.judging.nouns import Value, resolve, roots
from assurance.reporting.model import VerdictRecord
from assurance.runs.given_plan import CARRIED_OUT, PLANNED, Plans
from assurance.verdicts import Verdict, recording_facts

MAX_NAMED = 6


class PlanSelection:
    """Leaves out of a run what rests on a plan that nobody gave; pytest says how much.

    Args:
        plans: The plans of the run.
    """

    def __init__(self, plans: Plans) -> None:
        self._without = plans.absent

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Deselect them."""
        left_out = [item for item in items if self.leaves_out(item)]
        if left_out:
            config.hook.pytest_deselected(items=left_out)
            items[:] = [item for item in items if not self.leaves_out(item)]

    def leaves_out(self, item: pytest.Item) -> bool:
        """Whether an item rests on a plan that nobody gave."""
        return any(roots(name) & self._without for name in getattr(item, "fixturenames", ()))


def beside_today(
    record: VerdictRecord, item: pytest.Item, without_plan: Mapping[str, Callable[[], object]]
) -> VerdictRecord:
    """Return a verdict on what is planned, with the one on what is there today where the plan would break it.

    Args:
        record: The verdict on the planned estate.
        item: Its case.
        without_plan: The roots of nouns without the plan, each made when it is asked for.
    """
    if record.verdict not in {Verdict.FAIL, Verdict.NOT_EVALUATED} or not isinstance(item, pytest.Function):
        return record
    subjects: Mapping[str, Value] = item.callspec.params if hasattr(item, "callspec") else {}
    error: BaseException | None = None
    with recording_facts() as facts:
        try:
            needed = frozenset().union(*(roots(name) for name in item.fixturenames))
            if needed & (PLANNED | CARRIED_OUT):
                return record
            given = {**subjects, **{name: give() for name, give in without_plan.items() if name in needed}}
            item.obj(**{name: resolve(name, given) for name in item._fixtureinfo.argnames})
        except Exception as raised:  # noqa: BLE001  (whatever breaks is what the case comes to)
            error = raised
    return replace(record, today=judge(facts, error).verdict)


def notices(records: Iterable[VerdictRecord]) -> tuple[str, ...]:
    """Return what the plan would break, worst first: what holds today and would not after."""
    broken = [one for one in records if one.today is Verdict.PASS and one.verdict is Verdict.FAIL]
    told = [f"The plan would break {one.control} ({one.subject}): it holds now; then {one.observed}." for one in broken]
    more = [f"The plan would break {len(told) - MAX_NAMED} more cases."] if len(told) > MAX_NAMED else []
    return (*told[:MAX_NAMED], *more)
