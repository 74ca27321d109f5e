"""Completion: the scripts are valid, and complete commands, options, choices and environments."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from assurance.command_line.main import all_commands, main

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
