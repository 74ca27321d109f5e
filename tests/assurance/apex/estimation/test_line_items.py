"""The breakdown of an estimate into line items."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assurance.apex.estimation.amounts import Amount
from assurance.apex.estimation.line_items import Breakdown, nests
from tests.assurance.apex.estimation.answers import document, line_items

Items = list[dict[str, Any]]


def _breakdown(items: Items) -> Breakdown:
    return Breakdown.of(document(item) for item in items)


def test_a_sound_breakdown_has_no_faults() -> None:
    """Items in good order have neither structural faults nor faulty sums, in any order of the list."""
    for items in (line_items(), line_items()[::-1]):
        breakdown = _breakdown(items)
        assert breakdown.structural_faults() == []
        assert breakdown.faulty_sums() == breakdown.faulty_costs() == []
        assert breakdown.difference_to(Amount.of(document({"base_cost": "1000000.00"}), "base_cost")) == ""


def _circle(items: Items) -> None:
    items[4]["parent_line_item_id"] = "id-2.1.1"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda items: items[1].update(parent_line_item_id="id-9"), "item 1.1 is part of id-9, which is not listed"),
        (_circle, "item 2.1 is part of itself"),
        (lambda items: items[1].update(parent_line_item_id="id-1.1"), "item 1.1 is part of itself"),
        (lambda items: items[1].update(wbs_code="2.9"), "item 2.9 is part of item 1, whose code is not the beginning"),
        (lambda items: items[1].update(wbs_code="11"), "item 11 is part of item 1, whose code is not the beginning"),
        (lambda items: items[1].update(wbs_code="1.2"), "wbs_code 1.2 occurs 2 times"),
        (lambda items: items[1].update(wbs_code=" "), "1 without wbs_code"),
        (lambda items: items[1].pop("wbs_code"), "1 without wbs_code"),
        (lambda items: items[2].update(id="id-1.1"), "id id-1.1 occurs 2 times"),
        (lambda items: items[2].update(id=None), "1 without id"),
    ],
)
def test_a_broken_hierarchy_is_told(change: Callable[[Items], None], told: str) -> None:
    """Orphans, circles, repeated or missing ids and codes, and codes that do not nest are named."""
    items = line_items()
    change(items)
    assert any(told in fault for fault in _breakdown(items).structural_faults())


@pytest.mark.parametrize(
    ("index", "cost", "told"),
    [
        (1, "400000.03", "item 1 is 600000.00 and its 2 parts sum to 600000.02"),
        (5, "0.00", "item 2.1 is 250000.00 and its 1 parts sum to 0.00"),
        (2, None, "item 1 is 600000.00 and its 2 parts sum to None"),
    ],
)
def test_parts_that_do_not_sum_are_told(index: int, cost: str | None, told: str) -> None:
    """An item whose parts sum to something else, or to nothing known, is named with both amounts."""
    items = line_items()
    items[index]["total_cost"] = cost
    assert told in _breakdown(items).faulty_sums()


def test_a_cent_of_rounding_is_no_fault() -> None:
    """Two parts may miss their whole by the cent and a half that rounding each explains."""
    items = line_items()
    items[1]["total_cost"] = "400000.02"
    assert _breakdown(items).faulty_sums() == []


def test_no_items_do_not_sum_to_the_base_cost() -> None:
    """An empty breakdown differs from every base cost, even from zero."""
    assert "0 parts" in _breakdown([]).difference_to(Amount.of(document({"base_cost": "0.00"}), "base_cost"))


@pytest.mark.parametrize("cost", [None, "-1.00", "NaN", "many"])
def test_items_without_a_cost_are_told(cost: str | None) -> None:
    """A cost that is absent, negative or no number is a fault of its item."""
    items = line_items()
    items[3]["total_cost"] = cost
    assert [fault.split(" has ")[0] for fault in _breakdown(items).faulty_costs()] == ["item 2"]


@given(st.lists(st.integers(1, 12), min_size=1, max_size=4), st.integers(1, 12))
def test_a_code_nests_below_its_beginning_alone(parts: list[int], last: int) -> None:
    """A code with one more part lies below; its digits alone prolonged, itself and its parent do not."""
    code = ".".join(map(str, parts))
    assert nests(code, f"{code}.{last}")
    assert nests(code, f"{code}-{last}")
    assert not nests(code, f"{code}{last}")
    assert not nests(code, code)
    assert not nests(f"{code}.{last}", code)


@given(st.permutations(range(7)), st.integers(0, 6), st.integers(0, 6))
def test_any_rewiring_is_sound_or_told(order: list[int], child: int, parent: int) -> None:
    """Wherever an item is moved to, either it was there already or a fault is told; nothing loops for ever."""
    items = line_items()
    before = items[child]["parent_line_item_id"]
    items[child]["parent_line_item_id"] = items[parent]["id"]
    faults = _breakdown([items[index] for index in order]).structural_faults()
    moved = before != items[child]["parent_line_item_id"]
    # An item may sit one level too high under an ancestor: its code still begins with the ancestor's.
    below = nests(items[parent]["wbs_code"], items[child]["wbs_code"])
    assert bool(faults) == (moved and not below)
