"""Jobs, line items, sample documents and exports of the workflow."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assurance.apex.estimation.estimate import Estimate
from assurance.apex.estimation.jobs import JobHistory
from assurance.apex.estimation.line_items import Amount, Breakdown, nests, number, rounding, total
from assurance.apex.estimation.sample_documents import CONTENTS, paper
from assurance.apex.estimation.viewing import Export
from assurance.environment.application_tables import DocumentType
from assurance.errors import NotEvaluated
from assurance.verdicts import Fact
from tests.assurance.apex.estimation.answers import READING, document, estimate, export, line_items

CREATED, STARTED, COMPLETED = (f"2026-03-01T10:00:0{second}Z" for second in (0, 1, 2))

TIMES = {"created_at": CREATED}


def _state(status: str, percent: float | None, **further: object) -> dict[str, Any]:
    return {
        "id": "j-1",
        "status": status,
        "progress_percent": percent,
        "current_step": "simulating",
        **TIMES,
        **further,
    }


DONE = _state("completed", 100, started_at=STARTED, completed_at=COMPLETED, result_data={"estimate_id": "e-1"})


def _history(*states: dict[str, Any]) -> JobHistory:
    return JobHistory("j-1", tuple(document(state) for state in states), READING)


def _broken(history: JobHistory) -> set[str]:
    adjectives: dict[str, Callable[[], Fact]] = {
        "completed": lambda: history.is_completed,
        "whole": lambda: history.is_whole,
        "forwards": lambda: history.progressed_forwards,
        "steps": lambda: history.names_its_steps,
        "error": lambda: history.carries_no_error,
        "times": lambda: history.tells_its_times_in_order,
    }
    broken = set()
    for name, adjective in adjectives.items():
        with suppress(NotEvaluated):
            if not adjective().holds:
                broken.add(name)
    return broken


def test_a_job_that_ran_well_meets_every_adjective() -> None:
    """Everything holds of a job that went forwards to its end, also one that was done at the first look."""
    history = _history(_state("pending", 0), _state("running", 40), _state("running", 40), DONE)
    assert _broken(history) == _broken(_history(DONE)) == set()
    assert history.has_ended
    result = history.result()
    assert result is not None
    assert result.text("estimate_id") == "e-1"


@pytest.mark.parametrize(
    ("states", "broken"),
    [
        ([], {"completed", "whole", "forwards", "steps", "error", "times"}),
        ([_state("running", 90)], {"completed", "times"}),
        ([_state("failed", 30, error_message="no model")], {"completed", "whole", "error", "times"}),
        ([_state("running", 60), _state("running", 40), DONE], {"forwards"}),
        ([_state("running", None), DONE], {"forwards"}),
        ([_state("running", -5), DONE], {"forwards"}),
        ([_state("running", 10), _state("pending", 20), DONE], {"forwards"}),
        ([_state("failed", 20), DONE], {"completed"}),
        ([{}, DONE], {"completed", "forwards"}),
        ([{**DONE, "progress_percent": 99}], {"whole"}),
        ([{**DONE, "progress_percent": 101}], {"whole", "forwards"}),
        ([{**DONE, "current_step": None}], {"steps"}),
        ([{**DONE, "error_message": "out of memory"}], {"error"}),
        ([{**DONE, "started_at": None}], {"times"}),
        ([{**DONE, "started_at": "2026-03-01T10:00:03Z"}], {"times"}),
        ([{**DONE, "completed_at": "yesterday"}], {"times"}),
    ],
)
def test_each_defect_breaks_its_adjectives(states: list[dict[str, Any]], broken: set[str]) -> None:
    """Each defect is told by the adjectives that are about it, and by no others."""
    assert _broken(_history(*states)) == broken


def test_a_failed_job_says_why() -> None:
    """What is observed of a failed job has its own message."""
    fact = _history(_state("running", 10), _state("failed", 30, error_message="no model")).is_completed
    assert fact.observed == "running -> failed (no model)"


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


@pytest.mark.parametrize("document_type", list(CONTENTS))
def test_a_paper_is_the_same_whenever_it_is_made(document_type: DocumentType) -> None:
    """The same paper has the same bytes, and that of another project has others: a replay asks what was asked."""
    first, second = paper(document_type, "E2E-1"), paper(document_type, "E2E-1")
    assert first == second
    assert paper(document_type, "E2E-2").content != first.content
    assert first.name == f"E2E-1-{document_type}.pdf"


@pytest.mark.parametrize("document_type", list(CONTENTS))
def test_a_paper_is_a_pdf_with_a_page_for_each_section(document_type: DocumentType) -> None:
    """A paper is a real PDF with as many pages as it has sections."""
    content = paper(document_type, "E2E-1").content
    assert content.startswith(b"%PDF-1.")
    assert content.rstrip().endswith(b"%%EOF")
    assert len(re.findall(rb"/Type /Page\b(?!s)", content)) == len(CONTENTS[document_type])


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
