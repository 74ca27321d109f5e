"""`explain` shows the chain from a verdict to the bytes, and says where a file is not what the verdict rests on."""

from __future__ import annotations

import json

import pytest

from assurance.evidence.pack import RESULTS
from tests.assurance.evidence.packs import Packs, command

CHECK = "test_public_network_access_is_disabled[sql-apex-sandbox]"


def test_the_chain_goes_down_to_the_bytes(packs: Packs) -> None:
    """Verdict, facts, question, time, request id, files and, where asked for, the redacted body are shown."""
    directory = packs.all()[-1]
    ended = command("explain", CHECK, directory, "--body")
    results = json.loads((directory / RESULTS).read_text(encoding="utf-8"))
    [verdict] = (one for one in results["verdicts"] if one["check"].endswith(CHECK))
    [reading] = (one for one in results["readings"] if one["key"] in verdict["readings"])

    assert ended.returncode == 0, ended.stderr
    shown = (verdict["check"], verdict["expected"], reading["question"], reading["started"])
    files = (f"tape/readings/{reading['key']}.json", f"tape/bodies/{reading['sha256']}")
    for told in (*shown, *files, reading["headers"]["x-ms-request-id"], '"publicNetworkAccess": "Disabled"', "PASS"):
        assert told in ended.stdout, told
    assert '"publicNetworkAccess"' not in command("explain", CHECK, directory).stdout


@pytest.mark.parametrize("which", ["reading", "body"])
def test_an_altered_file_is_told(packs: Packs, which: str) -> None:
    """A reading or a body that is not what the results cite is told, with exit status 1."""
    directory = packs.all()[-1]
    results = json.loads((directory / RESULTS).read_text(encoding="utf-8"))
    [verdict] = (one for one in results["verdicts"] if one["check"].endswith(CHECK))
    [reading] = (one for one in results["readings"] if one["key"] in verdict["readings"])
    name = f"tape/readings/{reading['key']}.json" if which == "reading" else f"tape/bodies/{reading['sha256']}"
    content = (directory / name).read_text(encoding="utf-8")
    altered = content.replace('"status": 200', '"status": 201') if which == "reading" else content.replace("sql", "sqx")
    (directory / name).write_text(altered, encoding="utf-8")

    ended = command("explain", CHECK, directory)
    assert ended.returncode == 1
    assert f"ALTERED  {name}" in ended.stdout


@pytest.mark.parametrize(
    ("check", "told"), [("SEC-06", "checks of the pack match"), ("no_such_check", "no check of the pack matches")]
)
def test_an_unclear_check_is_one_error(packs: Packs, check: str, told: str) -> None:
    """What means several checks, or none, is one message that names some, and exit status 2."""
    ended = command("explain", check, packs.all()[-1])
    assert ended.returncode == 2
    assert told in ended.stderr
    assert "::test_" in ended.stderr
    assert "Traceback" not in ended.stderr
