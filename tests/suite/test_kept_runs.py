"""Runs on two machines whose environment keeps its evidence in a blob container: one ledger, and packs that verify."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import tomli_w

from assurance.evidence import ledger
from assurance.evidence.findings import Request
from assurance.evidence.pack import LEDGER
from assurance.evidence.verification import verify
from assurance.reporting.json_report import schema_problem
from sandbox import Sandbox
from sandbox.azure.blob_service import BlobService
from sandbox.network.loopback import LOOPBACK
from tests.suite.running import ROOT, RunSuite

ONE_CONTROL = "checks/security/test_sec_10_defender_for_cloud.py"


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
