"""Secrets that come in through Azure's answers reach neither the disk nor the terminal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sandbox import Fault, Sandbox
from tests.suite.running import RunSuite

PLANTED = {
    "password": "S3cret-Passw0rd-of-the-database",
    "account key": "bXkgYWNjb3VudCBrZXkgaXMgbm90IGZvciB5b3VyIGV5ZXMgYXQgYWxsIQ==",
    "json web token": "eyJhbGciOiJSUzI1NiJ9.eyJvaWQiOiJub2JvZHkifQ.c2lnbmF0dXJl",
    "shared access signature": "4hT2lJm0pQk9%2BvXzSignature%3D",
    "e-mail address": "estimator.name@utility.example.com",
    "bearer token": "0pAqUeT0k3nThatNobodyShouldSee",
}


def test_planted_secrets_are_nowhere(run_suite: RunSuite, sandbox_file: Callable[[Sandbox], Path]) -> None:
    """Of secrets in env values, alerts, error messages and URLs, and of the suite's token, no artefact holds any."""
    with Sandbox() as sandbox:
        for name, kind in (
            ("DATABASE_PASSWORD", "password"),
            ("STORAGE", "account key"),
            ("SESSION", "json web token"),
        ):
            sandbox.estate.find("ca-apex-sandbox")["properties"]["template"]["containers"][0]["env"].append(
                {"name": name, "value": PLANTED[kind]}
            )
        alert = next(sandbox.estate.of_type("Microsoft.Security/locations/alerts"))
        alert["properties"]["description"] = f"Sign-in by {PLANTED['e-mail address']}"
        alert["properties"]["alertUri"] = f"https://portal.example.com/?sig={PLANTED['shared access signature']}"
        refusal = {"error": {"code": "Denied", "message": f"Authorization: Bearer {PLANTED['bearer token']}"}}
        sandbox.resource_manager.faults.append(Fault("secureScores", status=403, body=refusal))
        file = sandbox_file(sandbox)
        ended = run_suite("checks", "--env", str(file), "-n", "2", variables=sandbox.environment_variables())
        hidden = {**PLANTED, "the suite's own token": sandbox.token}

    assert ended.status == 1, ended.text
    artefacts = {path: path.read_bytes() for path in ended.reports.rglob("*") if path.is_file()}
    assert len(artefacts) > 100
    for kind, secret in hidden.items():
        assert secret not in ended.text, kind
        assert not [path for path, content in artefacts.items() if secret.encode() in content], kind
    failed = {check.rsplit("::")[-1] for check, verdict in ended.verdicts().items() if verdict == "fail"}
    assert failed == {"test_no_secret_stands_in_plain_text"}
    assert "DATABASE_PASSWORD holds a plain" in ended.text
