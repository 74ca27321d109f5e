"""Commands that print or write what a run or a deployment is: annotate, export, init, inventory, writes."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import tomli_w

from assurance.command_line.commands.export import WRITERS
from assurance.command_line.main import main
from assurance.environment import load
from sandbox import Sandbox
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


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """The stand-ins, with their token where the environment file says that it is."""
    with Sandbox() as running:
        os.environ.update(running.environment_variables())
        yield running
        for name in running.environment_variables():
            del os.environ[name]


def _environment(sandbox: Sandbox, folder: Path) -> str:
    path = folder / "environment.toml"
    base = ROOT / "environments" / "sandbox.toml"
    path.write_text(tomli_w.dumps({"extends": str(base), **sandbox.overlay()}), encoding="utf-8")
    return str(path)


def test_inventory_is_that_of_the_shipped_release(
    sandbox: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is written agrees, but for the date, with the inventory that the sandbox's pipeline left."""
    output = tmp_path / "inventory.json"
    assert main(["inventory", "--env", _environment(sandbox, tmp_path), "--output", str(output)]) == 0
    left = json.loads(Path(sandbox.artefacts["inventory"]).read_text(encoding="utf-8"))
    written = json.loads(output.read_text(encoding="utf-8"))
    assert written == {**left, "deployed": "2026-02-03T09:31:07Z"}
    assert "ca-apex-sandbox--r0012" in capsys.readouterr().out


def test_unknown_state_writes_nothing(sandbox: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where Azure has no such application, the command says so and leaves no file."""
    sandbox.estate.remove("containerApps/ca-apex-sandbox")
    output = tmp_path / "inventory.json"
    assert main(["inventory", "--env", _environment(sandbox, tmp_path), "--output", str(output)]) != 0
    assert "cannot be written" in capsys.readouterr().err
    assert not list(tmp_path.glob("inventory.json*"))


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
