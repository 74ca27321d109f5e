"""The score: counted right, in one process or several, and never met while something survives."""

from __future__ import annotations

from assurance.command_line.main import main
from falsification import report
from falsification.command import told
from falsification.score import Result, Score, attempt, compute, tasks

FOUND = Result("violation", "one", "SEC-01", 1, ())
MISSED = Result("violation", "two", "SEC-01", 1, ("not reported by SEC-01",))
ALARM = Result("harmless", "three", "SEC-02", 1, ("a case became fail",))
PASSES = Result("inability", "500: GET x", "SEC-03", 4, ("a case passes", "another passes"))


def _ignore(done: int, total: int) -> None:
    assert done <= total


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
    assert {task.stage for task in wanted} == {"azure"}
    assert {task.control for task in wanted if task.kind != "violation"} == {"SEC-10"}
    others = [task for task in wanted if task.kind != "violation"][::40]
    assert {result.control for task in others for result in attempt(task)} <= {"SEC-10"}
