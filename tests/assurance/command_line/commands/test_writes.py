"""`apex-assurance writes` lists what a run would write, and nothing that its environment or selection leaves out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assurance.command_line.main import main

ROOT = Path(__file__).parents[4]


def _file(tmp_path: Path, text: str) -> str:
    """Return the path of an environment file that has this beside the sandbox's."""
    file = tmp_path / "mine.toml"
    file.write_text(f'extends = "{ROOT / "environments" / "sandbox.toml"}"\n{text}', encoding="utf-8")
    return str(file)


def _plans(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    assert main(["writes", "--json", *arguments]) == 0
    return [plan["name"] for plan in json.loads(capsys.readouterr().out)["plans"]]


@pytest.mark.parametrize(
    ("text", "what", "plans"),
    [
        ("", (), ["smoke", "e2e", "aace", "roles", "bad-input", "clean-up"]),
        ("", ("checks/smoke",), ["smoke", "clean-up"]),
        ("", ("bad", "SMK"), ["smoke", "bad-input", "clean-up"]),
        ("[application]\ndeep = true", ("BAD",), ["bad-input", "deep", "clean-up"]),
        ("", ("SLA",), ["load", "clean-up"]),
        ("[load]\nallowed = false", ("SLA",), []),
        ("[application]\nread_only = true", (), []),
    ],
)
def test_only_what_would_be_written_is_listed(
    text: str, what: tuple[str, ...], plans: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Flows that the environment does not allow, and those of other checks, are not listed; JSON and text agree."""
    file = _file(tmp_path, text)
    assert _plans(capsys, "--env", file, *what) == plans
    assert main(["writes", "--env", file, *what]) == 0
    told = capsys.readouterr().out
    assert [line.partition(",")[0] for line in told.splitlines() if line.partition(",")[0] in plans] == plans
    assert ("nothing" in told) is not bool(plans)


@pytest.mark.parametrize(
    ("access", "told"),
    [
        ('how = "pool"\nproject_ids = ["p-1", "p-2"]', "on the pool, and what is changed there is put back: p-1, p-2."),
        ('how = "command"\ncommand = ["grant", "{project_id}"]', "for each of which this is run: grant {project_id}"),
        ('how = "standing"\nproject_id = "p-1"', "Roles are tried on p-1"),
    ],
)
def test_where_it_is_written_is_told(
    access: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """On which projects the roles are tried depends on how they get their access."""
    assert main(["writes", "--env", _file(tmp_path, f"[application.access]\n{access}")]) == 0
    assert told in capsys.readouterr().out


def test_checks_that_there_are_not_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """A name that is none of checks which call the application is refused, with those that are."""
    assert main(["writes", "--env", str(ROOT / "environments" / "sandbox.toml"), "checks/security"]) != 0
    assert "checks/smoke" in capsys.readouterr().err
