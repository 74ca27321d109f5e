"""The score and its page, the page of field cases, and the catalogue of change records."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from assurance.command_line.main import main
from assurance.judging.controls.drift import ATTESTATIONS
from falsification import report
from falsification.azure import harmless, violations
from falsification.change_records.shortcomings import VIOLATIONS
from falsification.change_records.stage import HARMLESS, ChangeRecordStage
from falsification.command import told
from falsification.judge import Result, Score, try_harmless, try_violation
from falsification.planned import CONTROLS as PLANNED
from falsification.planned import PlanStage
from falsification.report import page
from falsification.score import attempt, compute, tasks

STAGE = ChangeRecordStage()


def _ignore(done: int, total: int) -> None:
    assert done <= total


@pytest.mark.parametrize("name", sorted(STAGE.violations))
def test_shortcoming_is_reported(name: str) -> None:
    """The check that a shortcoming is meant for passes on a whole record, and fails on this one."""
    assert [told for one in try_violation(STAGE, STAGE.violations[name]) for told in one.survivors] == []


@pytest.mark.parametrize("name", sorted(STAGE.harmless))
def test_harmless_record_changes_no_verdict(name: str) -> None:
    """A record that is merely otherwise comes to the same verdicts."""
    results = try_harmless(STAGE, STAGE.harmless[name])
    assert {result.control for result in results} <= {control.id for control in ATTESTATIONS}
    assert [told for result in results for told in result.survivors] == []


def test_every_attested_check_has_a_shortcoming() -> None:
    """Each check that rests on a change record is meant by an entry, and names are kebab-case and differ."""
    meant = {(violation.controls[0], violation.check) for violation in VIOLATIONS}
    assert meant == {(case.control, case.check) for case in STAGE.cases}
    names = [*(violation.name for violation in VIOLATIONS), *(one.name for one in HARMLESS)]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in names)


def test_one_control_is_tried_alone() -> None:
    """What is asked of one attested control tries its own shortcomings, and meets the bar."""
    score = compute(tasks("DEP-09"), 1, _ignore)
    assert score.is_met
    assert {result.control for result in score.results if result.kind == "violation"} == {"DEP-09"}


@pytest.mark.parametrize("control", PLANNED)
def test_what_a_plan_can_do_wrong_is_found(control: str) -> None:
    """Every violation of a control of plans is found, no harmless plan is, and what cannot be read is no pass."""
    score = compute(tasks(control), 1, _ignore)
    assert score.is_met, [result for result in score.results if result.survivors]
    meant = {(violation.controls[0], violation.check) for violation in PlanStage.violations.values()}
    assert {(case.control, case.check) for case in PlanStage().cases} == meant


def test_harmless_records_cover_every_control() -> None:
    """Each attested control has a harmless record on which its checks pass before and after."""
    results = [one for harmless in HARMLESS for one in try_harmless(STAGE, harmless)]
    assert {result.control for result in results} == {control.id for control in ATTESTATIONS}


ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "field-cases.md"
MIN_ROWS = 28


def _rows() -> list[list[str]]:
    rows = [line.strip("|").split("|") for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:2] == "| "]
    return [row for row in rows if row[-1].strip() != "Held by"]


def test_each_row_is_held() -> None:
    """What a row names exists: entries of the catalogue are judged by test_catalogues, tests by themselves."""
    entries = {one.name for one in violations.CATALOGUE} | {one.name for one in harmless.CATALOGUE}
    written = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    tests = set(re.findall(r"^(?:async )?def (test_\w+)", written, re.MULTILINE))
    rows = _rows()
    assert len(rows) >= MIN_ROWS
    for row in rows:
        named = set(re.findall(r"`([^`]+)`", row[-1]))
        assert named, row[0]
        assert named - entries - tests == set(), row[0]


SCORE = Score((Result("violation", "one", "SEC-01", 1, ("not reported by <SEC-01>",)),))


def test_every_word_of_the_document_is_on_the_page() -> None:
    """Nothing of the document is lost: its words, in order, are those of the page."""
    document = report.document(SCORE)
    rows = [line for line in document.splitlines() if not re.fullmatch(r"[|:\- ]+", line)]
    plain = re.sub(r"^(#+|-) ", "", "\n".join(rows), flags=re.M).replace("**", "").replace("|", " ").replace("`", "")
    body = page(document).partition("<main>")[2].partition("</main>")[0]
    shown = re.sub(r"<[^>]+>", " ", body)
    for escaped, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#x27;", "'"), ("&amp;", "&")):
        shown = shown.replace(escaped, character)
    assert "".join(shown.split()) == "".join(plain.split())


def test_forms_of_the_document() -> None:
    """Headings, lists that go on in the next line, tables, code and strong words have their elements."""
    made = page("# One\n\n- a `x<y`\n  goes on\n- **b**\n\n| A | B |\n|---|---:|\n| c | 1 |\n")
    assert "<h1>One</h1>" in made
    assert "<li>a <code>x&lt;y</code>\ngoes on</li>\n<li><strong>b</strong></li>" in made
    assert '<td>c</td>\n<td style="text-align:right">1</td>' in made
    assert made.count("<table>") == made.count('<div class="scroll"') == 1


def test_page_needs_nothing_beside_it() -> None:
    """The page loads nothing and runs nothing, and markup in the document is text."""
    made = page("<script>alert(1)</script> `<img src=x>` an odd ` backtick")
    assert "<script" not in made
    assert "<img" not in made
    assert not re.search(r"\b(src|href)=", made.replace("&lt;img src=", ""))


FOUND = Result("violation", "one", "SEC-01", 1, ())
MISSED = Result("violation", "two", "SEC-01", 1, ("not reported by SEC-01",))
ALARM = Result("harmless", "three", "SEC-02", 1, ("a case became fail",))
PASSES = Result("inability", "500: GET x", "SEC-03", 4, ("a case passes", "another passes"))


def test_bar_is_met_without_survivors_only() -> None:
    """The bar is met if something was tried and nothing survived."""
    assert Score((FOUND,)).is_met
    assert not Score((FOUND, MISSED)).is_met
    assert not Score((FOUND, ALARM)).is_met
    assert not Score((FOUND, PASSES)).is_met
    assert not Score(()).is_met


def test_counts_are_of_entries_and_of_cases() -> None:
    """Violations and harmless changes count once each, inability counts cases."""
    again = Result("violation", "one", "SEC-02", 1, ())
    score = Score((FOUND, MISSED, ALARM, PASSES, again))
    assert score.counts("violation") == (1, 2)
    assert score.counts("violation", "SEC-02") == (0, 1)
    assert score.counts("harmless") == (1, 1)
    assert score.counts("inability") == (2, 4)


def test_survivors_are_named_in_the_document() -> None:
    """What survives is named, and the table says how much was found of how much."""
    written = report.document(Score((FOUND, MISSED, ALARM, PASSES)))
    assert "- SEC-01 two: not reported by SEC-01" in written
    assert "| SEC-01 Virtual network | 1 / 2 | 0 / 0 | 0 / 0 |" in written
    assert "| **All** | 1 / 2 | 1 / 1 | 2 / 4 |" in written


def test_score_is_told_to_programs() -> None:
    """As JSON there is each control that was tried, with how much of it was judged wrongly, and what survived."""
    assert told(Score((FOUND, MISSED, ALARM, PASSES))) == {
        "is_met": False,
        "controls": {
            "SEC-01": _counts(violation=(1, 2)),
            "SEC-02": _counts(harmless=(1, 1)),
            "SEC-03": _counts(inability=(2, 4)),
        },
        "survivors": (
            "SEC-01 two: not reported by SEC-01",
            "SEC-02 three: a case became fail",
            "SEC-03 500: GET x: a case passes",
            "SEC-03 500: GET x: another passes",
        ),
    }


def _counts(**judged: tuple[int, int]) -> dict[str, dict[str, int]]:
    kinds = {kind: judged.get(kind, (0, 0)) for kind in ("violation", "harmless", "inability")}
    return {kind: {"wrong": wrong, "judged": count} for kind, (wrong, count) in kinds.items()}


def test_processes_give_the_same_score() -> None:
    """Two processes come to the same results as one, in the same order."""
    wanted = tasks("SEC-10")[:30]
    assert compute(wanted, 1, _ignore) == compute(wanted, 2, _ignore)


def test_command_refuses_what_it_does_not_know() -> None:
    """An unknown control is a usage error of the command line."""
    try:
        main(["falsify", "--control", "SEC-99"])
    except SystemExit as stopped:
        status = stopped.code
    else:
        status = 0
    assert status == 2


def test_one_control_tries_and_tells_only_what_concerns_it() -> None:
    """What is asked of one control tries its own violations and faults, and tells nothing of other controls."""
    wanted = tasks("SEC-10")
    assert {task.stage for task in wanted} == {"azure", "smallest"}
    assert {task.control for task in wanted if task.kind != "violation"} == {"SEC-10"}
    others = [task for task in wanted if task.kind != "violation"][::40]
    assert {result.control for task in others for result in attempt(task)} <= {"SEC-10"}
