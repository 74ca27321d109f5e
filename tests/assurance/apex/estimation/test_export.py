"""An export, held against the view of the same estimate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from assurance.apex.estimation.estimate import Estimate
from assurance.apex.estimation.export import Export
from tests.assurance.apex.estimation.answers import READING, document, estimate, export

VIEW = Estimate(document(estimate()), READING)


def _export(change: Callable[[dict[str, Any]], object]) -> Export:
    values = export()
    change(values)
    return Export(document(values), ("another-reading",))


def test_the_export_equals_the_view() -> None:
    """Numbers equal the decimal texts of the view; times, order and extra fields may differ in form."""
    for change in (
        lambda _: None,
        lambda values: values["line_items"].reverse(),
        lambda values: values["estimate"].update(exported_at="now"),
        lambda values: values["estimate"].update(created_at="2026-03-01T10:00:00Z"),
    ):
        exported = _export(change)
        fact = exported.equals(VIEW)
        assert exported.is_complete.holds
        assert fact.holds, fact
        assert fact.readings == ("another-reading", *READING)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda values: values["estimate"].update(p80_cost=1150000.01), "estimate.p80_cost"),
        (lambda values: values["estimate"].update(aace_class="class_2"), "estimate.aace_class"),
        (lambda values: values["estimate"].update(id="e-2"), "estimate.id"),
        (lambda values: values["estimate"].update(created_at="2026-03-01T10:00:01Z"), "estimate.created_at"),
        (lambda values: values["estimate"].pop("base_cost"), "base_cost is not in both"),
        (lambda values: values["estimate"].update(narrative="Otherwise."), "estimate.narrative"),
        (lambda values: values["line_items"].pop(), "line_items has 7 entries shown, 6 exported"),
        (lambda values: values["line_items"][2].update(total_cost=199999.98), "line_items[2].total_cost"),
        (lambda values: values["line_items"][2].update(wbs_code="1.9"), "wbs_code"),
        (lambda values: values["line_items"][0].update(parent_line_item_id="id-2"), "parent_line_item_id"),
        (lambda values: values["assumptions"].clear(), "assumptions has 1 entries shown, 0 exported"),
        (lambda values: values["exclusions"][0].update(exclusion_text="Sea."), "exclusions[0].exclusion_text"),
        (lambda values: values["risk_factors"][0].update(distribution="normal"), "risk_factors[0].distribution"),
        (lambda values: values.update(risk_factors=None), "risk_factors"),
        (lambda values: values.update(line_items=[1, 2, 3, 4, 5, 6, 7]), "line_items[0]"),
        (lambda values: values.pop("estimate"), "the export has no estimate"),
    ],
)
def test_each_difference_is_told(change: Callable[[dict[str, Any]], object], told: str) -> None:
    """Whatever the export says otherwise is named with its place."""
    fact = _export(change).equals(VIEW)
    assert not fact.holds
    assert told in fact.observed


@pytest.mark.parametrize("missing", ["estimate", "line_items", "assumptions", "exclusions", "risk_factors"])
def test_a_missing_part_is_told(missing: str) -> None:
    """An export without one of its five parts is not complete."""
    fact = _export(lambda values: values.pop(missing)).is_complete
    assert not fact.holds
    assert missing in fact.observed


def test_many_differences_are_counted() -> None:
    """More differences than a line holds are counted."""

    def change(values: dict[str, Any]) -> None:
        for item in values["line_items"]:
            item["total_cost"] += 1

    assert "and 2 more" in _export(change).equals(VIEW).observed
