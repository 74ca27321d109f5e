"""The stage of APEX: one family of checks judges it, in this process, as it is or with something broken."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType

from assurance.environment import Environment
from assurance.environment.left_out import offered_elsewhere
from assurance.judging.checking import Outcome
from assurance.judging.harness import BoundCheck, collect
from assurance.tape import Reading, Tape
from falsification.apex import harmless, inability, observed, switches
from falsification.apex.inability import Kept
from falsification.apex.observed import FAMILIES, Change, Family, Harmless, Inability, Violation, family_of
from falsification.apex.stand_ins import ApexStandIns
from falsification.azure.stage import ROOT
from falsification.azure.world import MemoryTape
from falsification.judge import Judged

FOLDERS: Mapping[Family, str] = MappingProxyType(
    {"SMK": "smoke", "E2E": "e2e", "RBAC": "roles", "AACE": "aace", "BAD": "bad_input", "SLA": "performance"},
)
ROOTS = frozenset({"flows", "application", "telemetry", "measurements", "environment"})


class ReplayedTape(MemoryTape):
    """The tape of a run that has ended, to be judged again: what it does not hold is not asked for."""

    def __init__(self, of: MemoryTape) -> None:
        super().__init__(of.header, {reading.key: reading for reading in of.readings()})
        self.replaying = True

    def obtain(self, key: str, ask: Callable[[], Reading]) -> Reading:
        """Return the reading under `key`, as any tape does that is replayed."""
        return Tape.obtain(self, key, ask)


class ApexStage:
    """Has the checks of a family judge the stand-ins.

    Attributes:
        stand_ins: What they judge.
        environment: What is declared.
        violations: What can be wrong, by name.
        harmless: What must not matter, by name.
    """

    violations: Mapping[str, Violation] = MappingProxyType(
        {violation.name: violation for violation in (*switches.VIOLATIONS, *harmless.VIOLATIONS, *observed.VIOLATIONS)}
    )
    harmless: Mapping[str, Harmless] = MappingProxyType(
        {change.name: change for change in (*harmless.HARMLESS, *observed.HARMLESS)}
    )

    def __init__(self) -> None:
        self.stand_ins = ApexStandIns()
        self.environment = self.stand_ins.environment()
        self._kept: dict[Family, Kept] = {}
        self._last: tuple[Environment, MemoryTape, tuple[Family, ...]] | None = None

    @cached_property
    def cases(self) -> Mapping[Family, tuple[BoundCheck, ...]]:
        """Every case, by family, but for what the environment says is done elsewhere than in the API."""
        return MappingProxyType({family: self._cases(family, self.environment) for family in FAMILIES})

    @property
    def made_up(self) -> tuple[BoundCheck, ...]:
        """The cases that there are only where requests may be made up from the API's description."""
        environment = self.stand_ins.environment(observed.DEEP)
        usual = {case.id for case in self.cases["BAD"]}
        return tuple(case for case in self._cases("BAD", environment) if case.id not in usual)

    def outcomes(self, change: Change, family: str = "") -> Judged:
        """Return what the family's cases come to after a change."""
        return self.outcomes_together(change, (family_of(family),))

    def outcomes_together(self, change: Change, families: Sequence[Family]) -> Judged:
        """Return what the cases of families come to after a change, in one run."""
        self.stand_ins.reset()
        self.stand_ins.has_history("SLA" in families)
        change(self.stand_ins)
        declared = self.stand_ins.declared
        environment = self.stand_ins.environment(declared) if declared else self.environment
        tape = MemoryTape(self.stand_ins.header(environment, long_ago="SLA" in families))
        self._last = environment, tape, tuple(families)
        return self._together(environment, tape, families)

    def outcomes_replayed(self) -> Judged:
        """Return what the cases of the last run come to when its tape is judged again, and nothing is asked.

        Raises:
            RuntimeError: There was no run.
        """
        if self._last is None:
            raise RuntimeError("there is no run to replay; judge one first")
        environment, tape, families = self._last
        return self._together(environment, ReplayedTape(tape), families)

    def _together(self, environment: Environment, tape: MemoryTape, families: Sequence[Family]) -> Judged:
        with self.stand_ins.roots(environment, tape) as roots:
            return [
                (case, case.outcome(roots))
                for family in families
                for case in (self._cases(family, environment) if _asks_deeper(environment) else self.cases[family])
            ]

    def inabilities(self, control: str | None = None) -> Mapping[str, Inability]:
        """Return every fault in the place of each answer that cases of a control rest on, or all, by name."""
        families = FAMILIES if control is None else (family_of(control),)
        return {
            each.name: each
            for family in families
            for each in (*inability.inabilities(self.kept(family)), *switches.unknowable(family))
            if control is None or any(case.control == control for case in self._resting_on(each))
        }

    def outcomes_resting_on(self, fault: Inability) -> Judged:
        """Return what the cases come to that rest on the answer in whose place the fault is.

        All other answers are known; whatever else is asked is answered by the APEX that the first run left behind.
        """
        family = family_of(fault.family)
        if not fault.key:
            return [
                (case, outcome) for case, outcome in self.outcomes(fault.change, family) if case.check == fault.check
            ]
        kept = self.kept(family)
        faulty = _with_later_looks(list(kept.tape.readings()), fault.key)
        known = {reading.key: reading for reading in kept.tape.readings() if reading.key not in faulty}
        self.stand_ins.forget_faults()
        fault.change(self.stand_ins)
        try:
            with self.stand_ins.roots(self.environment, MemoryTape(kept.tape.header, known)) as roots:
                return [(case, case.outcome(roots)) for case in self._resting_on(fault)]
        finally:
            self.stand_ins.forget_faults()

    def rest(self) -> None:
        """Let no thread run, as it must be where a process is about to be forked."""
        self.stand_ins.rest()

    def kept(self, family: Family) -> Kept:
        """Return what a family comes to as it should be, with all answers; judged once.

        Raises:
            AssertionError: Not every case passes, so that nothing could be proven.
        """
        if family not in self._kept:
            self._kept[family] = self._keep(family)
        return self._kept[family]

    def _keep(self, family: Family) -> Kept:
        self.stand_ins.reset()
        self.stand_ins.has_history(family == "SLA")
        tape = MemoryTape(self.stand_ins.header(self.environment, long_ago=family == "SLA"))
        outcomes: dict[str, Outcome] = {}
        for case in self.cases[family]:
            # Roots of its own for each case, for they ask for everything once only.
            with self.stand_ins.roots(self.environment, tape) as roots:
                outcomes[case.id] = case.outcome(roots)
        broken = [
            f"{key}: {outcome.observed}{outcome.reason}"
            for key, outcome in outcomes.items()
            if outcome.verdict != "pass"
        ]
        if broken or not outcomes:
            raise AssertionError(f"the compliant application does not pass: {broken}")
        return Kept(family, tape, outcomes)

    def _resting_on(self, fault: Inability) -> list[BoundCheck]:
        """Return the cases whose facts cite the reading.

        A flow does more than its facts rest on: it waits until what was just made can be read. What no fact cites may
        be answered anyhow.
        """
        family = family_of(fault.family)
        if not fault.key:
            return [case for case in self.cases[family] if case.check == fault.check]
        outcomes = self.kept(family).outcomes
        return [case for case in self.cases[family] if fault.key in outcomes[case.id].readings]

    def _cases(self, family: Family, environment: Environment) -> tuple[BoundCheck, ...]:
        cases = collect((ROOT / "checks" / FOLDERS[family],), environment, ROOTS)
        return tuple(case for case in cases if not offered_elsewhere(environment, case.control, case.subject))


def _asks_deeper(environment: Environment) -> bool:
    """Tell whether requests are made up as well: cases that there are only where the environment allows them."""
    return environment.application is not None and environment.application.deep


def _with_later_looks(readings: Sequence[Reading], key: str) -> frozenset[str]:
    """Return the key of an answer, and of all that the same flow was answered when it looked there again.

    Who looks again for what an answer lacked must not find what was known before the fault.
    """
    cited = next((reading for reading in readings if reading.key == key), None)
    if cited is None or cited.call is None or not cited.call.flow or not cited.question.startswith("GET "):
        return frozenset({key})
    return frozenset(
        reading.key
        for reading in readings
        if reading.call is not None
        and (reading.question, reading.call.caller, reading.call.flow)
        == (cited.question, cited.call.caller, cited.call.flow)
        and reading.started >= cited.started
    ) | {key}
