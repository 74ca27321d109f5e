"""A tape in one file holds the same readings as one in many, and is refused where it was cut or edited."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assurance.errors import TapeRefused
from assurance.tape import Reading, Tape, TapeHeader, sha256, utc_now
from assurance.tape.bundle import FILES, bundle, bundled

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
