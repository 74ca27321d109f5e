"""Change records, read and judged."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from assurance.change_records import parse
from assurance.change_records.change import ITEMS, GivenChange, find_record
from assurance.command_line.main import main
from assurance.errors import NotEvaluated, UsageError
from assurance.tape import Tape, TapeHeader, utc_now
from assurance.tape.redaction import Redactor
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


REDACTOR = Redactor(salt="test")
HEADER = TapeHeader("prod", "subscription", "group", "SANDBOX", "a test", ("inside",), "2026-11-02T20:00:00.000Z")


def begin(folder: Path, *more: str) -> int:
    """Begin a record as a user does."""
    words = ["new", "CR-7", "--env", "prod", "--title", 'The "new" \\ one\n', "--version", "v1.4.0", *more]
    return main(["change", "--changes", str(folder), *words])


def test_new_record_is_valid_and_open(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A record just begun is read without complaint, whatever its title, and shows every item that it lacks."""
    assert begin(tmp_path / "changes") == 0
    assert main(["change", "--changes", str(tmp_path / "changes"), "show", "CR-7"]) == 0
    shown = capsys.readouterr().out
    assert 'CR-7  The "new" \\ one  v1.4.0  prod' in shown
    assert "open  Step  1  Request with plans    no table [plans]" in shown
    assert "ok    Step 23  Rollback decision\n" in shown


def test_template_is_valid_once_filled_in(tmp_path: Path) -> None:
    """Every table that the template shows as a comment is one that a record may have."""
    begin(tmp_path, "--security-related")
    lines = (tmp_path / "CR-7.toml").read_text(encoding="utf-8").splitlines()
    tables = [line.removeprefix("# ") for line in lines if line.startswith(("# [", "# ")) and _is_toml(line)]
    known = [line for line in lines if not line.startswith("#")]
    record = parse("\n".join([*known, *tables]).encode(), "filled in")
    assert record.security_related
    assert record.closure is not None
    assert record.rollback is not None
    assert len(record.approvals) == 1


def _is_toml(line: str) -> bool:
    bare = line.removeprefix("# ")
    return bare.startswith("[") or (" = " in bare and bare.split(" = ")[0].replace("_", "").isalpha())


def test_existing_record_is_not_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """To begin the same record again is refused, and leaves it as it is."""
    begin(tmp_path)
    (tmp_path / "CR-7.toml").write_text("kept", encoding="utf-8")
    assert begin(tmp_path) == 2
    assert "there is one already" in capsys.readouterr().err
    assert (tmp_path / "CR-7.toml").read_text(encoding="utf-8") == "kept"


def test_check_ends_with_the_status_of_what_it_finds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is missing makes the check fail with status 1, and is counted."""
    begin(tmp_path)
    assert main(["change", "--changes", str(tmp_path), "check", "CR-7", "--moment", "pre_deployment"]) == 1
    assert "6 of 6 items are missing or wrong." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("number", "told"),
    [("../CR-7", "a number such as CR-2026-0042"), ("CR-", "a number such as CR-2026-0042")],
)
def test_wrong_number_is_refused(number: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A number that could lead to another folder is no number of a change."""
    words = ["new", number, "--env", "prod", "--title", "x", "--version", "v1"]
    assert main(["change", "--changes", str(tmp_path / "changes"), *words]) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "changes").exists()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"\xff", "UTF-8 text was expected"),
        (b"id = ", "the file is not valid TOML"),
        (b'id = "CR-1"\nsurprise = 1', "surprise: is not a known key"),
        (b'id = "42"', "id: "),
        (b"created = 2026-11-02T09:00:00", "created: a time with its offset was expected"),
        (b"[plans]\ndeployment = 1", "plans.deployment: a text in quotes was expected"),
        (b'[[approvals]]\nrole = "Janitor"', "approvals.0.role"),
        (b"[metrics]\ntotal_minutes = nan", "metrics.total_minutes: a finite number was expected"),
    ],
)
def test_wrong_record_is_refused_with_the_place(text: bytes, told: str) -> None:
    """What is wrong in a record is named with file and key."""
    with pytest.raises(UsageError, match=r"CR-1\.toml") as refused:
        parse(text, "changes/CR-1.toml")
    assert told in str(refused.value)


def test_missing_record_names_those_that_there_are(tmp_path: Path) -> None:
    """A number without a record is refused with the records that there are."""
    begin(tmp_path)
    with pytest.raises(UsageError, match="one of: CR-7"):
        find_record("CR-8", tmp_path)


def test_record_is_bound_to_the_tape_and_replays_without_the_file(tmp_path: Path) -> None:
    """The record stands on the tape with its digest, so that a replay judges the same and needs no file."""
    begin(tmp_path / "changes")
    path = tmp_path / "changes" / "CR-7.toml"
    tape = Tape.create(tmp_path / "tape", HEADER)
    given = GivenChange(tape, REDACTOR, "prod", path)
    first = given.change()
    tape.seal(utc_now())
    path.unlink()
    again = GivenChange(Tape.open(tmp_path / "tape"), REDACTOR, "prod", None)
    assert again.is_given
    assert again.change() == first
    assert first.readings == tuple(reading.key for reading in tape.readings())


def test_run_without_a_change_is_not_evaluated(tmp_path: Path) -> None:
    """Where a gate was given no change, its attestations are not evaluated, with the way to give it."""
    tape = Tape.create(tmp_path / "tape", HEADER)
    given = GivenChange(tape, REDACTOR, "prod", None)
    assert not given.is_given
    with pytest.raises(NotEvaluated, match="--change CR-"):
        given.change()
