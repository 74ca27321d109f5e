"""The Markdown summary."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from assurance.reporting import markdown
from assurance.reporting.model import SUPPORTS, PlannedRecord, RunModel
from assurance.verdicts import Source, Verdict
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
