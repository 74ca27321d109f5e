"""Packs that an attacker made, a row each (`attacks.py`): each reader ends in one line, and shows nothing of theirs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from assurance.command_line.main import main
from assurance.errors import AssuranceError
from assurance.evidence import verification
from assurance.evidence.findings import Request
from assurance.evidence.pack import LEDGER
from assurance.reporting.fit import for_terminal
from assurance.reporting.json_report import schema_problem
from tests.assurance.evidence.attacks import COMMANDS, attacked, obeyed
from tests.assurance.evidence.packs import Packs

# Who reads what an attack is on; `python -m tests.assurance.evidence.attacks PACK` has every command read all of them.
ROWS = {
    "results.json: an integer of 100,000 digits": "export",
    "results.json: half a surrogate pair": "explain",
    "results.json: a key twice": "explain",
    "results.json: nested without end": "export",
    "manifest.json: a key twice": "history",
    "manifest.dsse.json: a key twice": "history",
    "tape/reading: a key twice": "init",
    "results: control characters in texts": "explain",
    "results: half a surrogate pair in texts": "export",
    "results: selected is a text": "export",
    "results: negative counts": "export",
    "results: a verdict whose reading leads out": "explain",
    "manifest: control characters": "history",
    "manifest: files that lead out": "history",
    "signature: signatures that are numbers": "history",
    "environment: an integer of 100,000 digits": "diff",
    "environment: a dotted key of a hundred thousand": "diff",
    "environment: headers nested deeply": "diff",
    "waivers: an integer of 100,000 digits": "history",
    "tape: a link in the place of a body": "init",
    "a link in the place of the results": "export",
    "the manifest: a terabyte": "history",
    "a file with a name that is no text": "explain",
    "ledger: a key twice": "history",
    "ledger: half a surrogate pair": "history",
    "ledger: control characters": "history",
    "ledger: a year that is long ago": "history",
}


@pytest.fixture(scope="module")
def sound(made_packs: Packs, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pack of one control with its ledger."""
    folder = tmp_path_factory.mktemp("sound") / "sandbox"
    [pack, *_] = made_packs.all()
    shutil.copytree(pack, folder / pack.name)
    shutil.copy(made_packs.ledger, folder / LEDGER)
    return folder / pack.name


@pytest.mark.parametrize(("name", "reader"), ROWS.items(), ids=ROWS)
def test_every_reader_ends_in_one_line(
    sound: Path, name: str, reader: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No reader breaks down, shows what a terminal obeys, or takes a line of the pack's for its own."""
    directory = attacked(sound, tmp_path / "reports", name)

    assert main(COMMANDS[reader](directory, tmp_path)) in {0, 1, 2}
    for finding in _findings(directory, name):
        print(for_terminal(finding))

    shown = capsys.readouterr()
    assert obeyed(shown.out + shown.err) == ""


def _findings(directory: Path, name: str) -> list[str]:
    ledger = directory.parent / LEDGER if name.startswith("ledger") else None
    try:
        return [one.text for one in verification.verify(Request(directory, None, ledger, schema_problem, derive=False))]
    except AssuranceError as error:
        return [str(error)]
