"""The first hour, as docs/first-hour.md tells it: each command in its order, against the sandbox's deployment (b)."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import tomli_w

from assurance.environment import load
from sandbox import Sandbox
from sandbox.azure.azure_estate import declared_estate

ROOT = Path(__file__).parents[1]
DOCUMENT = (ROOT / "docs" / "first-hour.md").read_text(encoding="utf-8")
NAME = "fronted"
DECLARED = ROOT / "environments" / f"{NAME}.toml"
# What nobody has mended yet when a waiver is written.
BROKEN = ("namespaces/sbns-apex-fronted", "properties.publicNetworkAccess", "Enabled")
# The answers that the document tells to type, by what init writes.
ANSWERS = {
    'vantage = ["outside"]': 'vantage = ["inside", "outside"]',
    "public_access = false": "public_access = true",
}
# What is typed beside the answers: what init and the approval of a baseline cannot know.
OPTIONS = ("--subscription", "--resource-group", "--name", "--approver", "--change", "--accept-findings")
MAX_TYPED = 10


def _commands() -> list[list[str]]:
    blocks = re.findall(r"^```sh\n(.*?)^```", DOCUMENT, re.M | re.S)
    return [shlex.split(line) for block in blocks for line in block.splitlines() if line]


def _carried_out(words: list[str], folder: Path, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Carry a command out in a folder of its own, with the run that is there in the place of RUN."""
    runs = sorted((folder / "reports" / "mine").glob("2*"))
    given = [word.replace("RUN", runs[-1].name if runs else "RUN") for word in words[1:]]
    environment = {**os.environ, **variables, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "assurance", *given]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False
    )


def _waived(folder: Path) -> None:
    """Write the waiver of the document, for a month from now on."""
    [text] = re.findall(r"^```toml\n(\[waivers\..*?)^```", DOCUMENT, re.M | re.S)
    until = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    (folder / "waivers").mkdir()
    dated = re.sub(r"^expires = [\d-]+", f"expires = {until}", text, flags=re.M)
    (folder / "waivers" / "mine.toml").write_text(dated, encoding="utf-8")


def _answered(file: Path) -> None:
    """Type the answers into the file, each of which the document names."""
    text = file.read_text(encoding="utf-8")
    for default, answer in ANSWERS.items():
        assert text.count(default) == 1, default
        assert answer in DOCUMENT
        text = text.replace(default, answer)
    file.write_text(text, encoding="utf-8")


def test_at_most_ten_values_are_typed() -> None:
    """A newcomer types the options that name their deployment, and the answers; the commands are copied."""
    typed = {word for words in _commands() for word in words if word in OPTIONS}
    assert typed == set(OPTIONS)
    assert len(typed) + len(ANSWERS) <= MAX_TYPED


def test_each_command_does_what_is_told(tmp_path: Path) -> None:
    """A file is written, doctor examines it, and runs judge it: to GO, once there is a baseline, and by a waiver."""
    with Sandbox(NAME, declared_estate(NAME, DECLARED)) as sandbox:
        base = {"extends": str(DECLARED), **sandbox.overlay()}
        (tmp_path / "access.toml").write_text(tomli_w.dumps(base), encoding="utf-8")
        variables = sandbox.environment_variables()
        first, *rest = _commands()
        written = _carried_out(first, tmp_path, variables)
        assert written.returncode == 0, written.stderr
        _answered(tmp_path / "mine.toml")
        *until_go, waiving, annotating, exporting = rest
        gained, examined, judged, approved, judged_again = (_carried_out(one, tmp_path, variables) for one in until_go)
        sandbox.estate.change(*BROKEN)
        _waived(tmp_path)
        waived = _carried_out(waiving, tmp_path, variables)
        annotated, exported = (_carried_out(one, tmp_path, variables) for one in (annotating, exporting))
    assert load(tmp_path / "mine.toml").services.keys() == load(DECLARED).services.keys()
    assert "Nothing: the file has all" in gained.stdout or "and init would write" in gained.stdout
    assert "Ready: apex-assurance run" in examined.stdout
    assert judged.returncode == 10, judged.stdout[-3000:]
    assert "No baseline of mine was approved" in judged.stdout
    assert approved.returncode == 0, approved.stderr
    assert judged_again.returncode == 0, judged_again.stdout[-3000:]
    assert "mine: GO" in judged_again.stdout
    assert waived.returncode == 0, waived.stdout[-3000:]
    assert "bus-cut-over" in waived.stdout
    assert annotated.returncode == exported.returncode == 0, annotated.stderr + exported.stderr
    assert json.loads((tmp_path / "findings.sarif").read_text(encoding="utf-8"))["runs"]
