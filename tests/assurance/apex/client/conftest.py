"""What the tests of the API's client share: a real HTTPS server on loopback, and an application that it stands for."""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assurance.apex.client import Application
from assurance.environment import Environment, load
from assurance.tape import Tape, TapeHeader
from assurance.tape.redaction import Redactor
from sandbox.network.http_server import Answer, HttpsServer, Request
from sandbox.network.http_stand_in import CertificateAuthority

ROOT = Path(__file__).parents[4]
RUN_ID = "20260301T100000Z-abcdef"
TOKENS = {
    "APEX_TEST_TOKEN_ESTIMATOR": "estimators-token-0123456789",
    "APEX_TEST_TOKEN_MANAGER": "managers-token-0123456789",
}
HEADER = TapeHeader(
    environment="sandbox",
    subscription_id="22222222-2222-4222-8222-222222222222",
    resource_group="apex-rg-sandbox",
    source="SANDBOX",
    origin="a test",
    vantage=("inside",),
    started="2026-03-01T10:00:00.000Z",
    run_id=RUN_ID,
)


class Server:
    """An HTTPS server that answers what a test tells it, and remembers what it was asked.

    Attributes:
        requests: The requests, in order.
        answers: What it answers, in order; the last one stays.
    """

    def __init__(self, context: ssl.SSLContext) -> None:
        self.requests: list[Request] = []
        self.answers: list[Answer] = [Answer.of_json(200, {"id": "1"})]
        self._server = HttpsServer(self._respond, context, name="test-apex")
        self._server.open()
        self.url = self._server.url

    def _respond(self, request: Request) -> Answer:
        self.requests.append(request)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def tokens(self) -> list[str | None]:
        """Return the Authorization header of each request."""
        return [request.headers.get("Authorization") for request in self.requests]

    def stop(self) -> None:
        """Stop it."""
        self._server.stop()


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> CertificateAuthority:
    """A certificate authority of the tests' own."""
    return CertificateAuthority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def server(authority: CertificateAuthority) -> Iterator[Server]:
    """A server for the application."""
    one = Server(authority.server_context("127.0.0.1"))
    yield one
    one.stop()


@pytest.fixture
def elsewhere(authority: CertificateAuthority) -> Iterator[Server]:
    """A server of another origin."""
    one = Server(authority.server_context("127.0.0.1"))
    yield one
    one.stop()


@pytest.fixture
def tokens() -> Iterator[None]:
    """The roles' tokens, in the variables that the environment file names."""
    os.environ.update(TOKENS)
    yield
    for name in TOKENS:
        os.environ.pop(name, None)


@pytest.fixture
def environment(server: Server, authority: CertificateAuthority) -> Environment:
    """An environment whose application is the server, with short bounds."""
    return environment_of(server.url, authority.path)


def environment_of(base_url: str, ca_bundle: Path | None, **application: object) -> Environment:
    """Return the sandbox's environment with another application."""
    identities = {
        "estimator": {"kind": "token", "token_variable": "APEX_TEST_TOKEN_ESTIMATOR"},
        "manager": {"kind": "token", "token_variable": "APEX_TEST_TOKEN_MANAGER"},
    }
    limits = {
        "timeout_seconds": 2.0,
        "attempts": 3,
        "retry_budget_seconds": 5.0,
        "settle_seconds": 3.0,
        "poll_seconds": 0.01,
        "job_seconds": 5.0,
        "body_bytes": 4096,
    }
    overlay = {
        "cloud": {} if ca_bundle is None else {"ca_bundle": str(ca_bundle)},
        "application": {"base_url": base_url, "identities": identities, "limits": limits, **application},
    }
    return load(ROOT / "environments" / "sandbox.toml", overlay)


@pytest.fixture
def tape(tmp_path: Path) -> Tape:
    """A tape that is being written."""
    return Tape.create(tmp_path / "tape", HEADER)


Build = Callable[..., Application]


@pytest.fixture
def build(environment: Environment, tape: Tape, tokens: None) -> Iterator[Build]:  # noqa: ARG001  (tokens are set)
    """Build an application on the tape, or on another; of the environment, or of another."""
    built: list[Application] = []

    def make(on: Tape | None = None, of: Environment | None = None) -> Application:
        declared = (of or environment).application
        assert declared is not None
        application = Application(of or environment, declared, on or tape, Redactor(salt="tests"))
        built.append(application)
        return application

    yield make
    for application in built:
        application.close()


@pytest.fixture
def application(build: Build) -> Application:
    """The application."""
    return build()
