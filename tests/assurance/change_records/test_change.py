"""What a change record must hold at each moment: a whole one passes, and each way to fall short is named."""

from __future__ import annotations

from datetime import timedelta

import pytest

from assurance.change_records.checklist import ITEMS
from falsification.change_records.records import ENGINEER, Record, change, closed, planned, rolled_back
from falsification.change_records.shortcomings import BEFORE
from falsification.change_records.shortcomings_afterwards import AFTER, AFTER_ROLLBACK, Edit


def edited(record: Record, edit: Edit) -> Record:
    """Return a record after an edit."""
    edit(record)
    return record


def test_planned_change_holds_before_the_deployment() -> None:
    """A whole record meets everything that is demanded before the deployment."""
    facts = {item.title: item.judge(change(planned())) for item in ITEMS if item.moment == "pre_deployment"}
    assert len(facts) == 6
    assert [title for title, fact in facts.items() if not fact.holds] == []


def test_closed_change_holds_throughout() -> None:
    """A whole record of a finished deployment meets every item."""
    assert [item.title for item in ITEMS if not item.judge(change(closed())).holds] == []


def test_rolled_back_change_holds_where_it_can() -> None:
    """After a rollback in form, only the success and the meeting are open."""
    failing = [item.title for item in ITEMS if not item.judge(change(rolled_back())).holds]
    assert failing == ["Sign-off after", "Retrospective"]


@pytest.mark.parametrize(("sentence", "edit", "told"), BEFORE.values(), ids=BEFORE)
def test_shortcoming_before_the_deployment_is_named(sentence: str, edit: Edit, told: str) -> None:
    """Each way to fall short before the deployment is found, and said in words."""
    fact = getattr(change(edited(planned(), edit)), sentence)
    assert not fact.holds
    assert told in fact.observed


@pytest.mark.parametrize(("sentence", "edit", "told"), AFTER.values(), ids=AFTER)
def test_shortcoming_after_the_deployment_is_named(sentence: str, edit: Edit, told: str) -> None:
    """Each way to fall short afterwards is found, and said in words."""
    fact = getattr(change(edited(closed(), edit)), sentence)
    assert not fact.holds
    assert told in fact.observed


@pytest.mark.parametrize(("sentence", "edit", "told"), AFTER_ROLLBACK.values(), ids=AFTER_ROLLBACK)
def test_shortcoming_after_a_rollback_is_named(sentence: str, edit: Edit, told: str) -> None:
    """Each way to fall short after a rollback is found, and said in words."""
    fact = getattr(change(edited(rolled_back(), edit)), sentence)
    assert not fact.holds
    assert told in fact.observed


def test_facts_rest_on_the_record() -> None:
    """Every fact names the change and cites the reading of its record."""
    for item in ITEMS:
        fact = item.judge(change(planned()))
        assert (fact.subject, fact.readings) == ("CR-2026-0042", ("key",))


def test_security_team_approves_only_what_concerns_it() -> None:
    """A change that is not security-related needs no approval of the security team."""
    record = planned() | {"security_related": False}
    record["approvals"].pop(2)
    assert change(record).is_approved.holds


def test_an_executor_may_approve_beside_others() -> None:
    """Somebody who carries the change out may approve it, as long as others do too."""
    record = planned()
    record["approvals"][0]["name"] = ENGINEER
    assert change(record).is_approved.holds


def test_window_holds_at_its_edges() -> None:
    """The first and the last moment of the window belong to it."""
    window = planned()["window"]
    assert change(planned(), window["start"]).window_is_open.holds
    assert change(planned(), window["end"]).window_is_open.holds
    assert not change(planned(), window["end"] + timedelta(seconds=1)).window_is_open.holds
