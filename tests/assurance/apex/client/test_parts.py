"""The parts of the client: contents, plans, forged tokens, what an environment file says of it."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from assurance.apex.client.contents import Contents, Upload
from assurance.apex.client.forged_tokens import FORGED, NEEDS_GENUINE, forge
from assurance.apex.client.plans import plan_of
from assurance.environment import load
from assurance.environment.applicability import (
    NO_APPLICATION,
    NO_TELEMETRY,
    READ_ONLY,
    without_application,
    without_telemetry,
)
from assurance.errors import EnvironmentFileError, UsageError
from assurance.judging.nouns import VIEWS, roots, view
from assurance.suite.prefetch import needs_of
from assurance.tape.redaction import Redactor
from tests.assurance.apex.client.conftest import ROOT, environment_of

PDF = Upload("scope.pdf", b"%PDF-1.7")


def genuine() -> str:
    """Return what looks like a token that Microsoft Entra issued."""
    parts = [{"alg": "RS256", "kid": "k"}, {"aud": "api://apex", "oid": "o", "exp": 4_000_000_000}]
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return ".".join([*encoded, "c2lnbmF0dXJl"])


def claims(token: str) -> dict[str, Any]:  # Any: claims are JSON of any kind
    """Return the claims of a token."""
    part = token.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))))


def test_the_digest_is_that_of_what_is_carried() -> None:
    """Equal contents have one digest, in every process; other text, field, name, type or bytes have another."""
    form = {"project_id": "1"}
    all_contents = [
        Contents(),
        Contents.of({"a": 1}, None, None),
        Contents.of({"a": 2}, None, None),
        Contents.of(None, form, None),
        Contents.of(None, form, {"file": PDF}),
        Contents.of(None, form, {"file": Upload("../scope.pdf", PDF.content)}),
        Contents.of(None, form, {"file": Upload(PDF.name, b"%PDF-1.6")}),
        Contents.of(None, form, {"file": Upload(PDF.name, PDF.content, "text/plain")}),
    ]
    assert len({contents.digest() for contents in all_contents}) == len(all_contents)
    assert all_contents[0].digest() == ""
    assert (
        Contents.of(None, {"b": "1", "a": "2"}, None).digest() == Contents.of(None, {"a": "2", "b": "1"}, None).digest()
    )


def test_what_is_no_number_can_be_sent() -> None:
    """NaN, which JSON does not have, is sent as it is, to be refused."""
    assert Contents.of({"voltage_level": float("nan")}, None, None).arguments()["content"] == b'{"voltage_level":NaN}'


def test_the_summary_tells_files_and_hides_secrets() -> None:
    """Of a file the summary has name, type, size and digest; of a field it has the value, but no secret."""
    summary = Contents.of(None, {"note": "password=S3cret-of-mine"}, {"file": PDF}).summary(Redactor(salt="tests"))
    assert "scope.pdf (application/pdf, 8 bytes, " in summary
    assert "S3cret-of-mine" not in summary


@pytest.mark.parametrize(
    ("method", "path", "caller", "covered"),
    [
        ("GET", "/anything", "auditor", True),
        ("POST", "/projects", "estimator", True),
        ("POST", "/projects/", "estimator", True),
        ("POST", "/projects", "auditor", False),
        ("PUT", "/projects", "estimator", False),
        ("POST", "/documents/1-2/validate", "estimator", True),
        ("POST", "/documents/1/2/validate", "estimator", False),
        ("POST", "/documents/1/validate/all", "estimator", False),
        ("DELETE", "/projects/1?force=true", "manager", True),
    ],
)
def test_a_plan_covers_what_it_names(method: str, path: str, caller: str, covered: bool) -> None:
    """A request is planned by its method, its path with ids left open, and its caller; reading always is."""
    assert plan_of("smoke").covers(method, path, caller) is covered


def test_a_flow_without_a_plan_is_refused() -> None:
    """What would be written must be said beforehand."""
    with pytest.raises(UsageError, match="no plan"):
        plan_of("mine")


@pytest.mark.parametrize("name", sorted(FORGED))
def test_a_forged_token_is_wrong_in_its_one_thing(name: str) -> None:
    """Each forged token differs from the genuine one, and keeps its claims where those are not what is wrong."""
    token = forge(name, genuine())
    assert token != genuine()
    if name not in NEEDS_GENUINE:
        assert token.count(".") != 2
        return
    told = claims(token)
    assert told["oid"] == "o"
    assert (told["aud"] == "api://apex") is (name != "wrong-audience-looking")
    assert (told["exp"] > 1_900_000_000) is (name not in {"expired-looking", "tampered"})
    assert (token.rpartition(".")[2] == "") is (name == "unsigned")
    assert (token.rpartition(".")[2] == "c2lnbmF0dXJl") is (name == "tampered")


def test_an_opaque_token_can_be_forged_after() -> None:
    """A genuine token that is no JSON web token lends no claims, and the forgeries are made nevertheless."""
    assert all(forge(name, "opaque") for name in FORGED)
    with pytest.raises(ValueError, match="no forged token"):
        forge("genuine")


def problem(tmp_path: Path, text: str) -> str:
    """Return what is said of an environment file that has this beside the sandbox's."""
    file = tmp_path / "mine.toml"
    file.write_text(f'extends = "{ROOT / "environments" / "sandbox.toml"}"\n{text}', encoding="utf-8")
    with pytest.raises(EnvironmentFileError) as caught:
        load(file)
    return str(caught.value)


@pytest.mark.parametrize(
    ("kind", "needed"),
    [
        ("client_secret", "secret_variable"),
        ("certificate", "certificate_variable"),
        ("token", "token_variable"),
        ("federated", "client_id"),
    ],
)
def test_an_identity_needs_what_its_kind_needs(tmp_path: Path, kind: str, needed: str) -> None:
    """A kind of identity without what it signs in with is refused, with the key that is missing."""
    file = f'[application]\nidentities = {{ estimator = {{ kind = "{kind}", token_variable = 1 }} }}\n'
    base = f'[application.identities.auditor]\nkind = "{kind}"\n'
    assert "application.identities" in problem(tmp_path, file)
    minimal = tmp_path / "minimal.toml"
    text = (ROOT / "environments" / "sandbox.toml").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("auditor = ")]
    minimal.write_text("\n".join(lines) + f"\n{base}", encoding="utf-8")
    with pytest.raises(EnvironmentFileError, match=needed):
        load(minimal)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[application]\nlive_path = "health"', "a path such as /health/live"),
        ('[application]\nbase_url = "http://apex.example.com"', "application.base_url"),
        ("[application]\nreadonly = true", "application.readonly"),
        ('[application]\naccess = { how = "standing" }', "project_id"),
        ('[application]\nintegrations = ["sql", "cosmos"]', "cosmos"),
        ("[application]\nestimates = { iterations = 10 }", "application.estimates.iterations"),
        ('[application.refused_tokens]\nexpired = "eyJhbGciOiJSUzI1NiJ9"', "APEX_TOKEN"),
    ],
)
def test_a_wrong_application_is_one_error(tmp_path: Path, text: str, told: str) -> None:
    """What is wrong in the table is refused with its key, and a token put there by mistake is not shown."""
    said = problem(tmp_path, text)
    assert told in said
    assert "eyJhbGciOiJSUzI1NiJ9" not in said


def test_checks_of_the_application_need_one() -> None:
    """Without a table, what calls the API does not apply; read-only, what writes does not; the rest does."""
    declared = environment_of("https://127.0.0.1:1", None)
    read_only = environment_of("https://127.0.0.1:1", None, read_only=True)
    without = declared.model_copy(update={"application": None})

    assert without_application(declared, "SMK-01", ["flows", "application"]) is None
    assert without_application(without, "SEC-01", ["estate"]) is None
    assert without_application(read_only, "SMK-01", ["application", "liveness"]) is None
    for environment, reason in ((without, NO_APPLICATION), (read_only, READ_ONLY)):
        found = without_application(environment, "SMK-03", ["flows"])
        assert found is not None
        assert found.reason == reason


def test_checks_of_telemetry_need_it() -> None:
    """Without a table, what is judged by telemetry does not apply, and nothing else is left out."""
    declared = environment_of("https://127.0.0.1:1", None)
    without = declared.model_copy(update={"telemetry": None})
    assert without_telemetry(without, "SEC-01", ["estate"]) is None
    found = without_telemetry(without, "SLA-01", ["telemetry", "window_minutes"])
    assert found is not None
    assert found.reason == NO_TELEMETRY
    assert without_telemetry(declared, "SLA-01", ["telemetry"]) is None


def test_what_writes_is_not_fetched_ahead() -> None:
    """A view that rests on flows, however deep, is left to its check; others are obtained before the first."""

    def writing(flows: object) -> object:
        return flows

    def above(writing: object) -> object:
        return writing

    def reading(application: object) -> object:
        return application

    for function in (writing, above, reading):
        view(function)
    try:
        assert roots("above") == {"flows"}
        assert [name for name, _ in needs_of([(["writing", "above", "reading"], {})])] == ["reading"]
    finally:
        for function in (writing, above, reading):
            del VIEWS[function.__name__]
