"""The command line: its parser, its help, its completion."""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from assurance.command_line.main import all_commands, load_command, main
from assurance.command_line.output import CommandStatus

ROOT = Path(__file__).parents[3]
BASH = shutil.which("bash")


def script(shell: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Return the script of a shell."""
    assert main(["completion", shell]) == 0
    return capsys.readouterr().out


@pytest.mark.skipif(BASH is None, reason="no bash is installed")
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (["ver"], ["verify"]),
        (["verify", "--js"], ["--json"]),
        (["notify", "--as", ""], ["teams", "slack", "json"]),
        (["doctor", "--env", "sand"], ["sandbox"]),
        (["change", "sh"], ["show"]),
    ],
)
def test_bash_completes(typed: list[str], offered: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """What bash is offered for the last word is what can stand there."""
    words = " ".join(f"'{word}'" for word in ["apex-assurance", *typed])
    ask = f'\nCOMP_WORDS=({words}); COMP_CWORD={len(typed)}; _apex_assurance; printf "%s\\n" "${{COMPREPLY[@]}}"'
    command = [BASH or "", "-c", script("bash", capsys) + ask]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert ended.stdout.split() == offered


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_command_is_in_the_script(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    """No command is missing, whichever the shell."""
    text = script(shell, capsys)
    assert all(name in text for name in all_commands())


@pytest.mark.parametrize("words", [[], ["no-such-command"], ["--no-such-option"]])
def test_wrong_usage_ends_with_status_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """What is no command is refused in one message that names the command line."""
    with pytest.raises(SystemExit) as stopped:
        main(words)
    assert stopped.value.code == 2
    assert "apex-assurance: error:" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["verfy", "RUN"], "verify"),
        (["verify", "RUN", "--jsn"], "--json"),
        (["annotate", "R", "--for", "gihub"], "github"),
        (["run", "--env", "prod", "--vantage", "insid"], "inside"),
        (["run", "--env", "prod", "--relese", "r.toml"], "--release"),
    ],
)
def test_a_mistyped_name_is_suggested(words: list[str], meant: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A command, an option and a choice that look like a known one are answered with it."""
    with pytest.raises(SystemExit):
        main(words)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith(f"did you mean {meant}?")


@pytest.mark.parametrize(
    "words",
    [
        ["verify", "no/pack"], ["explain", "x", "no/pack"], ["diff", "no/pack", "other"], ["export", "no/pack", "--as",
        "sarif", "--output", "x"], ["comment", "no/pack", "--on", "github"], ["notify", "no/pack", "--as", "json"],
        ["annotate", "no/pack", "--for", "azure"], ["pseudonymise", "no/pack", "--to", "x"],
    ],
)  # fmt: skip
def test_an_error_repeats_the_path(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """What is no pack is one error that names the path as it was given, on standard error."""
    assert main(words) == CommandStatus.WRONG_USAGE
    told = capsys.readouterr()
    assert "no/pack" in told.err
    assert "Traceback" not in told.err
    assert told.out == ""


FORMS_OF_THEIR_OWN = {
    "annotate": "lines for a pipeline's log",
    "comment": "the comment, in Markdown",
    "completion": "a script of the shell",
    "demo": "a run, which leaves results.json",
    "export": "a file in the form that is asked for",
    "init": "an environment file",
    "inventory": "a JSON file",
    "load-config": "a configuration in YAML",
    "notify": "the message, whose form is asked for",
    "run": "a run, which leaves results.json",
    "schema": "a JSON Schema",
    "watch": "a watch, which leaves decision.json",
}
"""What the commands without `--json` print or write."""


def _has_json(parser: argparse.ArgumentParser) -> bool:
    """Tell whether a command takes `--json`, or one of its own commands does."""
    inner = [action.choices for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    own = any("--json" in action.option_strings for action in parser._actions)
    return own or any(_has_json(choice) for choices in inner for choice in choices.values())


@pytest.mark.parametrize("name", sorted(all_commands()))
def test_commands_that_tell_something_take_json(name: str) -> None:
    """Every command takes `--json`, but for those whose output is in a form of its own."""
    parser = argparse.ArgumentParser()
    load_command(name).configure(parser)
    assert _has_json(parser) is not (name in FORMS_OF_THEIR_OWN)


def test_exit_statuses_are_those_of_the_table() -> None:
    """The documentation lists every status of the commands."""
    text = (Path(__file__).parents[3] / "docs" / "running.md").read_text(encoding="utf-8")
    listed = {int(number) for number in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)}
    assert {int(status) for status in CommandStatus} <= listed


def test_commands_of_other_rooms_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """`falsify` comes from an entry point, and is offered like the engine's own commands."""
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "falsify" in capsys.readouterr().out


def test_start_loads_no_command() -> None:
    """The help is there without loading Azure's SDK or any command."""
    code = "import sys\nfrom assurance.command_line.main import main\ntry: main(['--help'])\nexcept SystemExit: pass\n"
    code += (
        "print('loaded', sorted(m for m in sys.modules if m.split('.')[0] in ('azure', 'falsification', 'pydantic')))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.endswith("loaded []\n")
