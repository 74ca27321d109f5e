"""Messages to those who must know: the decision, the worst findings, what to type; nothing in them is markup."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from assurance.reporting import messages
from assurance.reporting.model import RunModel
from assurance.verdicts import Verdict
from tests.assurance.reporting.sample_run import HOSTILE, STORAGE, model_of, record, sample_model

LINK = "https://example.com/report"


def many() -> RunModel:
    """Return a run with fifty findings of long hostile texts."""
    one = record("SEC-06", "test_it", "st", Verdict.FAIL)
    records = tuple(
        replace(
            one, check=f"{one.check}{n}", subject=f"st{n}", observed=HOSTILE * 100, remedy=f"az x --ids {STORAGE}{n}"
        )
        for n in range(50)
    )
    return replace(sample_model(), verdicts=records)


@pytest.mark.parametrize("kind", list(messages.MESSAGES))
@pytest.mark.parametrize("model", [sample_model(), model_of(Verdict.PASS), model_of(), many()])
def test_every_message_says_the_decision_and_the_worst(kind: str, model: RunModel) -> None:
    """The decision, the environment, each of the worst findings and the report's address are in it."""
    text = json.dumps(messages.MESSAGES[kind](model, LINK), ensure_ascii=False)
    assert str(model.decision) in text
    assert LINK in text
    for line, remedy in messages.told(model).worst:
        assert json.dumps(line, ensure_ascii=False)[1:-1] in text
        assert json.dumps(remedy, ensure_ascii=False)[1:-1] in text
    assert len(text.encode()) < messages.MAX_BYTES


def test_texts_from_outside_are_plain() -> None:
    """In a card they are runs of text, in Slack plain text: neither knows markup."""
    [attachment] = messages.teams(many())["attachments"]
    assert {block["type"] for block in attachment["content"]["body"]} == {"RichTextBlock"}
    told = messages.slack(many())
    assert {block["text"]["type"] for block in told["blocks"] if "text" in block} == {"plain_text"}
    assert told["text"] == "APEX Assurance: NO-GO"


def test_what_is_left_out_is_counted() -> None:
    """Five findings are told, the others counted."""
    told = messages.told(many())
    assert len(told.worst) == 5
    assert told.more == "and 45 more findings, in the report"


def test_comment_begins_with_its_mark() -> None:
    """The comment is found again by its first line, which no name of an environment can leave."""
    model = sample_model()
    assert messages.comment(model).startswith("<!-- apex-assurance: sandbox -->\n")
    hostile = replace(model, run=replace(model.run, environment="x --> <b>\n"))
    assert messages.marker(hostile) == "<!-- apex-assurance: x-b -->"
