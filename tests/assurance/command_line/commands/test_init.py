"""`apex-assurance init` writes a file once, whole, and says what it asks."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from assurance.command_line.main import main
from assurance.environment import load

ROOT = Path(__file__).parents[4]
TAPE = ROOT / "fixtures" / "recordings" / "prod"


def test_init_writes_a_file_from_a_tape(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The file loads, and the command lists its questions and what comes next."""
    output = tmp_path / "new" / "mine.toml"
    assert main(["init", "--from-tape", str(TAPE), "--output", str(output)]) == 0
    told = capsys.readouterr().out
    assert "defender.secure_score_floor" in told
    assert f"apex-assurance doctor --env {output}" in told
    assert load(output).resource_group == "apex-rg-prod"
    assert [file.name for file in output.parent.iterdir()] == ["mine.toml"]


def test_init_overwrites_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is there stays as it is, and the message says what to do."""
    output = tmp_path / "mine.toml"
    output.write_text("mine", encoding="utf-8")
    assert main(["init", "--from-tape", str(TAPE), "--output", str(output)]) != 0
    assert output.read_text(encoding="utf-8") == "mine"
    assert "--diff" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [output]


def test_diff_shows_what_a_file_would_gain(capsys: pytest.CaptureFixture[str]) -> None:
    """Against the shipped file, only what is an exception or is found beyond it; nothing is written."""
    shipped = ROOT / "environments" / "prod.toml"
    assert main(["init", "--from-tape", str(TAPE), "--diff", str(shipped)]) == 0
    told = capsys.readouterr().out.splitlines()
    assert "~ deployment.registry.public_access = true, and init would write false" in told
    assert not [line for line in told if "services." in line]


def test_a_cut_tape_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One error, no file."""
    cut = tmp_path / "tape"
    shutil.copytree(TAPE, cut)
    largest = max((file for file in cut.rglob("*") if file.is_file()), key=lambda file: file.stat().st_size)
    largest.write_bytes(largest.read_bytes()[:-100])
    assert main(["init", "--from-tape", str(cut), "--output", str(tmp_path / "x.toml")]) != 0
    assert "--from-tape" in capsys.readouterr().err
    assert not (tmp_path / "x.toml").exists()
