"""The ledger: a chain that shows what was changed, and that runs ending at once lengthen one after another."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assurance.evidence import ledger
from assurance.evidence.ledger import LedgerError, Link, LocalLedger

APPEND = """
import sys
from functools import partial
from pathlib import Path
from assurance.evidence import ledger
place = ledger.LocalLedger(Path(sys.argv[1]))
for number in range(int(sys.argv[2])):
    ledger.extend(place, lambda link: link.append("run", {"run": f"{sys.argv[3]}-{number}"}))
"""


def chain(path: Path, length: int) -> list[bytes]:
    """Write a ledger of some runs, and return its lines."""
    for number in range(length):
        facts: dict[str, str | bool] = {"run": f"run-{number}", "complete": True}
        ledger.extend(LocalLedger(path), partial(Link.append, kind=ledger.RUN, facts=facts))
    return path.read_bytes().splitlines(keepends=True)


def test_a_chain_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Each entry follows the one before, the first follows nothing, and the facts are those that were given."""
    path = tmp_path / "ledger.jsonl"
    chain(path, 3)

    entries = ledger.read(path)
    assert [entry.facts["run"] for entry in entries] == ["run-0", "run-1", "run-2"]
    assert [entry.previous for entry in entries] == ["", entries[0].digest, entries[1].digest]
    assert entries[0].facts == {"run": "run-0", "complete": True}


@settings(deadline=None)
@given(st.data())
def test_any_change_shows(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """A line removed before the last, two lines exchanged, or any one byte changed leaves no sound chain."""
    path = tmp_path_factory.mktemp("ledger") / "ledger.jsonl"
    lines = chain(path, 4)
    match data.draw(st.sampled_from(["remove", "exchange", "change"])):
        case "remove":
            del lines[data.draw(st.integers(0, 2))]
        case "exchange":
            one = data.draw(st.integers(0, 2))
            lines[one], lines[one + 1] = lines[one + 1], lines[one]
        case _:
            whole = bytearray(b"".join(lines))
            whole[data.draw(st.integers(0, len(whole) - 1))] ^= 1
            lines = [bytes(whole)]
    path.write_bytes(b"".join(lines))

    with pytest.raises(LedgerError, match=r"ledger\.jsonl: "):
        ledger.read(path)


def test_processes_that_end_at_once_make_one_chain(tmp_path: Path) -> None:
    """Four processes that append at the same time leave one unbroken chain with every entry of each."""
    path = tmp_path / "ledger.jsonl"
    writers = [
        subprocess.Popen([sys.executable, "-c", APPEND, str(path), "15", name], stderr=subprocess.PIPE)
        for name in ("a", "b", "c", "d")
    ]
    for writer in writers:
        _, told = writer.communicate(timeout=120)
        assert writer.returncode == 0, told

    runs = {entry.facts["run"] for entry in ledger.read(path)}
    assert runs == {f"{name}-{number}" for name in "abcd" for number in range(15)}


def test_a_broken_end_is_not_continued(tmp_path: Path) -> None:
    """Where the last line is cut, nothing is appended, and the message says what to do."""
    path = tmp_path / "ledger.jsonl"
    lines = chain(path, 2)
    path.write_bytes(b"".join(lines)[:-20])
    before = path.read_bytes()

    with pytest.raises(LedgerError, match="restore the ledger, or move it aside"):
        ledger.extend(LocalLedger(path), lambda link: link.append(ledger.RUN, {"run": "run-2"}))
    assert path.read_bytes() == before


def test_an_empty_ledger_is_none(tmp_path: Path) -> None:
    """A ledger without a line is refused: a chain of nothing is no chain."""
    path = tmp_path / "ledger.jsonl"
    path.write_bytes(b"")
    with pytest.raises(LedgerError, match="empty"):
        ledger.read(path)


def test_a_ledger_takes_what_else_happened(tmp_path: Path) -> None:
    """Another kind of entry, such as the approval of a baseline, stands in the same chain."""
    path = tmp_path / "ledger.jsonl"
    chain(path, 1)
    told = {"sha256": "0" * 64, "approver": "an officer"}
    ledger.extend(LocalLedger(path), lambda link: link.append("baseline", told))

    assert [entry.kind for entry in ledger.read(path)] == ["run", "baseline"]
    assert json.loads(path.read_bytes().splitlines()[1])["approver"] == "an officer"
