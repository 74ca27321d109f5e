"""Evidence packs and the runs that are kept, as whole runs leave them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import tomli_w

from assurance.evidence import ledger, pack
from assurance.evidence.findings import Request
from assurance.evidence.pack import LEDGER
from assurance.evidence.verification import verify
from assurance.reporting.json_report import schema_problem
from sandbox import Sandbox
from sandbox.azure.blob_service import BlobService
from sandbox.network.loopback import LOOPBACK
from tests.suite.running import RECORDING, ROOT, Ended, RunSuite
from tests.suite.warm import warm_process

ONE_CONTROL = "checks/security/test_sec_10_defender_for_cloud.py"
SANDBOX_FILE = Callable[..., Path]


def verify_pack(directory: Path) -> subprocess.CompletedProcess[str]:
    """Verify a pack by the command."""
    return warm_process().run("assurance", ("verify", str(directory)), ROOT, os.environ)


def pack_of(ended: Ended) -> Path:
    """Return the directory of the only pack, whole or not."""
    [found] = (path for path in ended.reports.glob("*/*") if path.is_dir())
    return found


def test_every_run_leaves_a_pack_that_verifies(run_suite: RunSuite) -> None:
    """A run with workers ends by telling its manifest's digest and that it is unsigned, and its pack verifies."""
    ended = run_suite(ONE_CONTROL, "--env", "sandbox", "-n", "2")

    assert ended.status == 0, ended.text
    told = re.search(r"manifest  sha256:([0-9a-f]{64})", ended.text)
    assert told is not None
    assert told.group(1) == pack.sha256_of(ended.pack / pack.MANIFEST)
    assert "unsigned  the environment declares no signer" in ended.text
    assert not pack.is_marked_incomplete(ended.pack)
    verified = verify_pack(ended.pack)
    assert verified.returncode == 0, verified.stdout
    begun, entry = ledger.read(ended.pack.parent / pack.LEDGER)
    assert (begun.kind, begun.facts["run"]) == (ledger.BEGUN, entry.facts["run"])
    assert entry.facts["manifest"] == told.group(1)
    assert (entry.facts["decision"], entry.facts["source"], entry.facts["signer"]) == ("GO", "SANDBOX", "")


@pytest.mark.parametrize("fault", ["a finding", "no permission"])
def test_packs_of_other_decisions_verify_too(run_suite: RunSuite, sandbox_file: SANDBOX_FILE, fault: str) -> None:
    """A run that is NO-GO, and one that is INCONCLUSIVE, leave packs whose verdicts are derived again all the same."""
    from sandbox import Fault

    with Sandbox() as sandbox:
        if fault == "a finding":
            sandbox.estate.change("sql-apex-sandbox", "properties.publicNetworkAccess", "Enabled")
        else:
            sandbox.resource_manager.faults.append(Fault("Microsoft.Sql/servers", status=403))
        checks = "checks/security/test_sec_06_public_access.py"
        ended = run_suite(checks, "--env", str(sandbox_file(sandbox)), variables=sandbox.environment_variables())

    assert ended.status == (1 if fault == "a finding" else 10), ended.text
    verified = verify_pack(ended.pack)
    assert verified.returncode == 0, verified.stdout
    assert ("NO-GO" if fault == "a finding" else "INCONCLUSIVE") in verified.stdout


def test_an_interrupted_run_says_so_everywhere(run_suite: RunSuite) -> None:
    """An interrupted run's artefacts all say so; it stands in the ledger as that, and does not verify."""
    ended = run_suite(
        ONE_CONTROL, "--env", "sandbox", variables={"APEX_TEST_BREAK": "interrupt"}, plugin="tests.suite.breaking"
    )

    assert ended.status == 2, ended.text
    directory = pack_of(ended)
    told = ("report.html", "junit.xml", "summary.md", "results.csv", "oscal-assessment-results.json", pack.INCOMPLETE)
    for name in told:
        assert "INCOMPLETE" in (directory / name).read_text(encoding="utf-8"), name
    assert json.loads((directory / pack.RESULTS).read_text(encoding="utf-8"))["run"]["complete"] is False
    assert json.loads((directory / pack.MANIFEST).read_text(encoding="utf-8"))["complete"] is False
    [entry] = [one for one in ledger.read(directory.parent / pack.LEDGER) if one.kind == ledger.RUN]
    assert entry.facts["complete"] is False
    verified = verify_pack(directory)
    assert verified.returncode == 1
    assert "INCOMPLETE: the run was interrupted" in verified.stdout


def test_a_killed_run_never_looks_whole(run_suite: RunSuite) -> None:
    """A run that was killed leaves a pack that verify names as incomplete."""
    ended = run_suite(
        ONE_CONTROL, "--env", "sandbox", variables={"APEX_TEST_BREAK": "kill"}, plugin="tests.suite.breaking"
    )

    assert ended.status == -9
    directory = pack_of(ended)
    assert not (directory / pack.MANIFEST).exists()
    verified = verify_pack(directory)
    assert verified.returncode == 1
    assert "INCOMPLETE" in verified.stdout


def test_runs_that_end_at_once_make_one_chain(tmp_path: Path) -> None:
    """Three runs started together of the same environment leave three packs in one unbroken chain."""
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", ONE_CONTROL, "--env", "prod"]
    words += ["--replay", str(RECORDING), "--reports", str(tmp_path)]
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    runs = [subprocess.Popen(words, cwd=ROOT, env=variables, stdout=subprocess.PIPE) for _ in range(3)]
    for run in runs:
        told, _ = run.communicate(timeout=300)
        assert run.returncode == 0, told

    entries = ledger.read(tmp_path / "prod" / pack.LEDGER)
    manifests = {pack.sha256_of(path) for path in tmp_path.glob("prod/*/manifest.json")}
    assert {entry.facts["manifest"] for entry in entries} == manifests
    assert len(entries) == len(manifests) == 3


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--env", "HASTY", "--replay", str(RECORDING), "--gate"), "cannot rest on a stale tape (RECORDED)"),
        (("--env", "prod", "--replay", str(RECORDING), "-m", "pre_deployment"), "(RECORDED)"),
        (("--env", "sandbox", "-m", "post_deployment"), "cannot rest on stand-ins (SANDBOX)"),
    ],
    ids=["a stale tape", "a gate by mark", "the sandbox"],
)
def test_a_gate_refuses_what_is_not_live(
    run_suite: RunSuite, tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    """A gate on an old tape or on stand-ins is one error, exit status 4, that leaves nothing behind."""
    hasty = tmp_path / "hasty.toml"
    base = ROOT / "environments" / "prod.toml"
    hasty.write_text(
        f'extends = "{base}"\n[evidence]\nallow_not_live = true\nmaximum_age_hours = 0.001\n', encoding="utf-8"
    )
    ended = run_suite(ONE_CONTROL, *(str(hasty) if word == "HASTY" else word for word in arguments))

    assert ended.status == 4, ended.text
    assert told in ended.text
    assert "--allow-not-live" in ended.text
    assert "Traceback" not in ended.text
    assert not list(ended.reports.glob("**/*"))


def test_a_rehearsal_is_let_through(run_suite: RunSuite) -> None:
    """With --allow-not-live a gate runs on the bundled tape, however old it is."""
    ended = run_suite(ONE_CONTROL, "--env", "prod", "--replay", str(RECORDING), "--gate", "--allow-not-live")
    assert ended.status == 0, ended.text
    assert "RECORDED" in ended.text


def test_a_live_run_without_its_key_does_not_begin(run_suite: RunSuite, tmp_path: Path) -> None:
    """A live run that is to be signed is refused where its key is missing; a replay goes unsigned and says so."""
    file = tmp_path / "signed.toml"
    file.write_text(
        f'extends = "{ROOT / "environments" / "prod.toml"}"\n'
        '[evidence]\nsigner = "file"\nkey_variable = "APEX_TEST_KEY"\n',
        encoding="utf-8",
    )
    live = run_suite(ONE_CONTROL, "--env", str(file))
    assert live.status == 4, live.text
    assert "the environment variable APEX_TEST_KEY is not set" in live.text
    assert not list(live.reports.glob("**/*"))

    replayed = run_suite(ONE_CONTROL, "--env", str(file), "--replay", str(RECORDING))
    assert replayed.status == 0, replayed.text
    assert "unsigned  [evidence]" in replayed.text


def test_a_broken_ledger_stops_a_run_before_it_begins(run_suite: RunSuite) -> None:
    """Where the ledger cannot be continued, no run begins that could not be sealed at its end."""
    first = run_suite(ONE_CONTROL, "--env", "prod", "--replay", str(RECORDING))
    path = first.pack.parent / pack.LEDGER
    path.write_bytes(path.read_bytes()[:-5])
    words = (ONE_CONTROL, "--env", "prod", "--replay", str(RECORDING), "--reports", str(first.reports))
    again = warm_process().run("pytest", words, ROOT, os.environ)

    assert again.returncode == 4
    assert "ledger.jsonl: line 1 is cut" in again.stderr
    assert len(list(first.reports.glob("prod/*/"))) == 1


@pytest.mark.parametrize("arguments", [("--collect-only",), ("checks/nowhere",)], ids=["collecting", "a wrong path"])
def test_what_judges_nothing_leaves_no_pack(run_suite: RunSuite, arguments: tuple[str, ...]) -> None:
    """Listing the checks, or a path that is not there, leaves neither a pack nor an entry in the ledger."""
    ended = run_suite(ONE_CONTROL, "--env", "sandbox", *arguments)
    assert not [path for path in ended.reports.rglob("*") if path.is_file()], ended.text


@dataclass(frozen=True, slots=True)
class World:
    """Stand-ins that run, and the environment file that meets them.

    Attributes:
        sandbox: What is judged.
        blobs: What keeps the evidence.
        file: The environment file.
    """

    sandbox: Sandbox
    blobs: BlobService
    file: Path


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Return a deployment with a container for its evidence."""
    file = tmp_path_factory.mktemp("environments") / "kept.toml"
    with (
        Sandbox() as sandbox,
        BlobService(sandbox.token, sandbox.authority.server_context(LOOPBACK)) as blobs,
    ):
        base = ROOT / "environments" / "sandbox.toml"
        declared = {"extends": str(base), **sandbox.overlay(), "evidence": {"container": blobs.url}}
        file.write_text(tomli_w.dumps(declared), encoding="utf-8")
        yield World(sandbox, blobs, file)


def test_runs_of_two_machines(world: World, run_suite: RunSuite, tmp_path: Path) -> None:
    """Each run goes on where the other ended; the packs are kept, and verify where they are fetched to."""
    variables = world.sandbox.environment_variables()
    one = run_suite(ONE_CONTROL, "--env", str(world.file), variables=variables)
    two = run_suite(ONE_CONTROL, "--env", str(world.file), "-n", "2", variables=variables)
    assert (one.status, two.status) == (0, 0), one.text + two.text
    assert f"kept {world.blobs.url}/sandbox/{two.pack.name}" in two.words

    kept = world.blobs.blobs[f"sandbox/{LEDGER}"].content
    assert kept == (two.pack.parent / LEDGER).read_bytes()
    assert kept.startswith((one.pack.parent / LEDGER).read_bytes())
    runs = [(entry.kind, entry.facts["run"]) for entry in ledger.read(two.pack.parent / LEDGER)]
    names = (one.pack.name, two.pack.name)
    assert runs == [(kind, name) for name in names for kind in (ledger.BEGUN, ledger.RUN)]

    # As somebody else would have it: nothing but what the container keeps.
    fetched = tmp_path / "fetched"
    for name, blob in world.blobs.blobs.items():
        (fetched / name).parent.mkdir(parents=True, exist_ok=True)
        (fetched / name).write_bytes(blob.content)
    found = looked_at(fetched / "sandbox" / one.pack.name)
    assert found["ledger"].startswith("ok entry 2 of 4")

    _replayed(world, run_suite, one.pack)


def looked_at(directory: Path) -> dict[str, str]:
    """Return what each step of a verification found, without deriving the verdicts; nothing may be bad."""
    request = Request(directory, None, directory.parent / LEDGER, schema_problem, derive=False)
    found = {one.step: f"{one.outcome} {one.text}" for one in verify(request)}
    assert not [text for text in found.values() if text.startswith("BAD")], found
    return found


def _replayed(world: World, run_suite: RunSuite, pack: Path) -> None:
    """A replay asks the container nothing, stands in no ledger, and its pack verifies nevertheless."""
    asked = len(world.blobs.requests_served)
    again = run_suite(ONE_CONTROL, "--env", str(world.file), "--replay", str(pack))
    assert again.status == 0, again.text
    assert "history none: the environment's ledger is kept in a container" in again.words
    assert not (again.pack.parent / LEDGER).exists()
    assert len(world.blobs.requests_served) == asked
    found = looked_at(again.pack)
    assert found["ledger"] == "note not live: its environment's ledger, in a container, holds live runs alone"


def test_a_container_that_refuses_stops_a_run_before_it_begins(world: World, run_suite: RunSuite) -> None:
    """Where the ledger cannot be read, nothing is judged, one sentence says why, and nothing is left."""
    file = world.file.with_name("elsewhere.toml")
    file.write_text(world.file.read_text("utf-8").replace('/evidence"', '/nowhere"'), encoding="utf-8")
    ended = run_suite(ONE_CONTROL, "--env", str(file), variables=world.sandbox.environment_variables())
    assert ended.status == 4, ended.text
    assert "404 ContainerNotFound: make the container, or correct `evidence.container`" in ended.words
    assert "Traceback" not in ended.text
    assert not list(ended.reports.glob("*/*/*"))


def test_a_pack_that_cannot_be_kept_is_no_success(world: World, run_suite: RunSuite) -> None:
    """Where the role to write is lost in between, the run says so and does not end as one that is GO."""
    fault = world.blobs.before_each
    world.blobs.before_each = lambda request: setattr(
        world.blobs, "may_write", "comp=" in request.target or LEDGER in request.target
    )
    try:
        ended = run_suite(ONE_CONTROL, "--env", str(world.file), variables=world.sandbox.environment_variables())
    finally:
        world.blobs.before_each, world.blobs.may_write = fault, True
    assert ended.status == 3, ended.text
    assert "not kept in the container" in ended.words
    assert "AuthorizationPermissionMismatch" in ended.words
    shutil.rmtree(ended.reports)
