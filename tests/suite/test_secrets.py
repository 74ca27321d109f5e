"""Secrets that come in through the world's answers reach neither the disk nor the terminal."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from sandbox import Fault, Sandbox
from tests.suite.running import Ended, RunSuite

SANDBOX_FILE = Callable[[Sandbox], Path]
# What each is, and the text in which it comes in; what stands between braces is the secret.
PLANTED: Mapping[str, str] = {
    "password of a connection string": "Server=tcp:x;User Id=a;Password={S3cret-Passw0rd-of-the-database};",
    "account key of a connection": "AccountName=st;AccountKey={bXkgYWNjb3VudCBrZXkgaXMgbm90IGZvciB5b3VyIGV5ZXM=};",
    "storage key alone": "{" + "Ab3dEf6hIj" * 8 + "KlMn0p" + "==}",
    "key of Azure AI services": "{" + "aB3" * 17 + "q" + "JQQJ99" + "cD4eF5gH6iJ7kL8mN9oP0qR1sT" + "}",
    "shared access key of a bus": "Endpoint=sb://x.servicebus.windows.net/;SharedAccessKey={kJ8h2mN4pQ6rS8tU0vW2xY4z};",
    "shared access signature": "https://portal.example.com/?sv=2024&sig={4hT2lJm0pQk9%2BvXzSignature%3D}",
    "json web token": "session {eyJhbGciOiJSUzI1NiJ9.eyJvaWQiOiJub2JvZHkifQ.c2lnbmF0dXJlT2ZOb2JvZHk}",
    "bearer token": "Authorization: Bearer {0pAqUeT0k3nThatNobodyShouldSee}",
    "basic credential": "Authorization: Basic {dXNlcjpwYXNzd29yZDEyMw==}",
    "client secret of Entra": "{abc8Q~dEfGhIjKlMnOpQrStUvWxYz0123456789a}",
    "client secret by name": "client_secret={a-client-secret-0815-nobody-sees}",
    "private key": "{-----BEGIN PRIVATE KEY-----MIIEvQIBADANBgkqhkiG9w0BAQEFAASC-----END PRIVATE KEY-----}",
    "instrumentation key": "InstrumentationKey={7f4c2d1e-9a8b-4c7d-8e6f-5a4b3c2d1e0f};IngestionEndpoint=https://x/",
    "function key": "https://func.example.net/api/run?code={Zx9Yw8Vu7Ts6Rq5Po4Nm3Lk2Ji1Hg0Fe}==",
    "api key": "api-key: {k3y-0f-the-mapping-service-1234}",
    "subscription key": "Ocp-Apim-Subscription-Key: {0123456789abcdef0123456789abcdee}",
    "token of GitHub": "{ghp_" + "aB3dEf6hIj" * 3 + "KlMn0p" + "}",
    "token of Slack": "{xoxb-2048-4096-AbCdEfGhIjKlMnOp}",
    "webhook of Slack": "https://hooks.slack.com/services/{T0000AAAA/B0000BBBB/c0c0C0C0c0c0C0C0}",
    "key of OpenAI": "{sk-proj-Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8}",
    "password in a URL": "postgresql://estimator:{pw-in-the-url-77}@db.example.com/apex",
    "refresh token": '"refresh_token": "{0.AXoAbcdefghijklmnop-refresh}"',
    "password in markup": "<dbPassword>{markup-Passw0rd-99}</dbPassword>",
    "e-mail address": "Sign-in by {estimator.name@utility.example.com}",
}


def secret_of(text: str) -> str:
    """Return what stands between the braces of a planted text."""
    match = re.search(r"\{(.*)\}", text, re.S)
    assert match is not None
    return match.group(1)


def plain(text: str) -> str:
    """Return a planted text as it comes in."""
    return text.replace("{", "").replace("}", "")


def assert_nowhere(ended: Ended, hidden: Mapping[str, str], least_files: int) -> None:
    """Hold that of the secrets none is in an artefact or on the terminal."""
    artefacts = {path: path.read_bytes() for path in ended.reports.rglob("*") if path.is_file()}
    assert len(artefacts) > least_files
    for kind, secret in hidden.items():
        assert secret not in ended.text, kind
        assert not [path for path, content in artefacts.items() if secret.encode() in content], kind


def test_planted_secrets_are_nowhere(run_suite: RunSuite, sandbox_file: SANDBOX_FILE) -> None:
    """Of 24 kinds of secrets in answers, errors, headers, URLs, redirects, and of the suite's token, none is left."""
    everything = "\n".join(plain(text) for text in PLANTED.values())
    with Sandbox() as sandbox:
        variables = sandbox.estate.find("ca-apex-sandbox")["properties"]["template"]["containers"][0]["env"]
        variables += [
            {"name": f"SETTING_{number}", "value": plain(text)} for number, text in enumerate(PLANTED.values())
        ]
        alert = next(sandbox.estate.of_type("Microsoft.Security/locations/alerts"))
        alert["properties"]["description"] = everything
        alert["properties"]["extendedProperties"] = dict(enumerate(map(plain, PLANTED.values())))
        one_line = " ".join(plain(text) for kind, text in PLANTED.items() if "markup" not in kind)
        faults = sandbox.resource_manager.faults
        refusal = {"error": {"code": "Denied", "message": everything}}
        faults.append(Fault("secureScores", status=403, body=refusal, headers={"x-ms-request-id": one_line}))
        elsewhere = f"https://elsewhere.example.com/?{PLANTED['shared access signature'].partition('?')[2]}"
        faults.append(Fault("pricings", status=302, body="", headers={"Location": plain(elsewhere)}))
        faults.append(
            Fault("publicIPAddresses", status=502, body=f"<html>{everything}</html>", content_type="text/html")
        )
        faults.append(Fault("vaults", status=401, headers={"WWW-Authenticate": f"Bearer error=x {one_line}"}))
        file = sandbox_file(sandbox)
        ended = run_suite(
            "checks/security", "--env", str(file), "-n", "2", "-rA", variables=sandbox.environment_variables()
        )
        hidden = {kind: secret_of(text) for kind, text in PLANTED.items()}
        hidden["the suite's own token"] = sandbox.token

    assert len(PLANTED) >= 20
    assert ended.status == 1, ended.text
    assert_nowhere(ended, hidden, least_files=100)
    bodies = [path.read_text(encoding="utf-8") for path in ended.pack.glob("tape/bodies/*")]
    [alerts] = [body for body in bodies if "extendedProperties" in body]
    assert len(set(re.findall(r"\[redacted [a-z-]+ [0-9a-f]{16}\]", alerts))) >= len(PLANTED)
    verdicts = ended.verdicts()
    failed = {check.rsplit("::")[-1] for check, verdict in verdicts.items() if verdict == "fail"}
    assert failed == {"test_no_secret_stands_in_plain_text"}
    assert "not_evaluated" in verdicts.values()


@pytest.mark.parametrize("name", ["DATABASE_PASSWORD", "STORAGE_CONNECTION_STRING"])
def test_a_finding_names_the_variable_and_not_its_value(
    run_suite: RunSuite, sandbox_file: SANDBOX_FILE, name: str
) -> None:
    """A secret in a plain environment variable is a finding that names the variable, never its value."""
    secret = "S3cret-Passw0rd-of-the-database"
    with Sandbox() as sandbox:
        containers = sandbox.estate.find("ca-apex-sandbox")["properties"]["template"]["containers"]
        containers[0]["env"].append({"name": name, "value": secret})
        check = "checks/security/test_sec_07_managed_identity.py"
        ended = run_suite(check, "--env", str(sandbox_file(sandbox)), variables=sandbox.environment_variables())

    assert ended.status == 1, ended.text
    assert f"env[{name}].value holds a plain" in ended.words
    assert_nowhere(ended, {name: secret}, least_files=10)
