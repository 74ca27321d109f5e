"""Annotations: the worst shows in a pipeline's log, and nothing in a finding can forge another command."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from assurance.command_line.main import main
from tests.assurance.command_line.commands.packs import failing, unjudged, write_pack

FORGING = "x\r\n::add-mask::y\n##vso[task.setvariable variable=a]z 100%"


def test_failures_come_before_what_was_not_evaluated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A finding is an error with its severity, what could not be judged a warning."""
    pack = write_pack(tmp_path, unjudged(), failing())
    assert main(["annotate", str(pack), "--for", "github"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("::error title=CRITICAL SEC-06 sql-0%3A ")
    assert "observed Enabled. az sql server update --name sql-0" in first
    assert second.startswith(("::warning title=HIGH SEC-08", "::warning title=CRITICAL SEC-08"))
    assert second.endswith("not evaluated (1 case of SEC-08): No permission. Grant Reader.")


@pytest.mark.parametrize("service", ["github", "azure"])
def test_line_breaks_cannot_forge_a_command(service: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A name with a line break and a command in it stays within its own annotation."""
    pack = write_pack(tmp_path, failing(observed=FORGING), replace(unjudged(reason=FORGING), subject=FORGING))
    main(["annotate", str(pack), "--for", service])
    first, second = capsys.readouterr().out.splitlines()
    for line in (first, second):
        assert "100%25" in line
        assert "##vso[task.setvariable" not in line.removeprefix("##vso[")


def test_the_worst_ten_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Ten annotations are printed; what is beyond them is counted, and the summary named."""
    pack = write_pack(tmp_path, *(failing(number) for number in range(13)))
    main(["annotate", str(pack), "--for", "github"])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 11
    assert lines[-1] == f"3 more findings stand in {pack / 'summary.md'}."


def test_directory_without_results_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is no evidence pack is one clear error, with the wrong file's name."""
    assert main(["annotate", str(tmp_path), "--for", "azure"]) != 0
    assert f"{tmp_path / 'results.json'}: the results of a run were expected" in capsys.readouterr().err
