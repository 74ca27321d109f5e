"""Annotations: each finding shows in a pipeline's log, and nothing in a finding can forge another command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assurance.command_line.main import main

FINDING = {
    "control": "SEC-06",
    "subject": "sql-apex-prod",
    "statement": "Each declared service has public network access disabled.",
    "verdict": "fail",
    "expected": "publicNetworkAccess is Disabled",
    "observed": "Enabled",
    "reason": "",
    "remedy": "az sql server update",
}


def pack(directory: Path, *verdicts: dict[str, str]) -> Path:
    """Return a directory with these verdicts as its results."""
    (directory / "results.json").write_text(json.dumps({"verdicts": verdicts}), encoding="utf-8")
    return directory


def test_failures_come_before_what_was_not_evaluated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A failure is an error, what could not be judged a warning, and a pass is not annotated."""
    unjudged = FINDING | {"verdict": "not_evaluated", "reason": "No permission.", "remedy": "Grant Reader."}
    pack(tmp_path, unjudged, FINDING, FINDING | {"verdict": "pass"})
    assert main(["annotate", str(tmp_path), "--for", "github"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == (
        "::error title=SEC-06 sql-apex-prod%3A Each declared service has public network access disabled."
        "::expected publicNetworkAccess is Disabled; observed Enabled. az sql server update"
    )
    assert second.startswith("::warning title=SEC-06")
    assert second.endswith("not evaluated: No permission. Grant Reader.")


@pytest.mark.parametrize("service", ["github", "azure"])
def test_line_breaks_cannot_forge_a_command(service: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A name with a line break and a command in it stays within its own annotation."""
    pack(tmp_path, FINDING | {"observed": "x\r\n::add-mask::y\n##vso[task.setvariable]z 100%"})
    main(["annotate", str(tmp_path), "--for", service])
    [line] = capsys.readouterr().out.splitlines()
    assert "%0D%0A::add-mask::y%0A##vso" in line
    assert "100%25" in line


def test_more_than_the_service_shows_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is beyond the service's bound is counted, and the summary named."""
    pack(tmp_path, *[FINDING] * 13)
    main(["annotate", str(tmp_path), "--for", "github"])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 11
    assert lines[-1] == f"3 more findings stand in {tmp_path / 'summary.md'}."


def test_directory_without_results_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is no evidence pack is one clear error, with the wrong file's name."""
    assert main(["annotate", str(tmp_path), "--for", "azure"]) == 2
    assert f"{tmp_path / 'results.json'}: the results of a run were expected" in capsys.readouterr().err
