"""Bundled tapes, moments, and what comes from outside, read strictly."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assurance.errors import BrokenReading, TapeRefused
from assurance.tape import Reading, Tape, TapeHeader, sha256, utc_now
from assurance.tape.bundle import FILES, bundle, bundled
from assurance.tape.moments import clock_error, from_text, told
from assurance.tape.strict_json import MAX_BYTES, MAX_WRITTEN_BYTES, NO_JSON, UnfitJson, parse, read_plain
from assurance.world.azure.document import Document

BODIES = (b'{"id": "x"}', "säule\r\n\u2028".encode(), bytes(range(256)))


@pytest.fixture
def tape(tmp_path: Path) -> Path:
    """A sealed tape with a body of JSON, one of text and one of bytes."""
    directory = tmp_path / "tape"
    made = Tape.create(directory, TapeHeader("prod", "s", "g", "SANDBOX", "a test", ("inside",), utc_now()))
    for number, body in enumerate(BODIES):
        reading = Reading(f"k{number}", "http", "GET https://x/", utc_now(), 1, 200, sha256=sha256(body), body=body)
        made.obtain(reading.key, lambda reading=reading: reading)  # type: ignore[misc]  # a default binds the loop's value
    made.seal(utc_now())
    return directory


def test_one_file_holds_the_same_readings(tape: Path, tmp_path: Path) -> None:
    """Bundled, replayed and copied into a pack, a tape is the same, byte for byte."""
    bundle(tape, tmp_path / "one")
    found = Tape.open(tmp_path / "one")
    assert found.readings() == Tape.open(tape).readings()
    found.copy_to(tmp_path / "again")
    files = [path.relative_to(tape) for path in tape.rglob("*") if path.is_file()]
    assert len(files) == 7
    assert [name for name in files if (tmp_path / "again" / name).read_bytes() != (tape / name).read_bytes()] == []
    assert len(list((tmp_path / "one").iterdir())) == 2


def test_a_tape_in_many_files_is_no_bundle(tape: Path) -> None:
    """Where there is no such file, the folders count."""
    assert bundled(tape) is None


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        '{"file": "readings/x.json"}',
        '{"file": "../../x", "text": "x"}',
        '{"file": "bodies/..", "text": "x"}',
        '{"file": "bodies/x", "base64": "?"}',
        '{"text": "x"}',
    ],
)
def test_a_line_of_another_form_is_refused(tape: Path, tmp_path: Path, line: str) -> None:
    """What `bundle` does not write is refused, with its line, and reaches no path."""
    bundle(tape, tmp_path / "one")
    path = tmp_path / "one" / FILES
    path.write_text(path.read_text("utf-8") + line + "\n", "utf-8")
    with pytest.raises(TapeRefused, match="line 7"):
        Tape.open(tmp_path / "one")


@pytest.mark.parametrize("which", ["readings/", "bodies/"])
def test_what_was_edited_or_removed_is_refused(tape: Path, tmp_path: Path, which: str) -> None:
    """An edited line, and one that is missing, show as they do in many files."""
    bundle(tape, tmp_path / "one")
    path = tmp_path / "one" / FILES
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    first = next(line for line in lines if line["file"].startswith(which))
    for changed in ([line for line in lines if line is not first], [{"file": first["file"], "text": "{}"}, *lines[1:]]):
        kept = changed if len(changed) < len(lines) else [*(x for x in lines if x is not first), changed[0]]
        path.write_text("".join(f"{json.dumps(line)}\n" for line in kept), "utf-8")
        with pytest.raises(TapeRefused):
            Tape.open(tmp_path / "one")


MOMENT = datetime(2026, 2, 3, 9, 31, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["2026-02-03T09:31:07Z", "2026-02-03T09:31:07", "2026-02-03T09:31:07+00:00", "2026-02-03T10:31:07+01:00",
     "2026-02-03 09:31:07Z", "2026-02-03T09:31:07.0000000Z"],
)  # fmt: skip
def test_one_moment_in_many_spellings(text: str) -> None:
    """With seven digits, with an offset or without a zone: the moment is the same."""
    assert from_text(text) == MOMENT


def test_digits_beyond_the_sixth_are_cut() -> None:
    """Azure tells ten millionths of a second, Python keeps millionths."""
    assert from_text("2026-02-03T09:31:07.1234567") == MOMENT.replace(microsecond=123456)


@pytest.mark.parametrize(
    "text", ["yesterday", "2026-13-40T00:00:00Z", "", "2026-02-03", "Wed, 16 Sep 2020 03:31:11 GMT"]
)
def test_what_is_no_time_is_none(text: str) -> None:
    """Anything else is no time, and an answer that has it there is broken."""
    assert from_text(text) is None
    with pytest.raises(BrokenReading):
        Document({"at": text}, ("k",)).moment("at")


def test_absent_times_are_none() -> None:
    """What Azure does not tell is None, and is told as no time."""
    assert Document({}, ("k",)).moment("at") is None
    assert Document({}, ("k",)).duration("for") is None
    assert told(None) == "no time"


@pytest.mark.parametrize(("text", "wanted"), [("PT5M", 5), ("PT1H", 60), ("P1D", 1440), ("PT1H30M", 90)])
def test_durations(text: str, wanted: int) -> None:
    """Windows are told as durations of ISO 8601."""
    assert Document({"for": text}, ("k",)).duration("for") == timedelta(minutes=wanted)


@pytest.mark.parametrize("text", ["", "P", "PT", "5M", "00:05:00", "P1Y"])
def test_what_is_no_duration_is_broken(text: str) -> None:
    """An answer that has no duration where one belongs is broken."""
    with pytest.raises(BrokenReading):
        Document({"for": text}, ("k",)).duration("for")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"state": "Disabled", "state": "Enabled"}', "'state' stands twice"),
        ('{"a": [{"b": 1, "c": 2, "b": 1}]}', "'b' stands twice"),
        ('{"\\u0061": 1, "a": 2}', "'a' stands twice"),
        ('{"a": NaN}', "NaN is no number"),
        ('{"a": -Infinity}', "-Infinity is no number"),
        ('{"a": 1e999}', "too large"),
        ('{"a": "\\ud800"}', "half a surrogate pair"),
        ('{"\\udfff": 1}', "half a surrogate pair"),
        ("[" * 100_000, "nested too deep"),
        ("1" * 5000, "number in it is too long"),
        ("{", NO_JSON),
        ("", NO_JSON),
        ("<html>", NO_JSON),
    ],
    ids=lambda value: value[:30],
)
def test_what_is_unfit(text: str, reason: str) -> None:
    """As text and as bytes."""
    for content in (text, text.encode()):
        with pytest.raises(UnfitJson, match=reason):
            parse(content)


def test_bytes_that_are_no_text_are_unfit() -> None:
    """Nothing is guessed of another encoding."""
    with pytest.raises(UnfitJson, match="not UTF-8"):
        parse(b'{"a": "\xff"}')


def test_what_is_fit() -> None:
    """A whole surrogate pair, a byte order mark, an exponent, and one name in two objects."""
    content = '\ufeff{"a": {"b": "\\ud83d\\ude00"}, "b": 1e100, "c": [{"b": 1}, {"b": 2}], "d": null}'.encode()
    assert parse(content) == {"a": {"b": "\U0001f600"}, "b": 1e100, "c": [{"b": 1}, {"b": 2}], "d": None}


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    """A plain file, and one that a link leads to, up to the last byte that is allowed."""
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    link = tmp_path / "link"
    link.symlink_to(path)
    assert read_plain(path) == read_plain(link, 5) == b"12345"


@pytest.mark.parametrize("place", ["pipe", "device", "link to a device", "folder"])
def test_what_is_no_plain_file_is_refused(tmp_path: Path, place: str) -> None:
    """A pipe that nobody writes to, a device without end, a folder."""
    path = tmp_path / "place"
    if place == "pipe":
        os.mkfifo(path)
    elif place == "link to a device":
        path.symlink_to("/dev/zero")
    elif place == "folder":
        path.mkdir()
    with pytest.raises(OSError, match=r"no plain file|directory"):
        read_plain(Path("/dev/zero") if place == "device" else path)


@pytest.mark.parametrize("most", [5, MAX_WRITTEN_BYTES, MAX_BYTES])
def test_what_is_too_long_is_refused(tmp_path: Path, most: int) -> None:
    """One byte beyond the bound is told, with the bound."""
    path = tmp_path / "file"
    with path.open("wb") as file:
        file.truncate(most + 1)
    with pytest.raises(OSError, match=f"longer than {most} bytes"):
        read_plain(path, most)


@pytest.mark.parametrize(
    ("begun", "error"),
    [
        ("2026-11-29T08:28:14Z", ""),
        ("2026-11-29T08:15:00Z", ""),
        ("2026-11-29T08:32:00Z", ""),
        ("2026-11-29T08:40:17Z", "12 minutes ahead of"),
        ("2026-11-29T08:10:00Z", "18 minutes behind"),
        ("2027-11-29T08:28:14Z", "364 days ahead of"),
        ("", ""),
    ],
)
def test_a_clock_is_held_against_what_a_service_says(begun: str, error: str) -> None:
    """The earliest answer counts; a run that takes long to ask is not taken for a clock that is behind."""
    dates = ["", "no date", "Sun, 29 Nov 2026 09:28:17 GMT", "Sun, 29 Nov 2026 08:28:17 GMT"]
    told = clock_error(begun, dates)
    assert told == (f"{error} that of the service that was asked" if error else "")
    assert not clock_error(begun, ["", "no date"])
