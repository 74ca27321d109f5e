"""Which cases of a run do not apply to it.

By what its environment declares, without a change record, or by its plan.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assurance.change_records import parse
from assurance.change_records.change import FOLDER, find_record, read_record
from assurance.environment.left_out import (
    offered_elsewhere,
    without_application,
    without_load,
    without_service,
    without_telemetry,
)
from assurance.environment.model import NotApplicable
from assurance.judging.checking import judge, subject_of
from assurance.judging.nouns import DECLARED, Value, resolve, roots, subjects
from assurance.judging.selection import Selection
from assurance.reporting.model import VerdictRecord
from assurance.runs.given_plan import CARRIED_OUT, PLANNED, Plans
from assurance.runs.run import Run
from assurance.suite.workplace import workplace
from assurance.verdicts import Verdict, recording_facts

NONE_DECLARED = "The environment file declares none of these."


def not_applicable(item: pytest.Item, run: Run) -> NotApplicable | None:
    """Return why an item does not apply to this run; None if it does."""
    mark = item.get_closest_marker("control")
    if mark is None:
        return None
    control: str = mark.kwargs["id"]
    environment, function = run.environment, getattr(item, "originalname", item.name)
    subject = subject_of(item, environment)
    for declared in environment.not_applicable:
        if (
            declared.control == control
            and declared.check in {None, function}
            and declared.subject in {None, subject}
            and declared.unless_vantage not in run.vantage
        ):
            return declared
    nouns: Sequence[str] = getattr(item, "fixturenames", ())
    return (
        (None if _only_reads(item, run) else without_application(environment, control, nouns))
        or without_telemetry(environment, control, nouns)
        or without_service(environment, control, nouns)
        or without_load(environment, control, nouns, is_asked_for=run.asks_for_load)
        or offered_elsewhere(environment, control, subject)
    )


def _only_reads(item: pytest.Item, run: Run) -> bool:
    """Tell whether a case writes nothing, although cases of its check may: its subject says so."""
    declared = run.environment.application
    if declared is None or not isinstance(item, pytest.Function) or not hasattr(item, "callspec"):
        return False
    on_standing = bool(declared.access.places)
    subjects = [param for param in item.callspec.params.values() if hasattr(param, "only_reads")]
    return any(subject.only_reads(on_standing=on_standing) for subject in subjects)


def skipped_case(item: pytest.Item, run: Run) -> dict[str, Any]:  # Any: values of a verdict's record
    """Return what a skipped case came to: not applicable where the environment file says so, and else unjudged."""
    declared = not_applicable(item, run)
    names = [name for name in getattr(item, "fixturenames", ()) if name in DECLARED]
    empty = any(not subjects(name, run.environment) for name in names)
    verdict = Verdict.NOT_APPLICABLE if declared is not None or empty else Verdict.NOT_EVALUATED
    reason = declared.reason if declared is not None else NONE_DECLARED if empty else "The check was skipped."
    return {
        "verdict": verdict,
        "expected": "",
        "observed": "",
        "reason": reason,
        "remedy": "",
        "resources": (),
        "readings": (),
        "measures": (),
    }


ROOT = "change"


class AttestedSelection:
    """Leaves attestations out of runs that belong to no change.

    Args:
        selection: What the run selects.
        is_given: Whether the run was given a change.
    """

    def __init__(self, selection: Selection, is_given: Callable[[], bool]) -> None:
        self._selection = selection
        self._is_given = is_given

    def leaves_out(self, item: pytest.Item) -> bool:
        """Whether an item rests on a change where there is none, and no gate is asked for."""
        return not self._selection.belongs_to_a_change and not self._is_given() and rests_on_a_change(item)

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Deselect such items."""
        left_out = [item for item in items if self.leaves_out(item)]
        if left_out:
            config.hook.pytest_deselected(items=left_out)
            items[:] = [item for item in items if not self.leaves_out(item)]


def rests_on_a_change(item: pytest.Item) -> bool:
    """Whether an item is judged on a change record."""
    return any(ROOT in roots(name) for name in getattr(item, "fixturenames", ()))


def change_record_of(config: pytest.Config) -> Path | None:
    """Return the record of the change that the run belongs to, once it is known to be valid.

    Raises:
        UsageError: There is no such record, or it is not valid.
    """
    named: str | None = config.getoption("change")
    if named is None:
        return None
    path = find_record(named, workplace(config) / FOLDER)
    parse(read_record(path), str(path))
    return path


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
    broken = [record for record in records if record.today is Verdict.PASS and record.verdict is Verdict.FAIL]
    sentences = [
        f"The plan would break {case.control} ({case.subject}): it holds now; then {case.observed}." for case in broken
    ]
    more = [f"The plan would break {len(sentences) - MAX_NAMED} more cases."] if len(sentences) > MAX_NAMED else []
    return (*sentences[:MAX_NAMED], *more)
