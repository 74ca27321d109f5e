"""The doctor: ready where all is well, and a name, a remedy and the controls concerned for each thing that is not."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from assurance.command_line.doctor.needs import NEEDS, Rights
from assurance.command_line.main import main
from assurance.world.azure.document import Document
from sandbox import Fault, Sandbox

ROOT = Path(__file__).parents[4]
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
Examined = tuple[int, str]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Stand-ins that a test may make wrong."""
    with Sandbox() as started:
        variables = started.environment_variables()
        os.environ.update(variables)
        yield started
        for name in variables:
            del os.environ[name]


@pytest.fixture
def examine(sandbox: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Examined]:
    """Run the doctor on the stand-ins, with further values in the environment file, and return status and output."""

    def run(*words: str, **further: Any) -> Examined:  # noqa: ANN401  (values of TOML)
        path = tmp_path / "environment.toml"
        values = {"extends": str(ROOT / "environments" / "sandbox.toml"), **sandbox.overlay(), **further}
        path.write_text(tomli_w.dumps(values), encoding="utf-8")
        status = main(["doctor", "--env", str(path), *words])
        return status, capsys.readouterr().out

    return run


def problems(text: str) -> list[str]:
    """Return area and subject of each problem in the output."""
    return re.findall(r"^PROBLEM +(.+?: )", text, re.MULTILINE)


def test_sandbox_is_ready(examine: Callable[..., Examined]) -> None:
    """With all rights, both vantages and every endpoint there, the doctor finds nothing and ends with 0."""
    status, text = examine()
    assert problems(text) == []
    assert status == 0
    assert f"all {len(NEEDS)} rights that the suite needs" in text
    assert "may grant access to a new project, and archive it, shows with the first one that a run makes" in text
    assert re.search(r"Ready: apex-assurance run --env \S+/environment\.toml\n$", text)


def test_missing_right_names_action_role_and_controls(sandbox: Sandbox, examine: Callable[..., Examined]) -> None:
    """An action that the identity's role leaves out is named, with the controls that rest on it."""
    sandbox.estate.change(f"roleDefinitions/{READER}", "properties.permissions[0].notActions", ["microsoft.sql/*/READ"])
    status, text = examine()
    assert status == 1
    assert "rights        Microsoft.Sql/servers/firewallRules/read: " in problems(text)
    assert all("Microsoft.Sql/" in problem for problem in problems(text))
    assert "not evaluated: SEC-06" in text
    assert 'az role assignment create --role "Reader"' in text


def test_missing_data_right_names_the_vault_role(sandbox: Sandbox, examine: Callable[..., Examined]) -> None:
    """Without the right to list the names of secrets, the role that gives it is named."""
    vault_reader = "21090545-7ca7-4776-b22c-e363652d74d2"
    sandbox.estate.change(f"roleDefinitions/{vault_reader}", "properties.permissions[0].dataActions", [])
    status, text = examine()
    assert status == 1
    assert "Microsoft.KeyVault/vaults/secrets/readMetadata/action: missing" in text
    assert '--role "Key Vault Reader"' in text
    assert "Secrets User" not in text


def test_right_to_change_is_noted(sandbox: Sandbox, examine: Callable[..., Examined]) -> None:
    """An identity that could change what it judges may judge, and is told of."""
    sandbox.estate.change(f"roleDefinitions/{READER}", "properties.permissions[0].actions", ["*"])
    status, text = examine()
    assert status == 0
    assert "note     rights        beyond reading: may change what it judges: *" in text


def test_nobody_signed_in_is_a_problem(examine: Callable[..., Examined]) -> None:
    """Without a credential the reason is told once for each thing that needs it, and nothing is called ready."""
    status, text = examine(credential={"kind": "token", "token_variable": "APEX_NO_SUCH_VARIABLE"})
    assert status == 1
    assert (
        "PROBLEM  identity      token: No credential: the environment variable APEX_NO_SUCH_VARIABLE is not set."
        in text
    )
    assert "Ready" not in text


def test_refused_list_of_rights_is_a_problem(sandbox: Sandbox, examine: Callable[..., Examined]) -> None:
    """Where Azure does not tell the rights, that is a problem and not an empty list."""
    sandbox.resource_manager.faults.append(Fault("/permissions", status=403))
    status, text = examine()
    assert status == 1
    assert "PROBLEM  identity" in text
    assert "rights        group" not in text


def test_refused_alerts_are_a_problem_of_their_control(sandbox: Sandbox, examine: Callable[..., Examined]) -> None:
    """What may not be read of the subscription is named with its control."""
    sandbox.resource_manager.faults.append(Fault("/microsoft.security/alerts", status=403))
    status, text = examine()
    assert status == 1
    assert re.search(r"PROBLEM  subscription  alerts: .*\n +not evaluated: SEC-10", text)


@pytest.mark.parametrize(("minutes", "told"), [(-10, "s ahead of Azure's"), (10, "s behind Azure's")])
def test_wrong_clock_is_a_problem(minutes: int, told: str, sandbox: Sandbox, examine: Callable[..., Examined]) -> None:
    """A machine whose clock differs from Azure's by minutes is told so, with the direction."""
    date = format_datetime(datetime.now(UTC) + timedelta(minutes=minutes), usegmt=True)
    sandbox.resource_manager.faults.append(Fault("/permissions", headers={"Date": date}))
    status, text = examine()
    assert status == 1
    line = next(line for line in text.splitlines() if "clock" in line)
    assert line.startswith("PROBLEM")
    assert line.endswith(told)


def test_wrong_vantage_is_a_problem(sandbox: Sandbox, examine: Callable[..., Examined]) -> None:
    """A machine that claims to be inside, and resolves names as the outside does, is told so."""
    views = {"inside": {"nameservers": [sandbox.dns.outside.address]}, "outside": {}}
    status, text = examine("--vantage", "inside", views=views)
    assert status == 1
    assert "PROBLEM  vantage       inside: Declared inside, looks like outside: 5 of 5 service names lead to" in text
    assert "--vantage outside" in text


def test_missing_vantage_is_noted(examine: Callable[..., Examined]) -> None:
    """A run from one vantage is told what the other would have seen."""
    status, text = examine("--vantage", "inside")
    assert status == 0
    assert "note     vantage       outside: no run from outside" in text


def test_untrusted_certificate_is_a_problem(examine: Callable[..., Examined], sandbox: Sandbox) -> None:
    """An endpoint whose certificate this machine does not trust is named with the setting that mends it."""
    cloud = {name: value for name, value in sandbox.overlay()["cloud"].items() if name != "ca_bundle"}
    status, text = examine(cloud=cloud)
    assert status == 1
    assert re.search(r"PROBLEM  endpoint      resource manager: .*certificate", text)
    assert "cloud.ca_bundle" in text


def test_the_bundled_sandbox_is_started(capsys: pytest.CaptureFixture[str]) -> None:
    """The sandbox runs for as long as it is examined, its variables are put back, and JSON tells the same."""
    before = dict(os.environ)
    assert main(["doctor", "--env", str(ROOT / "environments" / "sandbox.toml"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["environment"], told["ready"]) == ("sandbox", True)
    assert {"identity", "endpoint", "vantage", "rights"} <= {one["area"] for one in told["findings"]}
    assert dict(os.environ) == before


def test_excepted_action_is_not_granted() -> None:
    """An action that a role excepts is not granted by it, but may be by another."""
    need = NEEDS[0]
    narrow = Document({"actions": ["*"], "notActions": [need.action.lower()]}, ("key",))
    wide = Document({"actions": ["*/read"], "notActions": []}, ("key",))
    assert not Rights((narrow,)).allow(need)
    assert Rights((narrow, wide)).allow(need)
    assert not Rights(()).allow(need)
