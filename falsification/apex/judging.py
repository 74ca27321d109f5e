"""Judges APEX, as it is or with something broken: the checks of one family of controls, in this process."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Mapping
from functools import cached_property
from types import MappingProxyType

from assurance.environment import Environment
from assurance.environment.applicability import offered_elsewhere
from assurance.judging.checking import Outcome, judge
from assurance.judging.nouns import resolve
from assurance.verdicts import recording_facts
from falsification.apex.changes import FAMILIES, Change, Family
from falsification.apex.stage import ApexStage, Declared
from falsification.azure.judging import ROOT, Case, cases
from falsification.azure.seams import MemoryTape

FOLDERS: Mapping[Family, str] = MappingProxyType(
    {"SMK": "smoke", "E2E": "e2e", "RBAC": "roles", "AACE": "aace", "BAD": "bad_input", "SLA": "performance"},
)
GIVEN = frozenset({"flows", "application", "telemetry", "measurements", "environment"})


class ApexJudge:
    """Has the checks of a family judge the stand-in.

    Attributes:
        stage: What they judge.
        environment: What is declared.
    """

    def __init__(self) -> None:
        self.stage = ApexStage()
        self.environment = self.stage.environment()

    @cached_property
    def cases(self) -> Mapping[Family, tuple[Case, ...]]:
        """Every case, by family, but for what the environment says is done elsewhere than in the API."""
        return MappingProxyType({family: self._cases(family) for family in FAMILIES})

    def verdicts(self, family: Family, change: Change, declared: Declared | None = None) -> dict[str, Outcome]:
        """Return what the family's cases come to, by their ids, after a change.

        Args:
            family: The family of controls.
            change: What is other than it was.
            declared: What the environment file says otherwise then, by table.
        """
        self.stage.reset()
        self.stage.has_history(family == "SLA")
        change(self.stage)
        environment = self.stage.environment(declared) if declared else self.environment
        tape = MemoryTape(self.stage.header(environment, long_ago=family == "SLA"))
        with self.stage.roots(environment, tape) as roots:
            return judged(self.cases[family], roots)

    def _cases(self, family: Family) -> tuple[Case, ...]:
        found = cases(self.environment, (ROOT / "checks" / FOLDERS[family],), GIVEN)
        return tuple(case for case in found if not _is_offered_elsewhere(case, self.environment))


def judged(chosen: Collection[Case], roots: Mapping[str, object]) -> dict[str, Outcome]:
    """Return what cases come to, by their ids."""
    return {case.id: outcome(case, roots) for case in chosen}


def outcome(case: Case, roots: Mapping[str, object]) -> Outcome:
    """Return what one case comes to."""
    error: Exception | None = None
    with recording_facts() as facts:
        try:
            given = {**case.subjects, **roots}
            case.function(**{name: resolve(name, given) for name in inspect.signature(case.function).parameters})
        except Exception as raised:  # noqa: BLE001  (whatever ends a case is judged)
            error = raised
    return judge(facts, error)


def _is_offered_elsewhere(case: Case, environment: Environment) -> bool:
    subject = case.id.partition("[")[2].rstrip("]")
    return offered_elsewhere(environment, case.control, subject) is not None
