"""`apex-assurance export` writes other forms of a pack, outside it, whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assurance.command_line.commands.export import WRITERS
from assurance.command_line.main import main
from tests.assurance.command_line.commands.packs import write_pack


@pytest.mark.parametrize("form", list(WRITERS))
def test_every_form_is_written(form: str, tmp_path: Path) -> None:
    """Each form is written beside the pack, which is left as it was."""
    pack = write_pack(tmp_path / "pack")
    before = {path: path.read_bytes() for path in pack.rglob("*") if path.is_file()}
    assert main(["export", str(pack), "--as", form, "--output", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out").stat().st_size > 0
    assert {path: path.read_bytes() for path in pack.rglob("*") if path.is_file()} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "pack"]


def test_a_file_within_the_pack_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What would break the pack's seal is refused."""
    pack = write_pack(tmp_path / "pack")
    assert main(["export", str(pack), "--as", "sarif", "--output", str(pack / "x.sarif")]) == 2
    assert "seal would break" in capsys.readouterr().err
    assert not (pack / "x.sarif").exists()


def test_folder_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An output that cannot be written is one error, with its path."""
    pack = write_pack(tmp_path / "pack")
    output = tmp_path / "nowhere" / "x"
    assert main(["export", str(pack), "--as", "ocsf", "--output", str(output)]) == 2
    assert str(output) in capsys.readouterr().err


def test_edited_results_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Results that do not conform to their schema are not told on."""
    pack = write_pack(tmp_path / "pack")
    results = pack / "results.json"
    document = json.loads(results.read_text(encoding="utf-8"))
    document["run"]["source"] = "TRUTH"
    results.write_text(json.dumps(document), encoding="utf-8")
    assert main(["export", str(pack), "--as", "sarif", "--output", str(tmp_path / "x")]) == 2
    assert str(results) in capsys.readouterr().err
