"""The single steps of the workflow."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assurance.apex.client import Exchange
from assurance.apex.estimation.answers import entries, id_in, lists, shows, with_id
from assurance.apex.estimation.document_steps import UnreadableDocument, UploadStep, ValidationStep
from assurance.apex.estimation.estimate import Estimate, Figures
from assurance.apex.estimation.jobs import JobHistory
from assurance.apex.estimation.sample_documents import paper
from assurance.apex.estimation.steps import GenerationStep, JobStep, ProjectStep
from assurance.apex.estimation.viewing import ConfidenceLevels
from assurance.apex.estimation.workflow import after
from assurance.errors import BrokenReading, NotEvaluated
from assurance.verdicts import Fact
from tests.assurance.apex.estimation.answers import READING, document, estimate, exchange

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


ASKED = {"project_number": "E2E-1", "voltage_level": 345, "line_miles": 15.0}
SHOWN = {"id": "p-1", "project_number": "E2E-1", "voltage_level": "345.00", "line_miles": 15, "status": "draft"}
UPLOADED = {
    "id": "d-1",
    "project_id": "p-1",
    "document_type": "scope",
    "validation_status": "pending",
    "blob_path": "uploads/d-1",
}
COMPLETED = {"id": "j-1", "status": "completed", "progress_percent": 100, "result_data": {"estimate_id": "e-1"}}


def _work(state: dict[str, Any], asked: Exchange | None = None, refused: Exchange | None = None) -> JobStep:
    return JobStep(asked or exchange(202, {"id": "j-1"}), JobHistory("j-1", (document(state),), READING), refused)


def test_a_created_project_goes_on() -> None:
    """A project that is created and shown as asked for fails nothing; numbers may be told as texts."""
    step = ProjectStep("E2E-1", ASKED, exchange(201, {"id": "p-1"}), exchange(200, SHOWN))
    assert step.is_created.holds
    assert step.is_shown_as_asked_for.holds
    assert step.failure is None


@pytest.mark.parametrize(
    ("created", "shown"),
    [
        (exchange(200, {"id": "p-1"}), exchange(200, SHOWN)),
        (exchange(201, {}), None),
        (exchange(201, b"<html>"), None),
        (exchange(500, {"detail": "?"}), None),
    ],
)
def test_a_project_that_is_not_created_stops_the_workflow(created: Exchange, shown: Exchange | None) -> None:
    """Another status than 201, or an answer without an id, keeps the next step from being made."""
    step = ProjectStep("E2E-1", ASKED, created, shown)
    assert not step.is_created.holds
    with pytest.raises(NotEvaluated, match="Step 1, creating the project, failed"):
        after(1, "creating the project", step)


@pytest.mark.parametrize(
    "change", [{"voltage_level": 34.5}, {"id": "p-2"}, {"status": "complete"}, {"line_miles": None}]
)
def test_a_project_shown_otherwise_is_told(change: dict[str, object]) -> None:
    """A project that is read with another value than was asked for is told, and stops nobody."""
    step = ProjectStep("E2E-1", ASKED, exchange(201, {"id": "p-1"}), exchange(200, {**SHOWN, **change}))
    assert not step.is_shown_as_asked_for.holds
    assert next(iter(change)) in step.is_shown_as_asked_for.observed
    assert step.failure is None


@pytest.mark.parametrize(
    ("change", "holds"),
    [
        ({}, True),
        ({"document_type": "schedule"}, False),
        ({"project_id": "p-2"}, False),
        ({"validation_status": "passed"}, False),
        ({"blob_path": None}, False),
    ],
)
def test_an_upload_is_filed_as_sent(change: dict[str, object], holds: bool) -> None:
    """A document is filed under the project and type that were sent, in a blob, not validated yet."""
    step = UploadStep(paper("scope", "E2E-1"), "p-1", exchange(201, {**UPLOADED, **change}), None)
    assert step.is_filed_as_asked_for.holds is holds
    assert step.failure is None


@pytest.mark.parametrize(
    ("ids", "holds"), [(["d-0", "d-1"], True), (["d-0"], False), ([], False), (["d-1", "d-1"], False)]
)
def test_an_upload_is_listed_once(ids: list[str], holds: bool) -> None:
    """A list shows what was made once, be it a list of its own or a page."""
    rows = [{"id": one} for one in ids]
    for body in (rows, {"items": rows, "total": len(rows)}):
        assert lists(exchange(200, body), "d-1", exchange(201, UPLOADED)).holds is holds


@pytest.mark.parametrize(
    "answer", [exchange(200, {"total": 0}), exchange(200, [1]), exchange(404, []), exchange(200, b"-")]
)
def test_what_is_no_list_is_not_evaluated(answer: Exchange) -> None:
    """An answer that is no list of objects is an inability, never an empty list."""
    with pytest.raises(NotEvaluated):
        entries(answer)


@pytest.mark.parametrize(
    ("status", "score", "passes", "scored"),
    [("passed", 87, True, True), ("passed", "87.5", True, True), ("failed", 20, False, True),
     ("pending", None, False, False), ("passed", 130, True, False), ("passed", -1, True, False)],
)  # fmt: skip
def test_a_validation_needs_pass_and_score(status: str, score: object, passes: bool, scored: bool) -> None:
    """A document must have passed, with a score of 0 to 100; without the former the workflow stops."""
    shown = exchange(200, {"validation_status": status, "completeness_score": score})
    step = ValidationStep(_work(COMPLETED), shown)
    assert step.document_passes.holds is passes
    assert step.has_a_completeness_score.holds is scored
    assert (step.failure is None) is passes


def test_a_job_that_cannot_be_followed_has_not_completed() -> None:
    """A poll that is refused is what is told, whatever the states before it."""
    step = _work(COMPLETED, refused=exchange(404, {"detail": "no job"}))
    assert not step.is_completed.holds
    assert "404" in step.is_completed.observed


def test_a_generation_names_its_estimate() -> None:
    """A completed job must name its estimate; one without a result has no figures to judge."""
    assert GenerationStep(0.8, _work(COMPLETED)).failure is None
    without = GenerationStep(0.8, _work({**COMPLETED, "result_data": None}))
    assert without.failure == without.names_its_estimate
    with pytest.raises(NotEvaluated, match="no result"):
        _ = without.figures


@pytest.mark.parametrize(("status", "holds"), [("failed", True), ("manual_review", True), ("passed", False)])
def test_an_unreadable_document_must_not_pass(status: str, holds: bool) -> None:
    """What cannot be read may be refused, fail or wait for a person, and must not pass."""
    shown = exchange(200, {"validation_status": status})
    taken = UnreadableDocument(exchange(201, UPLOADED), ValidationStep(_work(COMPLETED), shown))
    assert taken.is_not_passed.holds is holds
    assert UnreadableDocument(exchange(400, {}), None).is_not_passed.holds
    assert not UnreadableDocument(exchange(500, {}), None).is_not_passed.holds


def test_an_unended_validation_says_nothing_of_the_document() -> None:
    """A validation that did not end leaves open whether an unreadable document would have passed."""
    running = _work({"id": "j-1", "status": "running", "progress_percent": 10})
    with pytest.raises(NotEvaluated, match="did not end"):
        _ = UnreadableDocument(exchange(201, UPLOADED), ValidationStep(running, None)).is_not_passed


def test_an_id_is_read_from_successes_alone() -> None:
    """An id in a refusal is none, a job may be named by either key, and no text is an id of zero length."""
    assert id_in(exchange(201, {"id": "x"})) == id_in(exchange(202, {"job_id": "x"})) == "x"
    assert id_in(exchange(400, {"id": "x"})) == id_in(exchange(201, {})) == id_in(exchange(201, b"{")) == ""
    assert not with_id(exchange(201, {}), 201).holds


def test_nothing_to_read_is_a_finding() -> None:
    """What should be readable and was never made is told as nothing; what is refused as refused."""
    before = exchange(201, {}, method="POST")
    assert not shows(None, {"id": "x"}, before).holds
    assert "404" in shows(exchange(404, {}), {"id": "x"}, before).observed
    with pytest.raises(BrokenReading):
        shows(exchange(200, [1]), {"id": "x"}, before)
