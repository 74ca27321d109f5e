"""`apex-assurance inside` starts a job, follows it, and says what it came to by its own evidence alone."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest
import tomli_w

from assurance.command_line.main import main
from assurance.evidence import pack
from assurance.evidence.blobs import container_client
from assurance.evidence.container import EvidenceContainer
from assurance.evidence.pack import LEDGER, MANIFEST
from assurance.evidence.sealing import seal
from assurance.evidence.signing import Signing
from assurance.reporting.model import VerdictRecord
from assurance.runs.keeping import EXECUTION_VARIABLE, Begun
from assurance.tape import Reading, Tape, TapeHeader
from assurance.verdicts import Verdict
from assurance.world.azure.credential import StaticToken
from sandbox.azure.azure_estate import AzureEstate
from sandbox.azure.blob_service import Blob, BlobService
from sandbox.azure.jobs import ContainerAppsJobs
from sandbox.azure.resource_manager import AzureResourceManager
from sandbox.network.http_server import Fault
from sandbox.network.http_stand_in import CertificateAuthority
from tests.assurance.command_line.commands.packs import failing, model_with, unjudged, write_model
from tests.assurance.evidence.packs import AT_ONCE
from tests.assurance.reporting.sample_run import READINGS, record

ROOT = Path(__file__).parents[4]
OTHER = "20260301T083000Z-ffffff"
JOB = "caj-apex-assurance-sandbox"
TOKEN, VARIABLE = "token-of-the-caller", "APEX_TEST_TOKEN_OF_INSIDE"
PASSING = record("SEC-01", "test_subnet_is_declared", "snet-apps", Verdict.PASS)


@dataclass(frozen=True, slots=True)
class Inside:
    """Azure with a job, a container of evidence, and an environment file that names both."""

    arm: AzureResourceManager
    jobs: ContainerAppsJobs
    blobs: BlobService
    authority: Path
    folder: Path

    def container(self) -> EvidenceContainer:
        """Return the container as the job reaches it."""
        client = container_client(self.blobs.url, StaticToken(TOKEN), self.authority, AT_ONCE)
        return EvidenceContainer(client, "sandbox")

    def file(self, folder: Path, **apps: object) -> Path:
        """Write the environment file."""
        document = {
            "extends": str(ROOT / "environments" / "sandbox.toml"),
            "cloud": {"resource_manager": self.arm.url, "ca_bundle": str(self.authority)},
            "credential": {"kind": "token", "token_variable": VARIABLE},
            "container_apps": {"job": JOB, **apps},
            "evidence": {"container": self.blobs.url, "reports": str(folder / "reports")},
        }
        path = folder / "inside.toml"
        path.write_text(tomli_w.dumps(document), encoding="utf-8")
        return path

    def run(self, folder: Path, *words: str) -> int:
        """Run the command, which looks again at once."""
        return main(["inside", "--env", str(self.file(folder)), "--every", "0.01", *words])


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    """Return stand-ins that run."""
    folder = tmp_path_factory.mktemp("inside")
    authority = CertificateAuthority(folder)
    context = authority.server_context("127.0.0.1")
    estate = AzureEstate.load()
    arm = AzureResourceManager(estate, TOKEN, context)
    arm.start()
    os.environ[VARIABLE] = TOKEN
    with BlobService(TOKEN, context) as blobs:
        yield Inside(arm, ContainerAppsJobs(estate), blobs, authority.path, folder)
    del os.environ[VARIABLE]
    arm.stop()


@pytest.fixture
def inside(running: Inside) -> Inside:
    """Return stand-ins in which nothing has happened yet."""
    running.blobs.blobs.clear()
    running.arm.requests_served.clear()
    jobs = ContainerAppsJobs(running.arm.estate)
    jobs.add(JOB)
    running.arm.jobs = jobs
    return replace(running, jobs=jobs)


@dataclass(frozen=True, slots=True)
class Container:
    """What a job's container does: it judges, seals its pack, and keeps it; or what goes wrong with that.

    Attributes:
        inside: Where it keeps what it leaves.
        machine: Where its files are.
        verdicts: What its run comes to.
        run: The run's id.
        is_killed: Whether it ends before it has sealed anything.
    """

    inside: Inside
    machine: Path
    verdicts: tuple[VerdictRecord, ...]
    run: str = "20260301T093000Z-0a1b2c"
    is_killed: bool = False

    def __call__(self, execution: str) -> None:
        """Run in an execution."""
        model = model_with(*self.verdicts)
        cited = {key for verdict in self.verdicts for key in verdict.readings}
        readings = tuple(reading for reading in READINGS if reading.key in cited)
        model = replace(model, run=replace(model.run, id=self.run), readings=readings)
        place = self.inside.container().ledger(self.machine / "sandbox" / LEDGER)
        directory = self.machine / "sandbox" / self.run
        pack.begin(directory)
        header = TapeHeader("sandbox", "", "", "SANDBOX", "a test", ("inside",), model.run.started, run_id=self.run)
        tape = Tape.create(directory / "tape", header)
        tape.on_kept = Begun(directory, header, place, {EXECUTION_VARIABLE: execution})
        for reading in readings:
            tape.obtain(reading.key, partial(_itself, reading))
        if self.is_killed:
            return
        tape.seal(model.run.finished)
        seal(write_model(directory, model), Signing(None, reason="a test"), place)
        self.inside.container().keep(directory)


def _itself(reading: Reading) -> Reading:
    return reading


@pytest.mark.parametrize("comes_later", [False, True], ids=["200", "202"])
def test_go(inside: Inside, tmp_path: Path, capsys: pytest.CaptureFixture[str], comes_later: bool) -> None:
    """A sound deployment is GO: started once, followed with words, its pack and ledger here and sound."""
    inside.jobs.comes_later, inside.jobs.statuses = comes_later, ("Processing", "Running", "Succeeded")
    inside.jobs.on_start = Container(inside, tmp_path / "machine", (PASSING,))
    assert inside.run(tmp_path) == 0
    told = capsys.readouterr().out
    [execution] = [one.name for one in inside.jobs.executions.values()]
    wanted = [f"{execution}: started", "Processing, after 0 s", "Running, after 0 s", f"{execution}: Succeeded (ended"]
    assert [one in line for one, line in zip(wanted, told.splitlines(), strict=False)] == [True] * 4
    assert "sandbox: GO, run 20260301T093000Z-0a1b2c" in told
    [manifest] = (tmp_path / "reports").glob(f"sandbox/*/{MANIFEST}")
    assert manifest.read_bytes() == (tmp_path / "machine" / "sandbox" / manifest.parent.name / MANIFEST).read_bytes()
    assert [method for method, _ in inside.arm.requests_served].count("POST") == 1


@pytest.mark.parametrize(
    ("verdict", "status", "decision"), [(failing(), 1, "NO-GO"), (unjudged(), 10, "INCONCLUSIVE")], ids=["fail", "not"]
)
def test_not_go(
    inside: Inside,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    verdict: VerdictRecord,
    status: int,
    decision: str,
) -> None:
    """Azure calls either a failure; the pack tells them apart."""
    inside.jobs.statuses = ("Failed",)
    inside.jobs.on_start = Container(inside, tmp_path / "machine", (PASSING, verdict))
    assert inside.run(tmp_path, "--json") == status
    told = json.loads(capsys.readouterr().out)
    assert (told["decision"], Path(told["pack"]).name) == (decision, told["run"])


def test_a_run_that_broke_down(inside: Inside, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where no run began, or it was killed, that is no decision; what Azure tells of the container is told."""
    container = {"name": "apex-assurance", "code": 4, "status": "Terminated"}
    inside.jobs.statuses = ("Failed",)
    inside.jobs.details = {"detailedStatus": {"replicas": [{"name": "r-1", "containers": [container]}]}}
    assert inside.run(tmp_path) == 4
    assert "is Failed (container apex-assurance exited with 4; ended at" in capsys.readouterr().err
    inside.jobs.on_start = Container(inside, tmp_path / "machine", (PASSING,), is_killed=True)
    assert inside.run(tmp_path) == 4
    assert re.search(r"The run \S+ of the execution \S+ began, and never ended: it is Failed", capsys.readouterr().err)


def test_a_state_that_the_pack_contradicts(inside: Inside, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An execution that failed though its pack is GO was ended by something else: no decision."""
    inside.jobs.statuses = ("Failed",)
    inside.jobs.on_start = Container(inside, tmp_path / "machine", (PASSING,))
    assert inside.run(tmp_path) == 4
    assert "is Failed, and its pack says GO" in capsys.readouterr().err


def test_a_job_that_never_ends(inside: Inside, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """After the time allowed it is left alone, and can be followed further without a second start."""
    inside.jobs.statuses = ("Running",)
    inside.jobs.on_start = Container(inside, tmp_path / "machine", (PASSING,))
    assert inside.run(tmp_path, "--timeout", "0.0005") == 4
    told = capsys.readouterr().err
    [execution] = inside.jobs.executions.values()
    assert f"it was Running, and goes on. Follow it further: --execution {execution.name}" in told
    execution.statuses = ["Succeeded"]
    assert inside.run(tmp_path, "--execution", execution.name) == 0
    assert len(inside.jobs.executions) == 1


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Fault("/jobs/", status=403), "Sign in as who has the role Container Apps Jobs Operator on the job."),
        (Fault("/start", status=503), "Azure answered 503"),
        (Fault("/start", ending="reset"), "No answer to the start of caj-apex-assurance-sandbox"),
        (Fault("operationResults", status=404), "was accepted, but which execution it is was not told"),
    ],
    ids=["403", "503", "reset", "unnamed"],
)
def test_a_start_that_is_refused(
    inside: Inside, tmp_path: Path, capsys: pytest.CaptureFixture[str], fault: Fault, told: str
) -> None:
    """One line says what was answered, and nothing is started twice."""
    inside.jobs.comes_later = True
    inside.arm.faults.append(fault)
    try:
        assert inside.run(tmp_path) == 4
    finally:
        inside.arm.faults.clear()
    said = capsys.readouterr().err
    assert told in said
    assert len(said.splitlines()) == 1
    assert [method for method, _ in inside.arm.requests_served].count("POST") <= 1


def test_looks_that_fail_are_made_again(inside: Inside, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An execution that does not show yet, and an Azure that is busy, are no end."""
    inside.jobs.on_start = Container(inside, tmp_path / "machine", (PASSING,))
    inside.arm.faults.append(Fault("/executions/", status=404, times=1))
    inside.arm.faults.append(Fault("/executions/", status=500, times=1))
    try:
        assert inside.run(tmp_path) == 0
    finally:
        inside.arm.faults.clear()
    told = capsys.readouterr().out
    assert "not there yet" in told
    assert "Azure answered 500" in told


def test_a_missing_job(inside: Inside, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A job or an execution that is not there is named, with what to correct."""
    assert main(["inside", "--env", str(inside.file(tmp_path, job="caj-none"))]) == 4
    assert "404 ResourceNotFound to the job caj-none" in capsys.readouterr().err
    assert inside.run(tmp_path, "--execution", "nobody") == 4
    assert "404 JobExecutionNotFound to the execution nobody. Correct [container_apps]" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda blobs, run: _drop(blobs, f"sandbox/{run}/"), "the pack is lost"),
        (lambda blobs, run: _drop(blobs, f"sandbox/{run}/{MANIFEST}"), "is not kept whole"),
        (lambda blobs, run: _exchange(blobs, f"sandbox/{run}/", f"sandbox/{OTHER}/"), "is that of the run 2026"),
        (lambda blobs, run: _rename(blobs, f"sandbox/{run}/summary.md", f"sandbox/{run}/../../x"), "leads out of the"),
    ],
    ids=["lost", "half", "another run's", "outside"],
)
def test_a_pack_that_is_not_the_run_s(
    inside: Inside, tmp_path: Path, capsys: pytest.CaptureFixture[str], spoil: Callable[..., None], told: str
) -> None:
    """A pack that is lost, cut, of another run or leads elsewhere is no evidence of this one."""
    container = Container(inside, tmp_path / "machine", (PASSING,))
    replace(container, run=OTHER)("of-another-night")

    def work(execution: str) -> None:
        container(execution)
        spoil(inside.blobs.blobs, container.run)

    inside.jobs.on_start = work
    assert inside.run(tmp_path) == 4
    assert told in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


def test_two_runs_of_one_execution(inside: Inside, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A job that tries again until it is GO proves nothing."""
    container = Container(inside, tmp_path / "machine", (PASSING,))

    def work(execution: str) -> None:
        replace(container, run=OTHER, verdicts=(failing(),))(execution)
        container(execution)

    inside.jobs.on_start = work
    assert inside.run(tmp_path) == 4
    assert "2 runs began in the execution" in capsys.readouterr().err


def test_what_the_file_must_say(inside: Inside, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a job, or a container to fetch from, nothing is started: wrong usage, with the key that is missing."""
    text = inside.file(tmp_path).read_text(encoding="utf-8")
    for key, table in (("job", "container_apps"), ("container", "evidence")):
        path = tmp_path / f"without-{key}.toml"
        path.write_text(re.sub(rf"(?m)^{key} = .*$", "", text), encoding="utf-8")
        assert main(["inside", "--env", str(path)]) == 2
        assert f"add {key} to [{table}]" in capsys.readouterr().err
    assert inside.arm.requests_served == []


def _drop(blobs: dict[str, Blob], prefix: str) -> None:
    for name in [name for name in blobs if name.startswith(prefix)]:
        del blobs[name]


def _rename(blobs: dict[str, Blob], name: str, to: str) -> None:
    blobs[to] = blobs.pop(name)


def _exchange(blobs: dict[str, Blob], prefix: str, other: str) -> None:
    _drop(blobs, prefix)
    for name in [name for name in blobs if name.startswith(other)]:
        blobs[prefix + name.removeprefix(other)] = blobs[name]
