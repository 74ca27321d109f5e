"""What a run rests on, and where its evidence is kept."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from assurance.environment import load
from assurance.evidence import ledger
from assurance.evidence.ledger import LocalLedger
from assurance.evidence.pack import is_marked_incomplete
from assurance.runs.basis import is_loopback, revision, source_of
from assurance.runs.keeping import EXECUTION_VARIABLE, Begun, begin_tape
from assurance.tape import Tape, TapeHeader
from assurance.verdicts import Source
from tests.assurance.reporting.sample_run import READINGS

GIT = shutil.which("git")


def git(directory: Path, *arguments: str) -> None:
    """Run git in a directory, as nobody in particular."""
    assert GIT is not None
    who = ("-c", "user.name=nobody", "-c", "user.email=nobody@example.invalid", "-c", "commit.gpgsign=false")
    subprocess.run([GIT, *who, "-C", str(directory), *arguments], check=True, capture_output=True)


@pytest.mark.skipif(GIT is None, reason="git is not installed")
def test_checkout_tells_its_commit_and_its_changes(tmp_path: Path) -> None:
    """A checkout is told by its commit, and by a word more once a file of it differs."""
    git(tmp_path, "init", "--quiet")
    (tmp_path / "file").write_text("one")
    git(tmp_path, "add", "file")
    git(tmp_path, "commit", "--quiet", "--message", "One")
    commit = revision(tmp_path)
    assert re.fullmatch("[0-9a-f]{40}", commit)
    (tmp_path / "file").write_text("two")
    assert revision(tmp_path) == f"{commit} with local changes"


def test_what_is_no_checkout_has_no_commit(tmp_path: Path) -> None:
    """An installed package has no commit, not even within a repository of something else."""
    assert revision(tmp_path) == ""
    (tmp_path / ".git").mkdir()
    assert revision(tmp_path) == ""


PROD = Path(__file__).parents[3] / "environments" / "prod.toml"
LOOPBACK = [
    "localhost",
    "localhost.",
    "apex.localhost",
    "127.0.0.1",
    "127.0.0.2",
    "127.1",
    "0x7f000001",
    "2130706433",
    "0177.0.0.1",
    "::1",
    "[::1]",
    "::ffff:127.0.0.1",
    "0.0.0.0",  # noqa: S104  (it is only looked at)
    "::",
]


@pytest.mark.parametrize("host", LOOPBACK)
def test_every_spelling_of_loopback_is_known(host: str) -> None:
    """As a connection would take it."""
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["management.azure.com", "localhost.example.com", "127.0.0.1.example.com", "10.0.0.1", "2001:db8::1", ""]
)
def test_other_hosts_are_not(host: str) -> None:
    """Also such as look alike."""
    assert not is_loopback(host)


def test_the_real_cloud_is_live() -> None:
    """Unless a tape is replayed."""
    environment = load(PROD)
    assert source_of(environment, replaying=False) is Source.LIVE
    assert source_of(environment, replaying=True) is Source.RECORDED


@pytest.mark.parametrize("host", ["127.0.0.2", "[::1]", "localhost"])
@pytest.mark.parametrize("view", ["inside", "outside"])
def test_the_real_clouds_host_on_loopback_is_a_stand_in(host: str, view: str) -> None:
    """A view that dials it there."""
    connect = {"management.azure.com:443": f"{host}:8443"}
    assert source_of(load(PROD, {"views": {view: {"connect": connect}}}), replaying=False) is Source.SANDBOX


@pytest.mark.parametrize("host", ["127.0.0.2", "0x7f000001", "[::1]"])
def test_a_resource_manager_on_loopback_is_a_stand_in(host: str) -> None:
    """However it is spelt."""
    environment = load(PROD, {"cloud": {"resource_manager": f"https://{host}:8443"}})
    assert source_of(environment, replaying=False) is Source.SANDBOX


@pytest.mark.parametrize(
    ("variables", "facts"), [({EXECUTION_VARIABLE: "caj-1-abc"}, {"execution": "caj-1-abc"}), ({}, {})]
)
def test_the_execution_is_entered(tmp_path: Path, variables: dict[str, str], facts: dict[str, str]) -> None:
    """A run in a job names its execution; another names none."""
    header = TapeHeader("prod", "", "", "LIVE", "", ("inside",), "2026-03-01T09:30:00.000Z", run_id="r")
    tape = Tape.create(tmp_path / "tape", header)
    tape.on_kept = Begun(tmp_path, header, LocalLedger(tmp_path / "ledger.jsonl"), variables)
    tape.obtain(READINGS[0].key, lambda: READINGS[0])
    [entry] = ledger.read(tmp_path / "ledger.jsonl")
    told = {"run": "r", "environment": "prod", "source": "LIVE", "started": "2026-03-01T09:30:00.000Z"}
    assert dict(entry.facts) == told | facts


def test_a_pack_is_marked_before_anything_of_the_tape_is_there(tmp_path: Path) -> None:
    """Wherever a run is killed, what stands in its directory is marked as no evidence: also where no tape began."""
    (tmp_path / "tape").write_text("a file where a folder should be", encoding="utf-8")
    header = TapeHeader("prod", "sub", "rg", "LIVE", "Azure", ("inside",), "2026-11-29T00:00:00Z")
    with pytest.raises(OSError, match="tape"):
        begin_tape(tmp_path, header)
    assert is_marked_incomplete(tmp_path)
