"""Amounts of money."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assurance.apex.estimation.amounts import Amount, number, rounding, total
from tests.assurance.apex.estimation.answers import document


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2, allow_nan=False))
def test_text_and_number_of_an_amount_agree(value: Decimal) -> None:
    """An amount told as a decimal text and as a JSON number is the same amount."""
    assert number(str(value)) == number(float(value)) == value


@pytest.mark.parametrize("found", [None, True, "", "free", "NaN", "Infinity", float("nan"), float("inf"), [], {}])
def test_what_is_no_number_has_no_value(found: object) -> None:
    """Neither texts, flags nor numbers that are not finite pass for amounts."""
    assert number(found) is None


def test_an_amount_says_what_stands_there() -> None:
    """An amount keeps the text in its place, so that a finding can show it."""
    answer = document({"p80_cost": "dear", "p50_cost": "1.50"})
    assert str(Amount.of(answer, "p80_cost")) == "p80_cost dear"
    assert str(Amount.of(answer, "p95_cost")) == "p95_cost absent"
    assert Amount.of(answer, "p50_cost").value == Decimal("1.50")


def test_a_sum_with_an_unusable_amount_is_unknown() -> None:
    """One amount that cannot be read leaves the sum unknown, not smaller."""
    answer = document({"one": "1.00", "other": "?"})
    amounts = [Amount.of(answer, name) for name in ("one", "other")]
    assert total(amounts) is None
    assert total(amounts[:1]) == Decimal("1.00")


@given(st.lists(st.decimals(min_value=0, max_value=10**9, places=6), min_size=1, max_size=40))
def test_rounding_covers_what_rounding_to_the_cent_does(values: list[Decimal]) -> None:
    """Amounts rounded to the cent never miss their rounded sum by more than is allowed for."""
    cent = Decimal("0.01")
    summed = sum((value.quantize(cent) for value in values), Decimal(0))
    assert abs(summed - sum(values, Decimal(0)).quantize(cent)) <= rounding(len(values))
