"""The formats for people who read text: Markdown, messages, and what an environment file leaves out."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from assurance.judging.controls.security import THE_TEN
from assurance.reporting import ending, json_report, junit, markdown, messages, sarif
from assurance.reporting.html.cover import cover
from assurance.reporting.model import SUPPORTS, PlannedRecord, RunModel, as_document
from assurance.reporting.oscal import document as oscal
from assurance.reporting.wording import decision_sentence, judged_sentence
from assurance.reporting.writer import DECISION
from assurance.runs.gates import write_decision
from assurance.verdicts import Decision, Source, Verdict
from tests.assurance.reporting.sample_run import DENIED, GRANT, HOSTILE, STORAGE, model_of, record, sample_model

NO_EVIDENCE = "it is no audit evidence"


@pytest.mark.parametrize("source", list(Source))
def test_banner_comes_first(source: Source) -> None:
    """The first thing said is what the run rests on, and for all but a live run that it is no audit evidence."""
    head = markdown.summary(sample_model(source)).split("\n## ")[0]
    assert f"**{source}**" in head
    assert (NO_EVIDENCE in head) is (source is not Source.LIVE)


def test_decision_and_reservation_are_told() -> None:
    """The decision is a heading, and what a pass does not show is said."""
    text = markdown.summary(sample_model())
    assert "\n## sandbox: NO-GO\n\nFor SEC\\: 11 of 11 controls, 141 cases. " in text
    assert SUPPORTS in text


def test_a_planned_run_begins_with_its_findings() -> None:
    """Then come the plan's changes by class, in a table that folds; nothing of it stands in another run's summary."""
    changes = (
        PlannedRecord(STORAGE, "Modify", "security-relevant", "publicNetworkAccess was Disabled, is Enabled", ""),
        PlannedRecord(f"{STORAGE}|x", "Create", "operational", HOSTILE, "CR-1"),
    )
    model = sample_model(Source.PLANNED)
    text = markdown.summary(replace(model, run=replace(model.run, planned=changes)))
    assert text.index("### Findings") < text.index("<details>") < text.index("| Fact | Value |")
    assert "<summary>The plan has 2 changes: 1 security-relevant, 1 operational</summary>" in text
    rows = [line for line in text.splitlines() if line.startswith(("| security", "| operational"))]
    assert [len(re.findall(r"(?<!\\)\|", row)) for row in rows] == [6, 6]
    assert "<script>" not in "".join(rows)
    assert "<details>" not in markdown.summary(sample_model())


def test_unjudged_cases_stand_under_their_reason() -> None:
    """A reason is told once, with the number of its cases and the remedy."""
    text = markdown.summary(sample_model())
    assert text.count(DENIED) == 1
    assert "- 2 cases of SEC-08" in text
    assert f"```text\n{GRANT}\n```" in text


def test_hostile_text_stays_in_its_code_span() -> None:
    """Markup, pipes and backticks of an observed value cannot break out of the code span that holds it."""
    text = markdown.summary(sample_model())
    line = next(line for line in text.splitlines() if line.startswith("- observed") and "alert" in line)
    assert line.startswith("- observed ``<script>")
    assert line.endswith("``")
    assert "a\\|b `c`" in line
    assert "\x1b" not in text


def test_fence_is_longer_than_any_within() -> None:
    """A remedy that holds a fence stands in a longer one."""
    assert "````text\none\n```\ntwo|2\n````" in markdown.summary(sample_model())


def test_every_row_of_a_table_has_its_columns() -> None:
    """No pipe in a value adds a column, not even a hostile one in the selection."""
    model = sample_model()
    text = markdown.summary(replace(model, run=replace(model.run, selection=HOSTILE, origin=HOSTILE)))
    for table in re.findall(r"(?:^\|.*\n)+", text, re.M):
        columns = {len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}
        assert len(columns) == 1


def test_plain_text_is_no_markdown() -> None:
    """Outside code, markup and mentions are escaped."""
    model = sample_model()
    text = markdown.summary(replace(model, run=replace(model.run, environment="a_b|<b> @c")))
    assert "## a\\_b\\|\\<b\\> \\@c: NO-GO" in text


def many_failures(number: int) -> RunModel:
    """Return a run with so many failures, each with a long observed value."""
    one = replace(record("SEC-01", "test_it", "x", Verdict.FAIL), observed="ab `c` | " * 400)
    records = tuple(replace(one, subject=f"x{index}") for index in range(number))
    return replace(sample_model(), verdicts=records)


def test_long_summary_is_cut_with_a_note() -> None:
    """A summary never exceeds its limit, and says how many findings it left out."""
    text = markdown.summary(many_failures(300))
    shown = text.count("- observed")
    assert len(text) <= markdown.MAX_CHARACTERS
    assert 0 < shown < 300
    assert f"{300 - shown} of 300 under “Findings (300)”" in text


def test_short_summary_leaves_nothing_out() -> None:
    """A summary that fits has no such note."""
    assert "Left out" not in markdown.summary(many_failures(2))


def test_run_without_cases_is_told(tmp_path: Path) -> None:
    """A run that judged nothing says so, and is not GO."""
    markdown.write(model_of(), tmp_path / "summary.md")
    text = (tmp_path / "summary.md").read_text("utf-8")
    assert "INCONCLUSIVE" in text
    assert "Nothing was judged." in text


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


LEFT_OUT = ("declares no SQL server", "demands no secure score: the floor is 0", "third thing", "fourth <thing>")
BESIDE = (
    "Less than the guide demands: the environment file declares no SQL server; "
    "demands no secure score: the floor is 0; third thing; and 1 more."
)


def model() -> RunModel:
    """Return a run of a file that leaves out four things."""
    found = sample_model()
    return replace(found, run=replace(found.run, left_out=LEFT_OUT))


def test_the_sentence_names_three_and_counts_the_rest() -> None:
    """A long list would hide the decision."""
    assert decision_sentence(model()) == f"{judged_sentence(model())} {BESIDE}"
    assert decision_sentence(sample_model()) == judged_sentence(sample_model())


def test_every_output_tells_it(tmp_path: Path) -> None:
    """Whichever of them somebody reads."""
    found = model()
    document = as_document(found)
    json_report.validate(document)
    assert tuple(document["run"]["left_out"]) == LEFT_OUT
    write_decision(found, tmp_path)
    assert json.loads((tmp_path / DECISION).read_text())["left_out"] == list(LEFT_OUT)
    page = str(cover(found, ""))
    assert all(one in page for one in (*LEFT_OUT[:3], "fourth &lt;thing&gt;"))
    markdown.write(found, tmp_path / "summary.md")
    assert "fourth" in (tmp_path / "summary.md").read_text()
    junit.write(found, tmp_path / "junit.xml")
    assert "declares no SQL server" in (tmp_path / "junit.xml").read_text()
    assert any(line.startswith("Less than the guide demands") for line in ending.lines(found, "report.html", 100))
    others = [write_message(found) for write_message in (messages.teams, messages.slack, messages.plain)]
    others += [sarif.document(found), oscal.document(found)]
    assert [other for other in others if "declares no SQL server" not in json.dumps(other)] == []


def test_nine_of_ten_not_applicable_is_no_go() -> None:
    """And the sentence says why."""
    passed = record("SEC-01", "test_subnet_is_declared", "snet", Verdict.PASS)
    left = [replace(passed, control=one, verdict=Verdict.NOT_APPLICABLE) for one in sorted(THE_TEN) if one != "SEC-01"]
    found = replace(model_of(Verdict.PASS), verdicts=(passed, *left))
    assert found.decision is Decision.INCONCLUSIVE
    assert "most of the guide's security controls are declared not applicable" in decision_sentence(found)
