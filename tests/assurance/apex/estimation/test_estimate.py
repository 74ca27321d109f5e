"""An estimate, and what is asked of it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assurance.apex.estimation.estimate import Estimate, Figures
from assurance.apex.estimation.levels import ConfidenceLevels
from assurance.verdicts import Fact
from tests.assurance.apex.estimation.answers import READING, document, estimate

ADJECTIVES: dict[str, Callable[[Estimate], Fact]] = {
    "present": lambda one: one.figures.are_present,
    "ordered": lambda one: one.figures.are_ordered,
    "spread": lambda one: one.figures.are_spread,
    "classified": lambda one: one.figures.is_classified,
    "class_3": lambda one: one.figures.are_classified_as("CLASS_3"),
    "contingency": lambda one: one.has_contingency_for(0.80),
    "items": lambda one: one.has_items,
    "base": lambda one: one.items_sum_to_the_base_cost,
    "parents": lambda one: one.items_sum_to_their_parents,
    "hierarchy": lambda one: one.has_a_sound_hierarchy,
    "narrative": lambda one: one.has_a_narrative,
    "assumptions": lambda one: one.has_assumptions,
    "exclusions": lambda one: one.has_exclusions,
    "risks": lambda one: one.names_risks(("Terrain",)),
}


def _broken(values: dict[str, Any]) -> set[str]:
    view = Estimate(document(values), READING)
    facts = {name: adjective(view) for name, adjective in ADJECTIVES.items()}
    assert all(fact.readings == READING and fact.subject and fact.expected and fact.observed for fact in facts.values())
    return {name for name, fact in facts.items() if not fact.holds}


def test_a_good_estimate_meets_every_adjective() -> None:
    """Everything holds of an estimate in good order."""
    assert _broken(estimate()) == set()


def _set(**values: object) -> Callable[[dict[str, Any]], None]:
    return lambda one: one.update(values)


def _item(index: int, **values: object) -> Callable[[dict[str, Any]], None]:
    return lambda one: one["line_items"][index].update(values)


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        (_set(p80_cost="1070000.00"), {"ordered", "contingency"}),
        (_set(p95_cost="1149999.99"), {"ordered"}),
        (_set(p50_cost=None), {"present", "ordered", "spread", "contingency"}),
        (_set(p50_cost="NaN"), {"present", "ordered", "spread", "contingency"}),
        (_set(p95_cost="0.00"), {"present", "ordered", "spread"}),
        (_set(p50_cost="1150000.00", p95_cost="1150000.00"), {"spread"}),
        (_set(base_cost="-5.00"), {"present", "contingency", "base"}),
        (_set(contingency_percentage="15.20"), {"contingency"}),
        (_set(contingency_percentage=None), {"contingency"}),
        (_set(contingency_percentage="0.15"), {"contingency"}),
        (_set(aace_class="class_6"), {"classified", "class_3"}),
        (_set(aace_class=None), {"classified", "class_3"}),
        (_set(aace_class="class_5"), {"class_3"}),
        (_set(narrative="  "), {"narrative"}),
        (_set(narrative=None), {"narrative"}),
        (_set(assumptions=[]), {"assumptions"}),
        (_set(assumptions=[{"id": "a-1", "assumption_text": ""}]), {"assumptions"}),
        (_set(exclusions=None), {"exclusions"}),
        (_set(exclusions=["Land.", ""]), {"exclusions"}),
        (_set(risk_factors=[]), {"risks"}),
        (_set(line_items=[]), {"items", "base", "hierarchy"}),
        (_item(3, total_cost="1.00"), {"base", "parents"}),
        (_item(1, parent_line_item_id="gone"), {"hierarchy", "parents"}),
    ],
)
def test_each_defect_breaks_its_adjectives(change: Callable[[dict[str, Any]], None], broken: set[str]) -> None:
    """Each defect is told by the adjectives that are about it, and by no others."""
    values = estimate()
    change(values)
    assert _broken(values) == broken


def test_assumptions_may_be_plain_texts() -> None:
    """A list of texts is as good as one of objects with a text."""
    assert _broken({**estimate(), "assumptions": ["Dry ground."], "exclusions": ["Land."]}) == set()


@given(
    base=st.decimals(min_value=1000, max_value=10**9, places=2),
    shares=st.lists(st.integers(-20, 80), min_size=3, max_size=3).map(sorted),
    level=st.sampled_from([0.5, 0.8, 0.95]),
    off=st.sampled_from(["0", "0.5", "-0.5"]),
)
def test_contingency_is_what_its_percentile_says(base: Decimal, shares: list[int], level: float, off: str) -> None:
    """At the level of a percentile the contingency is that percentile's, to a hundredth; half a percent off is told."""
    costs = [(base * (100 + share) / 100).quantize(Decimal("0.01")) for share in shares]
    at = costs[[0.5, 0.8, 0.95].index(level)]
    told = ((at - base) / base * 100 + Decimal(off)).quantize(Decimal("0.01"))
    names = ("p50_cost", "p80_cost", "p95_cost")
    values = {**estimate(), "base_cost": str(base), "contingency_percentage": str(told)}
    values.update({name: str(cost) for name, cost in zip(names, costs, strict=True)})
    fact = Estimate(document(values), READING).has_contingency_for(level)
    assert fact.holds == (off == "0"), fact


@pytest.mark.parametrize(
    ("level", "told", "holds"),
    [(0.90, "19.00", True), (0.90, "14.00", False), (0.90, "24.00", False), (0.99, "40.00", True),
     (0.99, "20.00", False), (0.20, "1.00", True), (0.20, "9.00", False)],
)  # fmt: skip
def test_contingency_between_percentiles_lies_between_theirs(level: float, told: str, holds: bool) -> None:
    """At another level the contingency lies between those of the percentiles around it."""
    values = {**estimate(), "contingency_percentage": told}
    assert Estimate(document(values), READING).has_contingency_for(level).holds is holds


def test_figures_agree_only_if_every_amount_does() -> None:
    """The result of a job and the view agree if all amounts and the class do, as texts or numbers."""
    view = Figures("the view", document(estimate()), READING)
    numbers = {**estimate(), "aace_class": "CLASS_3", "p50_cost": 1080000.0}
    assert view.agree_with(Figures("the job", document(numbers), READING)).holds
    for name, value in (("p95_cost", "1230000.01"), ("aace_class", "class_2"), ("base_cost", None)):
        other = Figures("the job", document({**estimate(), name: value}), READING)
        fact = view.agree_with(other)
        assert not fact.holds
        assert name in fact.observed


def test_surer_levels_ask_for_no_less() -> None:
    """Contingencies must not fall as the level of confidence rises, and none may be missing."""

    def levels(*told: str | None) -> ConfidenceLevels:
        views = [Estimate(document({**estimate(), "contingency_percentage": one}), READING) for one in told]
        return ConfidenceLevels(dict(zip((0.95, 0.5, 0.8), views, strict=False)))

    assert levels("20", "5", "10").cost_more_the_surer.holds
    assert not levels("9", "5", "10").cost_more_the_surer.holds
    assert not levels("20", None, "10").cost_more_the_surer.holds
    assert not ConfidenceLevels({}).cost_more_the_surer.holds
