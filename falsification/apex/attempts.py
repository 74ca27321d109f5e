"""Tries the entries of the application's catalogues, in this process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

from assurance.judging.checking import Outcome
from assurance.verdicts import Verdict
from falsification.apex import harmless, inability, service_levels, switches
from falsification.apex.changes import FAMILIES, Broken, Family, family_of
from falsification.apex.inability import Kept, Trial
from falsification.apex.judging import ApexJudge
from falsification.results import Result, violation_results
from sandbox.apex import Switch

CATALOGUE: tuple[Broken, ...] = (*switches.BROKEN, *service_levels.BROKEN)
DIFFERENT = harmless.DIFFERENT


def is_application(control: str) -> bool:
    """Tell whether a control is one of the application's."""
    return control.partition("-")[0] in FAMILIES


def names_of_broken(control: str | None = None) -> tuple[str, ...]:
    """Return the violations that a control must report, or all."""
    return tuple(one.name for one in CATALOGUE if control is None or control in one.controls)


def names_of_different(control: str | None = None) -> tuple[str, ...]:
    """Return the harmless changes that could matter to a control, each with its family, or all."""
    wanted = FAMILIES if control is None else (family_of(control),)
    return tuple(f"{one.name} to {family}" for one in DIFFERENT for family in one.families if family in wanted)


def names_of_trials(control: str | None = None) -> tuple[str, ...]:
    """Return the faults in the place of each answer that cases of a control rest on, or all."""
    families = FAMILIES if control is None else (family_of(control),)
    whole = [(family, trial) for family in families for trial in _trials(family).values()]
    whole_names = [trial.name for family, trial in whole if control is None or _concerns(control, family, trial)]
    unknown = [f"{switch}: {family}" for switch, family in _UNKNOWABLE if family in families]
    return (*whole_names, *unknown)


def attempt_violation(name: str) -> list[Result]:
    """Break one thing, and see whether those controls report it that must, and no others of the family."""
    broken = next(one for one in CATALOGUE if one.name == name)
    verdicts = the_judge().verdicts(broken.family, broken.change, broken.declared)
    failing = {_control_and_check(case) for case, one in verdicts.items() if one.verdict is Verdict.FAIL}
    return violation_results(name, broken.controls, broken.check, frozenset(failing))


def attempt_harmless(name: str) -> list[Result]:
    """Let something be different, and see whether any verdict of a family changes."""
    called, _, family_name = name.partition(" to ")
    different = next(one for one in DIFFERENT if one.name == called)
    verdicts = the_judge().verdicts(family_of(family_name), different.change, different.declared)
    told = {
        control: tuple(_changed(case, one) for case, one in verdicts.items() if _is_changed(control, case, one))
        for control in sorted({_control_and_check(case)[0] for case in verdicts})
    }
    return [Result("harmless", called, control, 1, survivors) for control, survivors in told.items()]


def attempt_inability(name: str) -> list[Result]:
    """Put a fault into the place of an answer, and see whether any check that rests on it passes."""
    family = family_of_task(name)
    if (name.partition(":")[0], family) in _UNKNOWABLE:
        return _attempt_unknowable(name, family)
    judge, kept, trial = the_judge(), _kept(family), _trials(family)[name]
    passed = inability.false_passes(judge, kept, trial)
    judged = Counter(case.control for case in inability.resting_on(judge, kept, trial.key))
    return [
        Result("inability", name, control, count, tuple(f"{one} passes" for one in passed if one.startswith(control)))
        for control, count in judged.items()
    ]


def family_of_task(name: str) -> Family:
    """Return the family that an inability concerns: the first word after the fault."""
    return family_of(name.partition(": ")[2].partition(" ")[0])


def prepare(families: tuple[Family, ...] = FAMILIES) -> None:
    """Learn all that trials need; what is forked afterwards knows it."""
    for family in families:
        _trials(family)
    the_judge().stage.rest()


@lru_cache(maxsize=1)
def the_judge() -> ApexJudge:
    """Return this process's judge."""
    return ApexJudge()


_UNKNOWABLE: Mapping[tuple[str, Family], tuple[Switch, str]] = {
    (switch.value, "SLA" if switch.family == "SLA" else "SMK"): (switch, check)
    for switch, check in switches.UNKNOWABLE.items()
}


def _attempt_unknowable(name: str, family: Family) -> list[Result]:
    """Take away what a check would know by, and see that it does not pass."""
    switch, check = _UNKNOWABLE[name.partition(":")[0], family]
    verdicts = the_judge().verdicts(family, switches.switches_on(switch))
    resting = {case: one for case, one in verdicts.items() if _control_and_check(case)[1] == check}
    control = _control_and_check(next(iter(resting)))[0]
    passed = tuple(f"{case} passes" for case, one in resting.items() if one.verdict is Verdict.PASS)
    return [Result("inability", name, control, len(resting), passed)]


@lru_cache(maxsize=len(FAMILIES))
def _kept(family: Family) -> Kept:
    return inability.keep(the_judge(), family)


@lru_cache(maxsize=len(FAMILIES))
def _trials(family: Family) -> Mapping[str, Trial]:
    return {trial.name: trial for trial in inability.trials(_kept(family))}


def _concerns(control: str, family: Family, trial: Trial) -> bool:
    return any(case.control == control for case in inability.resting_on(the_judge(), _kept(family), trial.key))


def _control_and_check(case: str) -> tuple[str, str]:
    control, _, check = case.partition("[")[0].partition(" ")
    return control, check


def _is_changed(control: str, case: str, outcome: Outcome) -> bool:
    return _control_and_check(case)[0] == control and outcome.verdict is not Verdict.PASS


def _changed(case: str, outcome: Outcome) -> str:
    return f"{case} became {outcome.verdict}: {outcome.observed}{outcome.reason}"
