"""A container registry hands out tokens of its own: they open the registry, and never reach a tape."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assurance.environment import Environment, load
from assurance.errors import BrokenReading, NotEvaluated
from assurance.tape import Tape, TapeHeader, utc_now
from assurance.tape.redaction import Redactor
from assurance.world.azure.clients import AzureClients
from assurance.world.azure.credential import StaticToken
from assurance.world.azure.reader import get_described
from sandbox import Fault, Sandbox
from sandbox.azure.container_registry import HOST

ENVIRONMENT = Path(__file__).parents[4] / "environments" / "sandbox.toml"
HEADER = TapeHeader("sandbox", "s", "g", "SANDBOX", "a test", ("inside",), utc_now())
QUICK = {"limits": {"attempts": 1, "retry_budget_seconds": 0.0, "throttled_seconds": 0.0}}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """The stand-ins on their sockets."""
    with Sandbox() as running:
        yield running


@pytest.fixture
def environment(sandbox: Sandbox) -> Iterator[Environment]:
    """The environment that uses them; what a test made the registry do is undone."""
    yield load(ENVIRONMENT, {**sandbox.overlay(), **QUICK})
    sandbox.registry.faults.clear()


def _clients(environment: Environment, tape: Tape, token: str) -> AzureClients:
    return AzureClients(environment, tape, Redactor("a test"), StaticToken(token))


def test_tag_is_read_after_the_exchange(sandbox: Sandbox, environment: Environment, tmp_path: Path) -> None:
    """The registry challenges, tokens are exchanged, and the tag's digest is read; the sign-in leaves no reading."""
    tape = Tape.create(tmp_path, HEADER)
    client = _clients(environment, tape, sandbox.token).registry(HOST)
    found, readings = get_described(client.get_tag_properties, "tag", "apex-backend", "1.4.2")
    assert found is not None
    assert found.required_text("tag", "digest") == sandbox.estate.images[1]["digest"]
    assert {reading.status for reading in tape.readings()} == {200, 401}
    assert set(readings) <= {reading.key for reading in tape.readings()}


def test_tokens_never_reach_the_tape(sandbox: Sandbox, environment: Environment, tmp_path: Path) -> None:
    """Neither the Microsoft Entra token nor the registry's own is anywhere on the tape."""
    client = _clients(environment, Tape.create(tmp_path, HEADER), sandbox.token).registry(HOST)
    get_described(client.get_tag_properties, "tag", "apex-backend", "1.4.2")
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert sandbox.token.encode() not in kept
    assert sandbox.registry.access_token.encode() not in kept
    assert b"refresh_token" not in kept


def test_replay_signs_in_nowhere(sandbox: Sandbox, environment: Environment, tmp_path: Path) -> None:
    """A replay answers from the tape, without a credential and without a request."""
    tape = Tape.create(tmp_path, HEADER)
    live = _clients(environment, tape, sandbox.token).registry(HOST)
    first, _ = get_described(live.get_tag_properties, "tag", "apex-backend", "1.4.2")
    tape.seal(utc_now())
    served = len(sandbox.registry.requests_served)
    replayed = _clients(environment, Tape.open(tmp_path), "replayed").registry(HOST)
    second, _ = get_described(replayed.get_tag_properties, "tag", "apex-backend", "1.4.2")
    assert first is not None
    assert second is not None
    assert first.values == second.values
    assert len(sandbox.registry.requests_served) == served


@pytest.mark.parametrize(("repository", "tag"), [("apex-backend", "9.9.9"), ("unknown", "1.4.2")])
def test_what_is_not_there_is_none(
    sandbox: Sandbox, environment: Environment, tmp_path: Path, repository: str, tag: str
) -> None:
    """A tag, or a repository, that the registry does not know is absent, and no inability."""
    client = _clients(environment, Tape.create(tmp_path, HEADER), sandbox.token).registry(HOST)
    assert get_described(client.get_tag_properties, "tag", repository, tag)[0] is None


def test_refused_sign_in_is_not_evaluated(environment: Environment, tmp_path: Path) -> None:
    """Who may not sign in to the registry learns nothing of its images."""
    client = _clients(environment, Tape.create(tmp_path, HEADER), "another token").registry(HOST)
    with pytest.raises(NotEvaluated, match="did not accept the sign-in"):
        get_described(client.get_tag_properties, "tag", "apex-backend", "1.4.2")


@pytest.mark.parametrize("code", ["TAG_UNKNOWN", "ResourceNotFound"])
def test_missing_sign_in_is_no_missing_image(
    sandbox: Sandbox, environment: Environment, tmp_path: Path, code: str
) -> None:
    """A sign-in that is answered by 404 says nothing of the image: it is not evaluated, and not absent."""
    sandbox.registry.faults.append(Fault("/oauth2/", status=404, body={"errors": [{"code": code, "message": "no"}]}))
    client = _clients(environment, Tape.create(tmp_path, HEADER), sandbox.token).registry(HOST)
    with pytest.raises(NotEvaluated):
        get_described(client.get_tag_properties, "tag", "apex-backend", "1.4.2")


def test_answer_without_its_subject_is_broken(sandbox: Sandbox, environment: Environment, tmp_path: Path) -> None:
    """An answer that describes no tag is none to a question for one."""
    sandbox.registry.faults.append(Fault("/_tags/", status=200, body={"registry": HOST, "tags": []}))
    client = _clients(environment, Tape.create(tmp_path, HEADER), sandbox.token).registry(HOST)
    with pytest.raises(BrokenReading):
        get_described(client.get_tag_properties, "tag", "apex-backend", "1.4.2")
