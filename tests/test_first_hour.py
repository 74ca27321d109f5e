"""The first hour, as docs/first-hour.md tells it: each command in its order, against the sandbox."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import tomli_w

from assurance.environment import load
from sandbox import Sandbox

ROOT = Path(__file__).parents[1]
DOCUMENT = (ROOT / "docs" / "first-hour.md").read_text(encoding="utf-8")
PROGRAMS = {"apex-assurance": ["-m", "assurance"], "pytest": ["-m", "pytest", "-p", "no:cacheprovider"]}
# The answers that the document tells to type, by what init writes.
ANSWERS = {
    'vantage = ["outside"]': 'vantage = ["inside", "outside"]',
    "public_access = false": "public_access = true",
}
MAX_QUESTIONS = 10


def _commands() -> list[list[str]]:
    blocks = re.findall(r"^```sh\n(.*?)^```", DOCUMENT, re.M | re.S)
    return [shlex.split(line) for block in blocks for line in block.splitlines() if line]


def _carried_out(words: list[str], folder: Path, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Carry a command out from the top of the repository, with what it reads and writes in a folder of its own."""
    ours = {"mine.toml", "access.toml", "reports"}
    program, *given = [str(folder / word) if word in ours else word for word in words]
    command = [sys.executable, *PROGRAMS[program], *given]
    environment = {**os.environ, **variables}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)


def _answered(file: Path) -> None:
    """Type the answers into the file, each of which the document names."""
    text = file.read_text(encoding="utf-8")
    for default, answer in ANSWERS.items():
        assert text.count(default) == 1, default
        assert answer in DOCUMENT
        text = text.replace(default, answer)
    file.write_text(text, encoding="utf-8")


def test_each_command_does_what_is_told(tmp_path: Path) -> None:
    """A file is written and gains nothing more, doctor examines it, and a run judges it."""
    with Sandbox() as sandbox:
        base = {"extends": str(ROOT / "environments" / "sandbox.toml"), **sandbox.overlay()}
        (tmp_path / "access.toml").write_text(tomli_w.dumps(base), encoding="utf-8")
        variables = sandbox.environment_variables()
        before, after = _commands()[:2], _commands()[2:]
        written, gained = (_carried_out(words, tmp_path, variables) for words in before)
        _answered(tmp_path / "mine.toml")
        examined, judged = (_carried_out(words, tmp_path, variables) for words in after)
    assert written.returncode == 0, written.stderr
    assert written.stdout.count("\n  ") <= MAX_QUESTIONS
    assert load(tmp_path / "mine.toml").services.keys() == load(ROOT / "environments" / "sandbox.toml").services.keys()
    assert "Nothing: the file has all" in gained.stdout
    assert "ok " in examined.stdout
    assert re.search(r"=+ \d+ passed, \d+ skipped in ", judged.stdout), judged.stdout[-3000:]
