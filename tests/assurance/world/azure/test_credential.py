"""Signing in: once, with one clear sentence where it fails, and no token in any message."""

import base64
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from assurance.environment import Environment, load
from assurance.errors import NotEvaluated
from assurance.world.azure.credential import SignInOnce, StaticToken

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
