"""Secrets that come in through the world's answers reach neither the disk nor the terminal."""

from __future__ import annotations

import json
import re
from base64 import b64encode, encodebytes
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

import pytest

from sandbox import Fault, Sandbox
from tests.assurance.tape.test_redaction import PLANTED as KINDS
from tests.suite.running import Ended, RunSuite

SANDBOX_FILE = Callable[[Sandbox], Path]
PLANTED = dict(list(KINDS.items())[::2])
"""Half of the kinds that the redactor is tried with: each costs a slow digest a look."""
Dress = Callable[[str], str]
DRESSES: Sequence[Dress] = (
    str,
    lambda text: quote(text, safe=""),
    lambda text: b64encode(text.encode()).decode(),
    lambda text: json.dumps({"inner": [text]}),
    lambda text: encodebytes(text.encode()).decode(),
)
"""As it is, as part of a URL, in base 64, as JSON within a string, and broken over lines."""


def dressed(shift: int) -> list[str]:
    """Return every planted text, each in the next of the dresses."""
    return [
        DRESSES[(number + shift) % len(DRESSES)](around.format(secret))
        for number, (around, secret) in enumerate(PLANTED.values())
    ]


def looks() -> dict[str, tuple[str, ...]]:
    """Return what must be found nowhere, by kind: the secret, as part of a URL, and its text in base 64."""
    return {
        kind: (secret, quote(secret, safe=""), b64encode(around.format(secret).encode()).decode())
        for kind, (around, secret) in PLANTED.items()
    }


def assert_nowhere(ended: Ended, hidden: Mapping[str, tuple[str, ...]], least_files: int) -> None:
    """Hold that of the secrets none is in an artefact or on the terminal, in any of its looks."""
    artefacts = [path.read_bytes() for path in ended.reports.rglob("*") if path.is_file()]
    assert len(artefacts) > least_files
    everything = b"\n".join((*artefacts, ended.text.encode()))
    assert [kind for kind, looks in hidden.items() if any(look.encode() in everything for look in looks)] == []


def test_planted_secrets_are_nowhere(run_suite: RunSuite, sandbox_file: SANDBOX_FILE) -> None:
    """Of 60 kinds and more in answers, errors, headers, links, redirects and variables none is left, nor the token."""
    raw = [around.format(secret) for around, secret in PLANTED.values()]
    with Sandbox() as sandbox:
        variables = sandbox.estate.find("ca-apex-sandbox")["properties"]["template"]["containers"][0]["env"]
        variables += [{"name": f"SETTING_{number}", "value": text} for number, text in enumerate(dressed(0))]
        alert = next(sandbox.estate.of_type("Microsoft.Security/locations/alerts"))
        alert["properties"]["description"] = "\n".join(raw)
        alert["properties"]["extendedProperties"] = dict(enumerate(dressed(1)))
        one_line = " ".join(text for text in raw if text.isascii() and text.isprintable())
        query = "&".join(f"q{number}={quote(text, safe='')}" for number, text in enumerate(raw))
        elsewhere = f"https://elsewhere.example.com/?{query}"
        faults = sandbox.resource_manager.faults
        refusal = {"error": {"code": "Denied", "message": "\n".join(dressed(2))}}
        faults.append(Fault("secureScores", status=403, body=refusal, headers={"x-ms-request-id": one_line}))
        faults.append(Fault("pricings", status=302, body="", headers={"Location": elsewhere}))
        faults.append(Fault("alertsSuppressionRules", status=200, body={"value": [], "nextLink": elsewhere}))
        page = "".join(f"<p>{text}</p>" for text in dressed(3))
        faults.append(Fault("publicIPAddresses", status=502, body=f"<html>{page}</html>", content_type="text/html"))
        faults.append(Fault("vaults", status=401, headers={"WWW-Authenticate": f"Bearer error=x {one_line}"}))
        file = sandbox_file(sandbox)
        ended = run_suite(
            "checks/security", "--env", str(file), "-n", "2", "-rA", variables=sandbox.environment_variables()
        )
        hidden = {**looks(), "the suite's own token": (sandbox.token,)}

    assert len(PLANTED) >= 60
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
    assert_nowhere(ended, {name: (secret,)}, least_files=10)
