"""Judging: a verdict follows from facts with readings; everything else is "not evaluated"."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assurance.drift.classify import Weight, classified
from assurance.drift.compare import Difference
from assurance.drift.normalise import normalised
from assurance.errors import BrokenReading, EnvironmentFileError, MissingReading, NotEvaluated, UsageError
from assurance.judging.checking import control, decide_on, judge
from assurance.judging.controls import CONTROLS
from assurance.judging.controls.security import THE_TEN
from assurance.judging.properties import Kind, kinds
from assurance.verdicts import Decision, Fact, Verdict

CHECKS = Path(__file__).parents[3] / "checks"
DEEPER = {
    "properties",
    "properties.networkAcls",
    "properties.configuration",
    "properties.configuration.ingress",
    "properties.vnetConfiguration",
    "properties.template",
}
"""Objects whose own properties are accounted for one by one."""
KINDS = pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.type.replace("/", "-"))


def fields(model: Any) -> dict[str, str]:  # noqa: ANN401  (a class of the SDK, of either of its generations)
    """Return what Azure calls each field of a model, with the field's type in words."""
    older: dict[str, dict[str, str]] = getattr(model, "_attribute_map", {})
    found = {one["key"]: one["type"] for one in older.values()}
    for base in reversed(model.__mro__):
        types = inspect.get_annotations(base)
        for name, value in base.__dict__.items():
            if type(value).__name__ == "_RestField":
                found[value._rest_name_input or name] = str(types.get(name, ""))
    return found


def paths(module: Any, model: Any, above: str = "") -> Iterator[str]:  # noqa: ANN401  (as above)
    """Return the path of every property of a model."""
    for name, told in fields(model).items():
        path = f"{above}{name}"
        named = (getattr(module, word, None) for word in re.findall(r"\w+", told))
        inner = next((one for one in named if isinstance(one, type) and fields(one)), None)
        if path in DEEPER and inner is not None:
            yield from paths(module, inner, f"{path}.")
        else:
            yield path


def properties(kind: Kind) -> list[str]:
    """Return the properties of a kind, as the installed SDK has them."""
    module_name, model = kind.model.split(":")
    module = importlib.import_module(module_name)
    return list(paths(module, getattr(module, model)))


@KINDS
def test_every_property_is_accounted_for(kind: Kind) -> None:
    """What a new version of the SDK brings must be looked at by somebody, who says what becomes of it."""
    found = properties(kind)
    assert len(found) > 10
    assert [path for path in found if not kind.accounts_for(path)] == []


@KINDS
def test_no_property_is_accounted_for_that_there_is_not(kind: Kind) -> None:
    """A line about a property that the SDK does not know is about nothing."""
    found = properties(kind)
    own = {**kind.judged, **kind.unjudged}
    assert [path for path in own if not any(one == path or one.startswith(f"{path}.") for one in found)] == []


@KINDS
def test_each_property_has_one_line(kind: Kind) -> None:
    """A property is judged, irrelevant or unjudged, and only one of these."""
    lines = [*kind.judged, *kind.irrelevant, *kind.unjudged]
    assert sorted(lines) == sorted(set(lines))


@KINDS
def test_each_judged_property_names_a_check(kind: Kind) -> None:
    """The check that judges a property exists, in the file of its control."""
    for path, told in kind.judged.items():
        control, check = told.split()
        [file] = CHECKS.glob(f"*/test_{control.lower().replace('-', '_')}_*.py")
        assert f"def {check}(" in file.read_text(encoding="utf-8"), f"{path}: {told}"


@KINDS
def test_drift_agrees(kind: Kind) -> None:
    """What drift calls security-relevant is judged, or it is said why not: never irrelevant."""
    heavy = [
        path
        for path in kind.irrelevant
        if path.startswith("properties.")
        and _is_compared(path, kind.type.casefold())
        and classified(Difference(path, "a", "b"), kind.type.casefold()).weight is Weight.SECURITY
    ]
    assert heavy == []


def _is_compared(path: str, resource_type: str) -> bool:
    """Tell whether drift compares a property at all: noise it leaves out."""
    value: object = "a"
    for key in reversed(path.split(".")):
        value = {key: value}
    assert isinstance(value, dict)
    return bool(normalised(value, resource_type))


HOLDS = Fact(True, "closed", "closed", "/x", ("r1",))
BROKEN = Fact(False, "closed", "open", "/y", ("r2",), "az close")


def test_facts_that_hold_pass() -> None:
    """A pass says what was required and found, about what, and on which readings."""
    outcome = judge([HOLDS, replace(HOLDS, subject="/z", readings=("r1", "r3"))], None)
    assert outcome.verdict is Verdict.PASS
    assert (outcome.expected, outcome.observed) == ("closed", "closed")
    assert outcome.resources == ("/x", "/z")
    assert outcome.readings == ("r1", "r3")


def test_a_fact_that_does_not_hold_fails() -> None:
    """A failure says only what is wrong and what to do, and cites the readings of all that was judged."""
    outcome = judge([HOLDS, BROKEN], AssertionError("expected closed; observed open"))
    assert outcome.verdict is Verdict.FAIL
    assert (outcome.expected, outcome.observed, outcome.remedy) == ("closed", "open", "az close")
    assert outcome.resources == ("/y",)
    assert outcome.readings == ("r1", "r2")


def test_several_remedies_stand_below_each_other() -> None:
    """Each broken fact has its remedy; the same remedy is given once."""
    facts = [BROKEN, replace(BROKEN, observed="ajar"), replace(BROKEN, remedy="az lock")]
    outcome = judge(facts, AssertionError())
    assert outcome.observed == "open; ajar"
    assert outcome.remedy == "az close\naz lock"


def test_a_broken_fact_fails_even_if_the_check_goes_on() -> None:
    """A check that catches its own failure does not pass."""
    assert judge([BROKEN, HOLDS], None).verdict is Verdict.FAIL


@pytest.mark.parametrize("error", [None, AssertionError("nothing was found")])
def test_no_facts_are_not_evaluated(error: BaseException | None) -> None:
    """A check that asserted nothing has judged nothing, however it ended."""
    outcome = judge([], error)
    assert outcome.verdict is Verdict.NOT_EVALUATED
    assert "defect of the suite" in outcome.remedy


@pytest.mark.parametrize("facts", [[replace(HOLDS, readings=())], [HOLDS, replace(HOLDS, readings=())]])
def test_a_fact_without_readings_is_not_evaluated(facts: list[Fact]) -> None:
    """What rests on no reading is no evidence, also among others that are."""
    outcome = judge(facts, None)
    assert outcome.verdict is Verdict.NOT_EVALUATED
    assert outcome.reason == "The check rests on no reading."


def test_a_broken_fact_without_readings_is_not_evaluated() -> None:
    """Nor is a failure without readings a finding."""
    assert judge([replace(BROKEN, readings=())], AssertionError()).verdict is Verdict.NOT_EVALUATED


@pytest.mark.parametrize("facts", [[], [HOLDS]])
@pytest.mark.parametrize("kind", [NotEvaluated, BrokenReading, MissingReading])
def test_inability_is_not_evaluated_in_its_own_words(kind: type[NotEvaluated], facts: list[Fact]) -> None:
    """Reason, remedy and readings of what stood in the way are told."""
    outcome = judge(facts, kind("No permission", "Grant it", ("r9",)))
    assert outcome.verdict is Verdict.NOT_EVALUATED
    assert (outcome.reason, outcome.remedy, outcome.readings) == ("No permission", "Grant it", ("r9",))


@pytest.mark.parametrize("facts", [[], [HOLDS], [BROKEN], [HOLDS, BROKEN]])
@pytest.mark.parametrize(
    "error", [KeyError("x"), TypeError("x"), RuntimeError("x"), EnvironmentFileError("x"), KeyboardInterrupt()]
)
def test_a_check_that_breaks_down_is_not_evaluated(error: BaseException, facts: list[Fact]) -> None:
    """A defect of the suite is no finding and no pass; it is named."""
    outcome = judge(facts, error)
    assert outcome.verdict is Verdict.NOT_EVALUATED
    assert type(error).__name__ in outcome.reason


def test_a_plain_assertion_is_not_evaluated() -> None:
    """An assertion that no fact stands behind has no readings, and so decides nothing."""
    outcome = judge([HOLDS], AssertionError("assert 1 == 2"))
    assert outcome.verdict is Verdict.NOT_EVALUATED
    assert "assert 1 == 2" in outcome.reason


@pytest.mark.parametrize("control_id", sorted(CONTROLS))
def test_each_control_can_be_declared(control_id: str) -> None:
    """A check file's marks name its control and the moments at which it is demanded."""
    marks = control(control_id)
    assert marks[0].mark.kwargs == {"id": control_id}
    assert {mark.name for mark in marks} == {"control", "pre_deployment", "post_deployment", "nightly"}


@pytest.mark.parametrize("control_id", ["SEC-99", "sec-01", ""])
def test_an_unknown_control_is_refused(control_id: str) -> None:
    """A misspelt control does not make a check that nobody selects."""
    with pytest.raises(UsageError, match="SEC-01"):
        control(control_id)


def test_known_failure_is_not_hidden_by_what_cannot_be_read() -> None:
    """A fact that does not hold fails its case, and what could not be judged beside it is told."""
    broken = Fact(False, "closed", "open", "service", ("reading",))
    outcome = judge([broken], NotEvaluated("No permission.", "Grant it.", ("other",)))
    assert (outcome.verdict, outcome.observed) == (Verdict.FAIL, "open")
    assert outcome.reason == "Not all else could be judged: No permission."


TEN = sorted(THE_TEN)


def cases(judged: int, verdict: Verdict = Verdict.PASS) -> list[tuple[str, Verdict]]:
    """Return a case of each of the ten: of some a verdict, the others not applicable."""
    return [(control, verdict if number < judged else Verdict.NOT_APPLICABLE) for number, control in enumerate(TEN)]


@pytest.mark.parametrize(("judged", "decision"), [(10, "GO"), (5, "GO"), (4, "INCONCLUSIVE"), (1, "INCONCLUSIVE")])
def test_most_must_be_judged(judged: int, decision: str) -> None:
    """Nine of ten that do not apply prove no secure deployment."""
    assert decide_on(cases(judged)) is Decision(decision)


def test_a_failure_is_told_whatever_is_left_out() -> None:
    """What is known to be wrong stays NO-GO."""
    assert decide_on(cases(1, Verdict.FAIL)) is Decision.NO_GO


def test_a_control_with_one_judged_case_applies() -> None:
    """Only what is left out as a whole counts."""
    assert decide_on([*cases(4), (TEN[9], Verdict.PASS)]) is Decision.GO


def test_other_controls_do_not_count() -> None:
    """A run of a deployment's checks holds none of the ten."""
    found = [(f"DEP-{number:02d}", Verdict.NOT_APPLICABLE) for number in range(1, 10)]
    assert decide_on([*found, ("DEP-10", Verdict.PASS)]) is Decision.GO
