"""Throttling end to end: transports against the resource manager of the sandbox, which throttles by a bucket."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from azure.core.rest import HttpRequest
from azure.mgmt.network import NetworkManagementClient

from assurance.environment.bounds import Limits
from assurance.errors import NotEvaluated
from assurance.tape import Tape
from assurance.tape.redaction import Redactor
from assurance.world.azure import reader
from assurance.world.azure.credential import StaticToken
from assurance.world.azure.transport import TapeTransport
from assurance.world.http.upstream import Upstream
from sandbox import Sandbox
from sandbox.azure.token_bucket import TokenBucket

BURST, REFILL_PER_SECOND, QUESTIONS = 10, 20.0, 60
BUCKETS_OWN_SECONDS = (QUESTIONS - BURST) / REFILL_PER_SECOND
GROUP = "apex-rg-sandbox"
# A further process of the run: it asks its questions over the same tape, and prints the statuses.
WORKER = """
import json, sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from azure.core.rest import HttpRequest
from assurance.environment.bounds import Limits
from assurance.tape import Tape, TapeHeader
from assurance.tape.redaction import Redactor
from assurance.world.azure.transport import TapeTransport
from assurance.world.http.upstream import Upstream

folder, authority, host, token, *urls = sys.argv[1:]
tape = Tape.create(Path(folder), TapeHeader("", "", "", "SANDBOX", "", (), ""))
upstream = Upstream(Path(authority), {})
transport = TapeTransport(tape, Redactor(salt="x"), Limits(), upstream, endpoint="resource_manager", host=host)
headers = {"Authorization": f"Bearer {token}"}
with ThreadPoolExecutor(12) as askers:
    asked = askers.map(lambda url: transport.send(HttpRequest("GET", url, headers=headers)).status_code, urls)
    print(json.dumps(list(asked)))
"""


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    """One sandbox for the module."""
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Iterator[Sandbox]:
    """The module's sandbox, which does not throttle before and after each test."""
    yield running
    running.resource_manager.bucket = None


def host_of(sandbox: Sandbox) -> str:
    """Where the resource manager is, as `HOST:PORT`."""
    return sandbox.resource_manager.url.removeprefix("https://")


def urls_of(sandbox: Sandbox, count: int) -> list[str]:
    """Different questions of the same answer."""
    group = f"{sandbox.resource_manager.url}{sandbox.estate.parameters['resource_group_id']}"
    return [f"{group}?api-version=2026-03-01&number={number}" for number in range(count)]


def transport_of(sandbox: Sandbox, tape: Tape, redactor: Redactor, limits: Limits | None = None) -> TapeTransport:
    """A transport to the resource manager."""
    upstream = Upstream(sandbox.authority.path, {})
    return TapeTransport(
        tape, redactor, limits or Limits(), upstream, endpoint="resource_manager", host=host_of(sandbox)
    )


def statuses(sandbox: Sandbox, transport: TapeTransport, count: int) -> list[int]:
    """Ask as many questions, twelve at once."""
    headers = {"Authorization": f"Bearer {sandbox.token}"}

    def ask(url: str) -> int:
        return transport.send(HttpRequest("GET", url, headers=headers)).status_code

    with ThreadPoolExecutor(12) as askers:
        return list(askers.map(ask, urls_of(sandbox, count)))


def test_a_run_is_paced_before_it_is_refused(sandbox: Sandbox, tape: Tape, redactor: Redactor) -> None:
    """Nothing is lost, at most a tenth is refused, and the bucket, not the pacing, decides how long it takes."""
    bucket = sandbox.resource_manager.bucket = TokenBucket(BURST, REFILL_PER_SECOND)
    started = time.monotonic()
    assert statuses(sandbox, transport_of(sandbox, tape, redactor), QUESTIONS) == [200] * QUESTIONS
    seconds = time.monotonic() - started

    assert bucket.refused <= QUESTIONS / 10
    assert seconds <= 2 * BUCKETS_OWN_SECONDS


def test_processes_of_a_run_share_what_remains(sandbox: Sandbox, tape: Tape) -> None:
    """Two processes over one tape lose nothing either, and together are refused no more than one."""
    bucket = sandbox.resource_manager.bucket = TokenBucket(BURST, REFILL_PER_SECOND)
    urls = urls_of(sandbox, QUESTIONS)
    known = [str(tape.directory), str(sandbox.authority.path), host_of(sandbox), sandbox.token]
    workers = [
        subprocess.Popen([sys.executable, "-c", WORKER, *known, *urls[number::2]], stdout=subprocess.PIPE)
        for number in range(2)
    ]
    answers = [json.loads(worker.communicate(timeout=60)[0]) for worker in workers]

    assert answers == [[200] * (QUESTIONS // 2)] * 2
    assert bucket.refused <= QUESTIONS / 10


def test_where_plenty_remains_nothing_is_shared(sandbox: Sandbox, tape: Tape, redactor: Redactor) -> None:
    """A run that Azure does not throttle leaves no file of its pace."""
    assert statuses(sandbox, transport_of(sandbox, tape, redactor), 20) == [200] * 20
    names = [path.name for path in (tape.directory / "locks").iterdir()]
    assert len(names) == 20
    assert not [name for name in names if name.startswith(("budget", "throttled"))]


def test_beyond_the_bound_of_the_run_nothing_is_evaluated(sandbox: Sandbox, tape: Tape, redactor: Redactor) -> None:
    """The run waits no longer than it may, over all questions; then each is not evaluated, because it is throttled."""
    sandbox.resource_manager.bucket = TokenBucket(1, 0.001)
    client = NetworkManagementClient(
        StaticToken(sandbox.token),
        sandbox.estate.parameters["subscription_id"],
        base_url=sandbox.resource_manager.url,
        credential_scopes=["https://management.azure.com/.default"],
        transport=transport_of(sandbox, tape, redactor, Limits(throttled_seconds=1.0, attempts=1)),
        retry_total=0,
    )
    sandbox.resource_manager.bucket.take()
    started = time.monotonic()
    for name in ("one", "two", "three"):
        with pytest.raises(NotEvaluated, match="Throttled beyond the bound") as error:
            reader.get(client.virtual_networks.get, GROUP, name)
        assert "throttled_seconds" in error.value.remedy
    assert time.monotonic() - started < 5.0


def test_to_be_throttled_is_no_attempt(sandbox: Sandbox, tape: Tape, redactor: Redactor) -> None:
    """A refusal counts against the bound of the run and not against the attempts: the question is answered."""
    bucket = sandbox.resource_manager.bucket = TokenBucket(1, 0.8)
    bucket.take()
    transport = transport_of(sandbox, tape, redactor, Limits(attempts=1, retry_budget_seconds=0.0))
    assert statuses(sandbox, transport, 1) == [200]
    assert bucket.refused == 1
