"""What a run came to: only a whole pack that agrees with the exit status is a decision."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assurance.command_line.fleet.outcomes import Outcome, in_order, numbers, outcome_of, status_of
from assurance.command_line.fleet.page import page
from assurance.command_line.fleet.telling import MAX_LINES, lines
from assurance.evidence.pack import begin
from assurance.verdicts import Decision

FILE = Path("environments/prod.toml")


def write_decision(pack: Path, **changed: object) -> Path:
    """Write the decision of a run that is GO, but for what is changed."""
    pack.mkdir()
    values = {
        "environment": "prod", "complete": True, "decision": "GO", "scope": "for SEC", "source": "LIVE",
        "exit_status": 0, "counts": {"pass": 7}, "failing_controls": [],
    }  # fmt: skip
    (pack / "decision.json").write_text(json.dumps(values | changed), encoding="utf-8")
    return pack


def test_a_whole_pack_is_a_decision(tmp_path: Path) -> None:
    """Decision, scope and counts are those of the pack."""
    outcome = outcome_of(FILE, 0, [], [write_decision(tmp_path / "pack")], 1.0)
    assert (outcome.decision, outcome.scope, sum(outcome.counts.values())) == (Decision.GO, "for SEC", 7)


@pytest.mark.parametrize(
    "changed", [{"complete": False}, {"exit_status": 10}, {"decision": "PERHAPS"}, {"counts": {"maybe": 1}}]
)
def test_a_pack_that_does_not_agree_is_none(changed: dict[str, object], tmp_path: Path) -> None:
    """What is incomplete, of another exit status or not readable is not judged, never GO."""
    outcome = outcome_of(FILE, 0, [], [write_decision(tmp_path / "pack", **changed)], 1.0)
    assert outcome.decision is None
    assert outcome.reason


def test_a_pack_that_is_marked_is_none(tmp_path: Path) -> None:
    """The mark of a run that was killed counts, whatever its files say."""
    pack = write_decision(tmp_path / "pack")
    begin(pack)
    assert outcome_of(FILE, 0, [], [pack], 1.0).decision is None


@pytest.mark.parametrize("status", [0, 1, 10])
def test_an_exit_status_alone_is_no_decision(status: int) -> None:
    """Without a pack nothing was judged: Python ends with 1 too when it breaks down."""
    assert outcome_of(FILE, status, ["Traceback"], [], 1.0).decision is None


@pytest.mark.parametrize(("status", "said"), [(4, "no such file"), (-9, "signal 9"), (5, "nothing was selected")])
def test_the_reason_is_told(status: int, said: str) -> None:
    """What pytest says of wrong input is told, else how the process ended."""
    told = ["noise", "ERROR: no such file"] if status == 4 else []
    assert said in outcome_of(FILE, status, told, [], 1.0).reason


@pytest.mark.parametrize(
    ("decisions", "status"),
    [
        ([Decision.GO, Decision.GO], 0),
        ([Decision.GO, Decision.INCONCLUSIVE], 10),
        ([Decision.INCONCLUSIVE, None, Decision.GO], 4),
        ([Decision.GO, None, Decision.NO_GO, Decision.INCONCLUSIVE], 1),
        ([], 4),
    ],
)
def test_the_exit_status_is_the_worst(decisions: list[Decision | None], status: int) -> None:
    """NO-GO stands over what was not judged, that over INCONCLUSIVE, and that over GO."""
    assert status_of([Outcome(FILE, decision=one) for one in decisions]) == status


def test_a_large_fleet_is_told_in_twelve_lines() -> None:
    """The worst are named first, the others counted; the page has them all."""
    fleet = [Outcome(Path(f"e{number}.toml"), decision=Decision.GO) for number in range(99)]
    fleet.append(Outcome(Path("worst.toml"), reason="its file is <b>wrong</b>"))
    told = lines(fleet, "reports/fleet.html", interrupted=False)
    assert len(told) == MAX_LINES
    assert told[0] == "NOT JUDGED    worst.toml: its file is <b>wrong</b>"
    assert told[-2] == "100 environments: 1 NOT JUDGED, 99 GO"
    assert told[-3] == "and 91 more environments, in the page"
    whole = page(fleet, Path("reports"), ended="now", interrupted=False)
    assert all(f"<code>{one.file}</code>" in whole for one in fleet)
    assert "<b>" not in whole
    assert "http" not in whole.replace("http-equiv", "")


def test_environments_are_in_order_and_counted() -> None:
    """From the worst to the best."""
    fleet = [Outcome(Path(str(one)), decision=one) for one in (Decision.GO, None, Decision.NO_GO)]
    assert [one.word for one in in_order(fleet)] == ["NO-GO", "NOT JUDGED", "GO"]
    assert numbers(fleet) == {"NO-GO": 1, "NOT JUDGED": 1, "INCONCLUSIVE": 0, "GO": 1}
