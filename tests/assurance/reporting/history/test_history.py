"""A history: nights in UTC, failures and times to green, and everything that is broken or missing, by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assurance.command_line.main import main
from assurance.evidence.pack import LEDGER
from assurance.reporting.history.courses import PeriodError, beginning, courses
from assurance.reporting.history.model import History
from assurance.reporting.history.page import page
from assurance.reporting.history.reading import Period, read_history
from assurance.reporting.history.text import night_problems, problem_lines
from assurance.verdicts import Source, Verdict
from tests.assurance.reporting.history.ledgers import NOW, PASSES, START, LedgerMaker, edited, nights

FAILS = {**PASSES, "SEC-06": {Verdict.PASS: 4, Verdict.FAIL: 1}}
WAIVED = {**PASSES, "SEC-06": {Verdict.WAIVED: 1}}
UNJUDGED = {**PASSES, "SEC-06": {Verdict.NOT_EVALUATED: 1}}


def history(directory: Path, until: datetime = NOW, since: datetime | None = None) -> History:
    """Read a history as a run does at its end."""
    return read_history(directory, Period(since, until), open_packs=False)


@pytest.fixture
def maker(tmp_path: Path) -> LedgerMaker:
    """A ledger that is being made."""
    return LedgerMaker(tmp_path / "reports" / "prod")


def test_two_missing_nights_are_told_together_with_their_dates(maker: LedgerMaker) -> None:
    """Two nights without a run are one gap with both dates, and the others are held."""
    nights(maker, 59, without=(9, 10))
    series = history(maker.write()).series
    assert (series.first, series.last, series.nights) == (date(2026, 1, 1), date(2026, 2, 28), 59)
    assert night_problems(series.gaps) == ["2026-01-10 to 2026-01-11 (2 nights): no run"]


def test_nights_do_not_move_with_daylight_saving_time(maker: LedgerMaker) -> None:
    """Runs shortly before and after midnight UTC hold every night of March, in which clocks change."""
    zone_free = [datetime(2026, 3, day, 23 if day % 2 else 0, 30, tzinfo=UTC) for day in range(1, 32)]
    for at in zone_free:
        maker.run(at)
    series = history(maker.write(), until=datetime(2026, 4, 1, 0, 5, tzinfo=UTC)).series
    assert (series.nights, series.gaps) == (31, ())


def test_tonight_is_missing_only_tomorrow(maker: LedgerMaker) -> None:
    """A night that has begun without its run is no gap before it has ended."""
    nights(maker, 3)
    directory = maker.write()
    assert history(directory, until=START + timedelta(days=3)).series.gaps == ()
    assert [gap.night for gap in history(directory, until=START + timedelta(days=4)).series.gaps] == [date(2026, 1, 4)]


def test_only_a_complete_run_of_the_deployment_holds_a_night(maker: LedgerMaker) -> None:
    """A replay, an interrupted run and one that judged less are named in place of the night's run."""
    maker.run(START)
    replayed = maker.run(START + timedelta(days=1), source="RECORDED")
    cut = maker.run(START + timedelta(days=2), complete=False)
    partial = maker.run(START + timedelta(days=3), {"SEC-01": {Verdict.PASS: 1}}, nightly=False)
    maker.run(START + timedelta(days=4), nightly=False)
    maker.run(START + timedelta(days=5))
    series = history(maker.write(), until=START + timedelta(days=5, hours=1)).series
    assert night_problems(series.gaps) == [
        f"2026-01-02: {replayed} is RECORDED",
        f"2026-01-03: {cut} was interrupted",
        f"2026-01-04: {partial} did not judge all that the nightly run judges",
    ]


def test_time_to_green_ends_with_a_pass(maker: LedgerMaker) -> None:
    """A waiver and an inability end no failure; the mean is over failures that ended, and an open one is told."""
    for night, verdicts in enumerate([PASSES, FAILS, FAILS, PASSES, FAILS, WAIVED, UNJUDGED, PASSES, FAILS]):
        maker.run(START + timedelta(days=night), verdicts)
    other, course = courses(history(maker.write()).counted)
    assert (other.control, other.failed, other.mean_to_green) == ("SEC-01", 0, None)
    assert course.to_green == (timedelta(days=2), timedelta(days=3))
    assert course.mean_to_green == timedelta(days=2, hours=12)
    assert (course.first_failure, course.last_failure) == (START + timedelta(days=1), START + timedelta(days=8))
    assert course.failing_since == START + timedelta(days=8)


def test_the_trend_counts_cases_from_run_to_run(maker: LedgerMaker) -> None:
    """Failing cases, and those that could not be judged, are drawn over the runs that count, none being the aim."""
    for day, failing in enumerate((3, 1)):
        verdicts = {"SEC-01": {Verdict.FAIL: failing, Verdict.PASS: 5}, "SEC-02": {Verdict.NOT_EVALUATED: 2}}
        maker.run(NOW - timedelta(days=2 - day), verdicts)
    drawn = page(history(maker.write()))
    told = "Latest {} cases; lowest {}, highest {}, threshold 0. 2 of 2 runs have a figure."
    for title, numbers in (("Failing cases", (1, 1, 3)), ("Cases not evaluated", (2, 2, 2))):
        assert told.format(*numbers) in drawn.partition(f">{title}<")[2][:900]


def test_an_edited_line_is_named_and_proves_nothing(maker: LedgerMaker) -> None:
    """A line that was edited is told with its number, its run is shown and does not count, and its night is missing."""
    nights(maker, 5)
    directory = maker.write()
    edited(directory, 3, decision="NO-GO")
    found = history(directory, until=START + timedelta(days=4, hours=1))
    assert found.chain_is_broken
    assert f"{directory / LEDGER}: line 3 was edited: its digest is not that of what it says" in problem_lines(found)
    assert (len(found.runs), len(found.counted)) == (5, 4)
    assert [gap.night for gap in found.series.gaps] == [date(2026, 1, 3)]


def test_a_removed_line_is_named_with_the_pack_that_it_told_of(maker: LedgerMaker) -> None:
    """Where a line was removed, the next one is told not to follow, and the pack to stand in no line."""
    nights(maker, 4)
    directory = maker.write()
    lines = (directory / LEDGER).read_bytes().splitlines(keepends=True)
    (directory / LEDGER).write_bytes(b"".join(lines[:1] + lines[2:]))
    orphan = "20260102T010000Z-000001"
    (directory / orphan / "results.json").write_text("{}")
    told = problem_lines(history(directory))
    assert any("line 2 does not follow line 1" in one for one in told)
    assert f"pack {orphan} stands in no line of the ledger: its line was removed, or it came from elsewhere" in told


def test_a_missing_pack_is_named_and_its_verdicts_are_known(maker: LedgerMaker) -> None:
    """A pack that is gone is told, by the terminal and on the page; the ledger still has what its run came to."""
    maker.run(START)
    gone = maker.run(START + timedelta(days=1), FAILS, has_pack=False)
    found = history(maker.write())
    assert problem_lines(found) == [f"run {gone}: its pack is missing"]
    assert found.runs[1].verdict_of("SEC-06") is Verdict.FAIL
    assert "its pack is missing" in page(found)
    assert f'href="{gone}/' not in page(found)


def test_live_runs_count_where_there_is_one(maker: LedgerMaker) -> None:
    """Where any run is live, runs of the sandbox and replays do not count; without one, the sandbox does."""
    maker.run(START, FAILS, source="SANDBOX")
    directory = maker.write()
    assert history(directory).basis is Source.SANDBOX
    maker.run(START + timedelta(days=1))
    found = history(maker.write())
    assert (found.basis, [run.source for run in found.counted]) == (Source.LIVE, [Source.LIVE])


def test_a_period_begins_at_midnight_utc(maker: LedgerMaker) -> None:
    """What began before the period is left out, and an approval of a baseline within it is told."""
    nights(maker, 20)
    maker.line("baseline", {"run": "x", "approver": "Sam Lee", "change": "CR-7", "approved": "2026-01-15T08:00:00Z"})
    found = history(maker.write(), since=beginning("2026-01-11", NOW))
    assert found.runs[0].night == date(2026, 1, 11)
    assert [(approval.approver, approval.change) for approval in found.approvals] == [("Sam Lee", "CR-7")]
    assert beginning("90d", NOW) == datetime(2025, 12, 1, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "90", "-3d", "2026-02-30", "2027-01-01", "99999d", "yesterday"])
def test_what_is_no_period_is_refused(text: str) -> None:
    """Each of these is refused with what was given and what was expected."""
    with pytest.raises(PeriodError, match="were expected"):
        beginning(text, NOW)


def test_the_command_tells_and_writes(maker: LedgerMaker, capsys: pytest.CaptureFixture[str]) -> None:
    """In the terminal the missing night, the unsealed pack and the way of each control stand; the page is written."""
    nights(maker, 4, without=(2,))
    reports = str(maker.write().parent)
    assert main(["history", "--env", "prod", "--reports", reports, "--html"]) == 0
    told = capsys.readouterr().out
    assert "chain      unbroken" in told
    assert "missing    2026-01-03: no run" in told
    assert "its pack lacks manifest.json" in told
    assert "2026-01-01 01:00  GO" in told
    assert "✓✓✓" in told
    written = (maker.directory / "index.html").read_text(encoding="utf-8")
    assert written.count('href="20260101T010000Z-000000/report.html"') == 1
    assert "compared with the ledger" in written


def test_an_unknown_environment_is_refused(maker: LedgerMaker, capsys: pytest.CaptureFixture[str]) -> None:
    """An environment without a ledger is one message that names those that have one, and nothing is written."""
    maker.run(START)
    reports = maker.write().parent
    assert main(["history", "--env", "../prod", "--reports", str(reports), "--html"]) == 2
    assert "environments with a ledger" in capsys.readouterr().err
    assert main(["history", "--env", "dev", "--reports", str(reports)]) == 2
    assert ": prod; give one of them" in capsys.readouterr().err


def test_unknown_verdicts_are_told(maker: LedgerMaker) -> None:
    """A history whose ledger tells no outcome says so for each run, and judges no control by it."""
    maker.run(START)
    found = history(maker.write())
    silent = replace(found, runs=tuple(replace(run, outcome=None) for run in found.runs))
    assert problem_lines(silent) == [f"run {found.runs[0].id}: its verdicts are not known"]
    assert courses(silent.counted) == ()


LINES = st.lists(st.sampled_from(["run", "begun", "killed", "baseline", "a kind of tomorrow"]), min_size=1, max_size=8)


@settings(max_examples=40)
@given(LINES)
def test_a_history_survives_every_kind_of_line_in_every_order(
    tmp_path_factory: pytest.TempPathFactory, kinds: list[str]
) -> None:
    """Runs that ended, began or were killed, approvals and kinds yet unknown are read, and what is killed is told."""
    maker = LedgerMaker(tmp_path_factory.mktemp("history") / "prod")
    for day, kind in enumerate(kinds):
        at = START + timedelta(days=day)
        if kind == "run":
            maker.run(at)
        elif kind == "baseline":
            moment = f"{at:%Y-%m-%dT%H:%M:%S}.000Z"
            maker.line(kind, {"run": "r", "approver": "Sam Lee", "change": "CR-1", "approved": moment})
        else:
            maker.line("begun" if kind == "killed" else kind, {"run": f"{kind}-{day}", "environment": "prod"})
    for open_packs in (False, True):
        history = read_history(maker.write(), Period(None, NOW), open_packs=open_packs)
        assert len(history.runs) == kinds.count("run")
        told = [problem for problem in history.problems if "has begun and not ended" in problem]
        assert len(told) == kinds.count("begun") + kinds.count("killed")
