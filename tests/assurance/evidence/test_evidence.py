"""Who signs a pack, what the ledger keeps of a run, and what explains a verdict."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa, x25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from assurance.environment import load
from assurance.environment.suite_tables import Evidence
from assurance.evidence import ledger
from assurance.evidence.ledger import LedgerError, Link, LocalLedger
from assurance.evidence.outcome import (
    Basis,
    Figure,
    GateRefused,
    Outcome,
    OutcomeError,
    age_seconds,
    facts_of,
    facts_to_hold,
    outcome_of,
    parsed,
    refuse_as_gate,
)
from assurance.evidence.pack import RESULTS
from assurance.evidence.sealing import write_environment
from assurance.evidence.signing import SigningError, make_key, prepare, read_public_key
from assurance.judging.controls import CONTROLS
from assurance.verdicts import Source, Verdict
from tests.assurance.evidence.packs import Packs, command

DECLARED = Evidence(signer="file", key_variable="KEY")


def write_private(path: Path, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | x25519.X25519PrivateKey) -> Path:
    """Write a private key in PEM form."""
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


def test_a_made_key_is_its_owners_and_signs(tmp_path: Path) -> None:
    """A made key is readable by its owner only, signs, and verifies with the public half beside it."""
    path = tmp_path / "key.pem"
    public_path, fingerprint = make_key(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    signing = prepare(DECLARED, {"KEY": str(path)}, tmp_path / "reports")
    assert signing.signer is not None
    public = read_public_key(public_path)
    public.key.verify_signature(signing.signer.sign(b"a pack"), b"a pack")
    assert signing.fingerprint == public.fingerprint == fingerprint
    assert "PRIVATE" not in public_path.read_text(encoding="ascii")


def test_the_fingerprint_is_what_openssl_prints(tmp_path: Path) -> None:
    """An auditor gets the same fingerprint from openssl and sha256sum."""
    public_path, fingerprint = make_key(tmp_path / "key.pem")
    line = f"openssl pkey -pubin -in {public_path} -outform DER | sha256sum"
    told = subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, check=True)
    assert told.stdout.split()[0] == fingerprint


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    """Where a file is, no key is made, and the file stays."""
    path = tmp_path / "key.pem"
    path.write_text("something else", encoding="ascii")
    with pytest.raises(SigningError, match="never overwritten"):
        make_key(path)
    assert path.read_text(encoding="ascii") == "something else"


@pytest.mark.parametrize("kind", ["ecdsa", "rsa"])
def test_other_keys_sign_too(tmp_path: Path, kind: str) -> None:
    """An ECDSA or RSA key in a file signs as well, by the file's path and by a URI of securesystemslib."""
    key = ec.generate_private_key(ec.SECP256R1()) if kind == "ecdsa" else rsa.generate_private_key(65537, 2048)
    path = write_private(tmp_path / "key.pem", key)
    public = tmp_path / "public.pem"
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    by_uri = Evidence(signer="uri", key_uri=f"file2:{path}", public_key=public)

    for declared in (DECLARED, by_uri):
        signing = prepare(declared, {"KEY": str(path)}, tmp_path / "reports")
        assert signing.signer is not None
        read_public_key(public).key.verify_signature(signing.signer.sign(b"a pack"), b"a pack")


def test_no_key_lies_among_the_reports(tmp_path: Path) -> None:
    """A private key below the directory of reports is refused: packs are given away from there."""
    (tmp_path / "reports" / "prod").mkdir(parents=True)
    make_key(tmp_path / "reports" / "prod" / "key.pem")
    with pytest.raises(SigningError, match="lies among the reports"):
        prepare(DECLARED, {"KEY": str(tmp_path / "reports" / "prod" / "key.pem")}, tmp_path / "reports")


def test_a_key_that_cannot_sign_is_one_error(tmp_path: Path) -> None:
    """A variable that is not set, a file that is not there, that is no key, or a key for something else is refused."""
    (tmp_path / "text.pem").write_text("no key", encoding="ascii")
    write_private(tmp_path / "exchange.pem", x25519.X25519PrivateKey.generate())
    for variables, told in (
        ({}, "the environment variable KEY is not set"),
        ({"KEY": ""}, "the environment variable KEY is not set"),
        ({"KEY": str(tmp_path / "nowhere.pem")}, "cannot be read: No such file"),
        ({"KEY": str(tmp_path / "text.pem")}, "a private key in PEM form"),
        ({"KEY": str(tmp_path / "exchange.pem")}, "a private key in PEM form"),
    ):
        with pytest.raises(SigningError, match=told):
            prepare(DECLARED, variables, tmp_path / "reports")


@pytest.mark.parametrize("uri", ["azurekms://vault.vault.azure.net/keys/apex/1", "nosuchscheme:key"])
def test_a_service_that_cannot_be_used_is_one_error(tmp_path: Path, uri: str) -> None:
    """A URI whose library is not installed, or whose scheme nobody knows, is one error that names the scheme."""
    public_path, _ = make_key(tmp_path / "key.pem")
    declared = Evidence(signer="uri", key_uri=uri, public_key=public_path)
    with pytest.raises(SigningError, match=f"key of scheme '{uri.partition(':')[0]}' cannot be used"):
        prepare(declared, {}, tmp_path / "reports")


ENVIRONMENTS = Path(__file__).parents[3] / "environments"


@pytest.mark.parametrize("name", ["sandbox", "dev", "staging", "prod"])
def test_an_environment_reads_back(name: str, tmp_path: Path) -> None:
    """Every environment of the suite comes back from its pack's file equal, defaults included."""
    environment = load(ENVIRONMENTS / f"{name}.toml")
    write_environment(environment, tmp_path)
    assert load(tmp_path / "environment.toml") == environment


COUNTS = st.dictionaries(st.sampled_from(list(Verdict)), st.integers(1, 9999), min_size=1)
OUTCOMES = st.builds(
    Outcome,
    st.dictionaries(st.sampled_from(list(CONTROLS)), COUNTS),
    st.dictionaries(
        st.sampled_from(["SLA-01", "SLA-03"]),
        st.builds(Figure, st.integers(0, 9999), st.just(2000), st.sampled_from(["ms", "%", ""])),
    ),
    st.booleans(),
)


def case(control: str, *measures: dict[str, object]) -> dict[str, object]:
    """Return a verdict as results hold it."""
    return {"control": control, "verdict": "pass", "measures": measures}


def measure(name: str, value: float, window_minutes: int) -> dict[str, object]:
    """Return a measure as results hold it."""
    return {"name": name, "value": value, "limit": 2000.0, "unit": "ms", "window_minutes": window_minutes}


def results(*cases: dict[str, object], everything: tuple[str, ...] = ()) -> dict[str, object]:
    """Return as much of a run's results as an outcome is made of."""
    return {"schema": "1.2", "run": {"selected": {"everything": everything}}, "verdicts": cases}


@given(OUTCOMES)
def test_it_is_read_as_it_was_written(outcome: Outcome) -> None:
    """Whatever a run came to, the ledger's texts give it again."""
    assert parsed(facts_of(outcome)) == outcome


def test_the_figure_is_that_of_the_longest_window() -> None:
    """Of two windows the longer one's figure counts, in whatever order they stand; a threshold check has none."""
    found = outcome_of(
        results(
            case("SLA-03", measure("P95", 1250.0, 24 * 60)), case("SLA-03", measure("P95", 90.0, 30)), case("SLA-03")
        )
    )
    assert found.figures == {"SLA-03": Figure(1250.0, 2000.0, "ms")}
    assert found.verdicts == {"SLA-03": {Verdict.PASS: 3}}


def test_a_control_that_measures_several_things_has_no_one_figure() -> None:
    """A percentile and an error rate under load are no single figure of their control."""
    found = outcome_of(results(case("SLA-09", measure("P95", 1.0, 0), measure("error rate", 1.0, 0))))
    assert found.figures == {}


@pytest.mark.parametrize("everything", [("nightly",), ("post_deployment",), ()])
def test_a_night_is_held_by_a_run_of_everything_nightly(everything: tuple[str, ...]) -> None:
    """A run that leaves out something of the night is none of the series."""
    assert outcome_of(results(everything=everything)).nightly is ("nightly" in everything)


def test_results_without_measures_are_held_to_their_verdicts() -> None:
    """A line of a run whose results held no measures may name figures: only verdicts are compared with it."""
    old = {"schema": "1.1", "run": {}, "verdicts": [{"control": "SLA-03", "verdict": "pass"}]}
    assert facts_to_hold(old) == {"verdicts": "SLA-03=pass:1"}
    assert set(facts_to_hold(results())) == {"verdicts", "figures", "nightly"}


@pytest.mark.parametrize(
    "facts",
    [
        {"verdicts": "SEC-01=pass:1"},
        {"verdicts": "SEC-01=fine:1", "figures": "", "nightly": False},
        {"verdicts": "SEC-01", "figures": "", "nightly": False},
        {"verdicts": "", "figures": "SLA-01=1", "nightly": False},
        {"verdicts": "", "figures": "", "nightly": "yes"},
        {"verdicts": True, "figures": "", "nightly": False},
    ],
)
def test_another_form_is_refused(facts: dict[str, str | bool]) -> None:
    """What no run writes is refused, and not read as a run without verdicts."""
    with pytest.raises(OutcomeError):
        parsed(facts)


def test_an_older_line_tells_no_outcome() -> None:
    """A line that was written before the ledger held outcomes gives none, which is not an empty one."""
    assert parsed({"run": "x"}) is None


NOW = "2026-03-02T10:00:00.000Z"
AN_HOUR_AGO = Basis(Source.RECORDED, "2026-03-02T09:00:00.000Z")
TWO_DAYS_AGO = Basis(Source.RECORDED, "2026-02-28T10:00:00.000Z")
SANDBOX = Basis(Source.SANDBOX)
LIVE = Basis(Source.LIVE)
STRICT = Evidence()
LENIENT = Evidence(allow_not_live=True)
PATIENT = Evidence(allow_not_live=True, maximum_age_hours=72)


def is_refused(basis: Basis, declared: Evidence, *, allowed: bool) -> bool:
    """Tell whether a gate refuses."""
    try:
        refuse_as_gate(basis, declared, allow_not_live=allowed, now=NOW)
    except GateRefused:
        return True
    return False


@pytest.mark.parametrize(
    ("basis", "declared", "allowed", "told"),
    [
        (AN_HOUR_AGO, STRICT, False, "cannot rest on a tape \\(RECORDED\\)"),
        (SANDBOX, STRICT, False, "cannot rest on stand-ins \\(SANDBOX\\)"),
        (TWO_DAYS_AGO, STRICT, False, "stale tape .* 48.0 hours ago, and \\[evidence\\] maximum_age_hours is 24"),
        (TWO_DAYS_AGO, LENIENT, False, "stale tape"),
        (Basis(Source.RECORDED), LENIENT, False, "without any reading"),
    ],
)
def test_a_gate_refuses(basis: Basis, declared: Evidence, allowed: bool, told: str) -> None:
    """A tape or stand-ins are refused where nothing allows them, and a stale tape also where the environment does."""
    with pytest.raises(GateRefused, match=told):
        refuse_as_gate(basis, declared, allow_not_live=allowed, now=NOW)


@pytest.mark.parametrize(
    ("basis", "declared", "allowed"),
    [
        (LIVE, STRICT, False),
        (AN_HOUR_AGO, LENIENT, False),
        (SANDBOX, LENIENT, False),
        (TWO_DAYS_AGO, PATIENT, False),
        (TWO_DAYS_AGO, STRICT, True),
        (SANDBOX, STRICT, True),
    ],
)
def test_a_gate_accepts(basis: Basis, declared: Evidence, allowed: bool) -> None:
    """The real environment is always accepted, a fresh tape where the environment says so, all in a rehearsal."""
    assert not is_refused(basis, declared, allowed=allowed)


def test_age_is_counted_between_times_of_any_precision() -> None:
    """Ages are in seconds, also across midnight and for times without fractions."""
    assert age_seconds("2026-02-28T23:59:59Z", "2026-03-01T00:00:01.500Z") == 2.5


APPEND = """
import sys
from functools import partial
from pathlib import Path
from assurance.evidence import ledger
place = ledger.LocalLedger(Path(sys.argv[1]))
for number in range(int(sys.argv[2])):
    ledger.extend(place, lambda link: link.append("run", {"run": f"{sys.argv[3]}-{number}"}))
"""


def chain(path: Path, length: int) -> list[bytes]:
    """Write a ledger of some runs, and return its lines."""
    for number in range(length):
        facts: dict[str, str | bool] = {"run": f"run-{number}", "complete": True}
        ledger.extend(LocalLedger(path), partial(Link.append, kind=ledger.RUN, facts=facts))
    return path.read_bytes().splitlines(keepends=True)


def test_a_chain_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Each entry follows the one before, the first follows nothing, and the facts are those that were given."""
    path = tmp_path / "ledger.jsonl"
    chain(path, 3)

    entries = ledger.read(path)
    assert [entry.facts["run"] for entry in entries] == ["run-0", "run-1", "run-2"]
    assert [entry.previous for entry in entries] == ["", entries[0].digest, entries[1].digest]
    assert entries[0].facts == {"run": "run-0", "complete": True}


@given(st.data())
def test_any_change_shows(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """A line removed before the last, two lines exchanged, or any one byte changed leaves no sound chain."""
    path = tmp_path_factory.mktemp("ledger") / "ledger.jsonl"
    lines = chain(path, 4)
    match data.draw(st.sampled_from(["remove", "exchange", "change"])):
        case "remove":
            del lines[data.draw(st.integers(0, 2))]
        case "exchange":
            one = data.draw(st.integers(0, 2))
            lines[one], lines[one + 1] = lines[one + 1], lines[one]
        case _:
            whole = bytearray(b"".join(lines))
            whole[data.draw(st.integers(0, len(whole) - 1))] ^= 1
            lines = [bytes(whole)]
    path.write_bytes(b"".join(lines))

    with pytest.raises(LedgerError, match=r"ledger\.jsonl: "):
        ledger.read(path)


def test_processes_that_end_at_once_make_one_chain(tmp_path: Path) -> None:
    """Four processes that append at the same time leave one unbroken chain with every entry of each."""
    path = tmp_path / "ledger.jsonl"
    writers = [
        subprocess.Popen([sys.executable, "-c", APPEND, str(path), "15", name], stderr=subprocess.PIPE)
        for name in ("a", "b", "c", "d")
    ]
    for writer in writers:
        _, told = writer.communicate(timeout=120)
        assert writer.returncode == 0, told

    runs = {entry.facts["run"] for entry in ledger.read(path)}
    assert runs == {f"{name}-{number}" for name in "abcd" for number in range(15)}


def test_a_broken_end_is_not_continued(tmp_path: Path) -> None:
    """Where the last line is cut, nothing is appended, and the message says what to do."""
    path = tmp_path / "ledger.jsonl"
    lines = chain(path, 2)
    path.write_bytes(b"".join(lines)[:-20])
    before = path.read_bytes()

    with pytest.raises(LedgerError, match="restore the ledger, or move it aside"):
        ledger.extend(LocalLedger(path), lambda link: link.append(ledger.RUN, {"run": "run-2"}))
    assert path.read_bytes() == before


def test_an_empty_ledger_is_none(tmp_path: Path) -> None:
    """A ledger without a line is refused: a chain of nothing is no chain."""
    path = tmp_path / "ledger.jsonl"
    path.write_bytes(b"")
    with pytest.raises(LedgerError, match="empty"):
        ledger.read(path)


def test_a_ledger_takes_what_else_happened(tmp_path: Path) -> None:
    """Another kind of entry, such as the approval of a baseline, stands in the same chain."""
    path = tmp_path / "ledger.jsonl"
    chain(path, 1)
    told = {"sha256": "0" * 64, "approver": "an officer"}
    ledger.extend(LocalLedger(path), lambda link: link.append("baseline", told))

    assert [entry.kind for entry in ledger.read(path)] == ["run", "baseline"]
    assert json.loads(path.read_bytes().splitlines()[1])["approver"] == "an officer"


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
