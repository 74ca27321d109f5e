"""Signing in, and keeping within what Azure allows."""

import base64
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from azure.core.rest import HttpRequest
from azure.mgmt.network import NetworkManagementClient

from assurance.environment import Environment, load
from assurance.environment.suite_tables import Limits
from assurance.errors import NotEvaluated
from assurance.tape import Tape
from assurance.tape.redaction import Redactor
from assurance.world.azure import reader
from assurance.world.azure.credential import SignInOnce, StaticToken
from assurance.world.azure.transport import TapeTransport
from assurance.world.http.upstream import Upstream
from sandbox import Fault, Sandbox
from sandbox.azure.resource_manager import TokenBucket

BURST, REFILL_PER_SECOND, QUESTIONS = 10, 20.0, 60
BUCKETS_OWN_SECONDS = (QUESTIONS - BURST) / REFILL_PER_SECOND
GROUP = "apex-rg-sandbox"
# A further process of the run: it asks its questions over the same tape, and prints the statuses.
WORKER = """
import json, sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from azure.core.rest import HttpRequest
from assurance.environment.suite_tables import Limits
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
    """Two processes over one tape lose nothing either, and together are refused little more than one."""
    bucket = sandbox.resource_manager.bucket = TokenBucket(BURST, REFILL_PER_SECOND)
    urls = urls_of(sandbox, QUESTIONS)
    known = [str(tape.directory), str(sandbox.authority.path), host_of(sandbox), sandbox.token]
    workers = [
        subprocess.Popen([sys.executable, "-c", WORKER, *known, *urls[number::2]], stdout=subprocess.PIPE)
        for number in range(2)
    ]
    answers = [json.loads(worker.communicate(timeout=60)[0]) for worker in workers]

    assert answers == [[200] * (QUESTIONS // 2)] * 2
    # On a machine that is busy, one process learns late what the other has used.
    assert bucket.refused <= QUESTIONS / 5


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
    told: list[float] = []
    tape.on_throttled = told.append
    transport = transport_of(sandbox, tape, redactor, Limits(attempts=1, retry_budget_seconds=0.0))
    assert statuses(sandbox, transport, 1) == [200]
    # What it waits for is told, as the service asks for it.
    assert 1.0 <= max(told) <= 2.0
    assert bucket.refused == 1


PROD = Path(__file__).parents[4] / "environments" / "prod.toml"
VARIABLE = "APEX_TEST_TOKEN"
SCOPE = "https://management.azure.com/.default"
SECRET = "0123456789-s3cr3t"


@pytest.fixture
def variables() -> Iterator[Callable[..., None]]:
    """A function that sets environment variables until the test ends; None takes one away."""
    before = dict(os.environ)

    def put(**values: str | None) -> None:
        for name, value in values.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value

    yield put
    os.environ.clear()
    os.environ.update(before)


def environment(**credential: Any) -> Environment:  # noqa: ANN401  (values of TOML)
    """The production environment with another credential."""
    return load(PROD, {"credential": credential})


def by_variable() -> SignInOnce:
    """A sign-in by a token in an environment variable."""
    return SignInOnce(environment(kind="token", token_variable=VARIABLE))


def refusal(credential: SignInOnce) -> NotEvaluated:
    """Why nobody could be signed in."""
    with pytest.raises(NotEvaluated) as error:
        credential.get_token(SCOPE)
    return error.value


def encoded(claims: dict[str, object]) -> str:
    """A token with these claims."""
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJub25lIn0.{payload}.x"


def test_a_token_is_read_from_its_variable(variables: Callable[..., None]) -> None:
    """The token is the variable's value, without the line break that a shell or a file left there."""
    variables(APEX_TEST_TOKEN=f" {SECRET}\n")
    token = by_variable().get_token(SCOPE)
    assert token.token == SECRET
    assert token.expires_on > time.time() + 600


@pytest.mark.parametrize("value", [None, "", "  \n"])
def test_a_missing_token_is_one_clear_sentence(variables: Callable[..., None], value: str | None) -> None:
    """A variable that is not set, or is empty, is named, with the command that sets it."""
    variables(APEX_TEST_TOKEN=value)
    error = refusal(by_variable())
    assert error.reason == f"No credential: the environment variable {VARIABLE} is not set."
    assert error.remedy.startswith(f"Set it: export {VARIABLE}=$(az account get-access-token")


@pytest.mark.parametrize("value", [f"Bearer {SECRET}", f"{SECRET}\r\nX-Other: 1", f'"{SECRET}" ', f"{SECRET}\u2026"])
def test_what_is_no_bare_token_is_refused_without_showing_it(variables: Callable[..., None], value: str) -> None:
    """A value that no header can carry is refused here: the HTTP client's own message would show it."""
    variables(APEX_TEST_TOKEN=value)
    credential = by_variable()
    if value.strip() == f'"{SECRET}"':
        assert credential.get_token(SCOPE).token == value.strip()
        return
    error = refusal(credential)
    assert error.reason == f"No credential: the environment variable {VARIABLE} does not hold a bare token."
    assert SECRET not in str(error)


def test_a_refusal_is_remembered(variables: Callable[..., None]) -> None:
    """Whoever asks after a refusal gets the same one; nobody tries to sign in again."""
    variables(APEX_TEST_TOKEN=None)
    credential = by_variable()
    first = refusal(credential)
    variables(APEX_TEST_TOKEN=SECRET)
    assert str(refusal(credential)) == str(first)


def test_a_sign_in_is_remembered(variables: Callable[..., None]) -> None:
    """Whoever asks after a sign-in gets the same token, also where the variable is gone, and from every thread."""
    variables(APEX_TEST_TOKEN=SECRET)
    credential = by_variable()
    first = credential.get_token(SCOPE)
    variables(APEX_TEST_TOKEN=None)
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: credential.get_token(SCOPE), range(16))) == {first}


def test_a_missing_command_line_is_told_once(variables: Callable[..., None], tmp_path: Path) -> None:
    """Without `az` on the machine there is one reason, and `az` is looked for once."""
    variables(PATH=str(tmp_path))
    credential = SignInOnce(environment(kind="azure_cli"))
    first = refusal(credential)
    assert first.reason.startswith("No credential: signing in by kind 'azure_cli' failed: ")
    assert len(first.reason.splitlines()) == 1
    assert "az login" in first.remedy
    assert str(refusal(credential)) == str(first)


def test_a_command_line_that_is_not_signed_in_is_asked_once(variables: Callable[..., None], tmp_path: Path) -> None:
    """A refused sign-in by `az` is not repeated for every question."""
    asked = tmp_path / "asked"
    shell = shutil.which("sh")
    (tmp_path / "az").write_text(f"#!{shell}\necho x >> {asked}\necho 'Please run az login' >&2\nexit 1\n")
    (tmp_path / "az").chmod(0o755)
    variables(PATH=f"{tmp_path}:{os.environ['PATH']}")
    credential = SignInOnce(environment(kind="azure_cli"))
    with ThreadPoolExecutor(8) as pool:
        reasons = {error.reason for error in pool.map(lambda _: refusal(credential), range(16))}
    assert len(reasons) == 1
    assert asked.read_text().split() == ["x"]


def test_an_incomplete_environment_is_told(variables: Callable[..., None]) -> None:
    """The kinds `environment` and `workload_identity` say so where their variables are not set."""
    variables(**{name: None for name in os.environ if name.startswith("AZURE_")})
    for kind in ("environment", "workload_identity"):
        error = refusal(SignInOnce(environment(kind=kind)))
        assert f"kind {kind!r} failed" in error.reason
        assert len(error.reason.splitlines()) == 1


def test_an_authority_that_does_not_answer_is_told_once(variables: Callable[..., None]) -> None:
    """Without a network the sign-in fails once, with a reason, and is not tried for every question."""
    variables(AZURE_TENANT_ID="t", AZURE_CLIENT_ID="c", AZURE_CLIENT_SECRET=SECRET)
    declared = load(PROD, {"credential": {"kind": "environment"}, "cloud": {"authority": "https://127.0.0.1:1"}})
    credential = SignInOnce(declared)
    first = refusal(credential)
    assert "kind 'environment' failed" in first.reason
    assert "127.0.0.1" in first.reason
    assert SECRET not in str(first)
    started = time.monotonic()
    assert str(refusal(credential)) == str(first)
    assert time.monotonic() - started < 0.1


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        (encoded({"oid": "object-1", "appid": "app-1"}), "object-1"),
        (encoded({"appid": "app-1"}), "app-1"),
        (encoded({}), ""),
        ("opaque", ""),
        ("a.b.c", ""),
        ("a.W10.c", ""),
        ("", ""),
    ],
)
def test_who_is_signed_in_is_read_from_the_token(variables: Callable[..., None], token: str, expected: str) -> None:
    """The object id, else the application id; nothing where the token does not say, or nobody is signed in."""
    variables(APEX_TEST_TOKEN=token or None)
    credential = by_variable()
    assert credential.identity() == ""
    if token:
        credential.get_token(SCOPE)
    assert credential.identity() == expected


def test_no_object_shows_its_token() -> None:
    """Credentials may stand in a traceback or a log."""
    assert SECRET not in repr(StaticToken(SECRET))
    assert SECRET not in repr(by_variable())


def test_to_be_refused_without_a_pause_ends(sandbox: Sandbox, tape: Tape, redactor: Redactor) -> None:
    """Who always answers 429 and asks to wait for no time is not asked without end: the pauses are then our own."""
    fault = sandbox.resource_manager.faults.append(Fault("number=0", status=429, headers={"Retry-After": "0"}))
    transport = transport_of(sandbox, tape, redactor, Limits(throttled_seconds=1.0))
    try:
        assert statuses(sandbox, transport, 1) == [429]
    finally:
        sandbox.resource_manager.faults.clear()
    assert fault.met <= 4
