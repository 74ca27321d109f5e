"""Files that a pipeline leaves, and origins of URLs."""

from __future__ import annotations

from pathlib import Path

import pytest

from assurance.errors import MissingReading, NotEvaluated
from assurance.tape import Tape, TapeHeader, sha256, utc_now
from assurance.tape.redaction import Redactor
from assurance.world import files
from assurance.world.files import FileReader
from assurance.world.origins import origin_of, same_origin, without_origin

HEADER = TapeHeader("test", "s", "g", "SANDBOX", "a test", ("inside",), utc_now())
SECRET = "AccountKey=" + "a1B2" * 21 + "ab=="


def _reader(tape: Tape, **paths: Path) -> FileReader:
    return FileReader(tape, Redactor("a test"), paths)


def test_file_is_a_reading(tmp_path: Path) -> None:
    """Its bytes are on the tape, and the digest of what was on disk with them."""
    report = tmp_path / "bandit.json"
    report.write_text('{"results": []}', encoding="utf-8")
    tape = Tape.create(tmp_path / "tape", HEADER)
    found = _reader(tape, bandit=report).read("bandit")
    [reading] = tape.readings()
    assert (found.content, found.file, found.readings) == (report.read_bytes(), "bandit.json", (reading.key,))
    assert (reading.kind, reading.headers["sha-256"]) == ("file", sha256(report.read_bytes()))
    assert str(tmp_path) not in reading.question


def test_secrets_never_reach_the_tape(tmp_path: Path) -> None:
    """A key that stands in a report is redacted before the report is kept."""
    report = tmp_path / "bandit.json"
    report.write_text(f'{{"code": "{SECRET}"}}', encoding="utf-8")
    tape = Tape.create(tmp_path / "tape", HEADER)
    found = _reader(tape, bandit=report).read("bandit")
    kept = b"".join(path.read_bytes() for path in (tmp_path / "tape").rglob("*") if path.is_file())
    assert SECRET.encode() not in kept + found.content
    assert b"[redacted " in found.content


def test_replay_needs_no_file(tmp_path: Path) -> None:
    """A tape answers for its files wherever they were, and for no others."""
    report = tmp_path / "ci-run.json"
    report.write_text("{}", encoding="utf-8")
    tape = Tape.create(tmp_path / "tape", HEADER)
    _reader(tape, ci_run=report).read("ci_run")
    tape.seal(utc_now())
    report.unlink()
    replayed = Tape.open(tmp_path / "tape")
    elsewhere = Path("/elsewhere/run.json")
    assert _reader(replayed, ci_run=elsewhere).read("ci_run").content == b"{}"
    with pytest.raises(MissingReading):
        _reader(replayed, trivy=elsewhere).read("trivy")


def test_missing_file_is_not_evaluated_and_replays_so(tmp_path: Path) -> None:
    """That a file was missing is a reading, too: the replay says the same."""
    tape = Tape.create(tmp_path / "tape", HEADER)
    with pytest.raises(NotEvaluated, match="No such file"):
        _reader(tape, trivy=tmp_path / "trivy.json").read("trivy")
    tape.seal(utc_now())
    (tmp_path / "trivy.json").write_text("{}", encoding="utf-8")
    with pytest.raises(NotEvaluated, match="No such file"):
        _reader(Tape.open(tmp_path / "tape"), trivy=tmp_path / "trivy.json").read("trivy")


def test_folder_is_no_file(tmp_path: Path) -> None:
    """A folder in the file's place is not evaluated."""
    with pytest.raises(NotEvaluated, match="could not be read"):
        _reader(Tape.create(tmp_path / "tape", HEADER), trivy=tmp_path).read("trivy")


def test_unnamed_artefact_is_not_evaluated(tmp_path: Path) -> None:
    """An artefact that nobody named is not evaluated, and the remedy says where to name it."""
    with pytest.raises(NotEvaluated, match="Nobody said") as refusal:
        _reader(Tape.create(tmp_path / "tape", HEADER)).read("trivy")
    assert "deployment.artefacts" in refusal.value.remedy


def test_endless_file_is_refused(tmp_path: Path) -> None:
    """No more than the bound is read, whatever a name leads to."""
    huge = tmp_path / "huge"
    with huge.open("wb") as file:
        file.truncate(files.MAX_BYTES + 1)
    with pytest.raises(NotEvaluated, match="longer than"):
        _reader(Tape.create(tmp_path / "tape", HEADER), trivy=huge).read("trivy")


OWN = "https://vault.example.net"


@pytest.mark.parametrize(
    "url", ["https://vault.example.net:443/x", "HTTPS://Vault.Example.NET/x?y=1", "https://vault.example.net"]
)
def test_spellings_of_one_origin_are_one(url: str) -> None:
    """The scheme's own port and the case of letters make no difference."""
    assert same_origin(url, OWN)


@pytest.mark.parametrize(
    "url",
    [
        "http://vault.example.net/x",
        "http://vault.example.net:443/x",
        "https://vault.example.net:8443/x",
        "https://vault.example.net.evil.example/x",
        "https://vault.example.net@evil.example/x",
        "https://somebody@vault.example.net/x",
        "https://evil.example/vault.example.net",
        "https://vault.example.net:999999/x",
        "https://[::1/x",
        "//vault.example.net/x",
        "/x",
        "",
    ],
)
def test_what_leads_elsewhere_is_another(url: str) -> None:
    """Another scheme, host or port, a user name, and what is no absolute URL at all."""
    assert not same_origin(url, OWN)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://HOST:443/x", "https://host"),
        ("https://host:8443/x", "https://host:8443"),
        ("http://[::1]:80/", "http://[::1]"),
    ],
)
def test_an_origin_is_shown_shortly(url: str, shown: str) -> None:
    """The port is shown only where it tells something."""
    assert str(origin_of(url)) == shown


@pytest.mark.parametrize(
    ("url", "rest"),
    [
        ("https://vault.example.net:443/a?b=1", "/a?b=1"),
        ("https://vault.example.net", "/"),
        ("https://evil.example/a", "https://evil.example/a"),
        ("/a", "/a"),
    ],
)
def test_only_its_own_origin_is_taken_off(url: str, rest: str) -> None:
    """What leads elsewhere keeps its host."""
    assert without_origin(url, OWN) == rest
