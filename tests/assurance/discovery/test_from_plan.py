"""From plans, what is planned is declared; what only Azure can compute is not, and is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assurance.command_line.main import main
from assurance.discovery.from_tape import read_tape
from assurance.environment import load

ROOT = Path(__file__).parents[3]
HOME = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/apex-rg-prod"


def _what_if(folder: Path) -> Path:
    """Write a what-if result that would create what the tape of production holds."""
    found, _ = read_tape(ROOT / "fixtures" / "recordings" / "prod")
    changes = [
        {"resourceId": one.id, "changeType": "Create", "before": None, "after": dict(one.values)}
        for one in found.resources.values()
        if one.id.casefold().startswith(HOME.casefold())
    ]
    path = folder / "what-if.json"
    path.write_text(json.dumps({"status": "Succeeded", "changes": changes}), encoding="utf-8")
    return path


def test_a_what_if_result_gives_services_and_network(tmp_path: Path) -> None:
    """The same services, endpoints and groups as the shipped file declares; where it goes is taken of the plan."""
    output = tmp_path / "mine.toml"
    assert main(["init", "--from-what-if", str(_what_if(tmp_path)), "--output", str(output)]) == 0
    written, shipped = load(output), load(ROOT / "environments" / "prod.toml")
    assert written.services == shipped.services
    assert written.virtual_network == shipped.virtual_network
    assert written.network_security_groups == shipped.network_security_groups
    assert written.subscription_id == shipped.subscription_id


def test_a_template_gives_its_services_and_tells_what_it_does_not_know(tmp_path: Path) -> None:
    """Names are computed from parameters; what a reference comes to is left to the kind's table."""
    template = {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": {"stage": {"type": "string"}},
        "resources": [
            {
                "type": "Microsoft.KeyVault/vaults",
                "apiVersion": "2023-07-01",
                "name": "[format('kv-{0}', parameters('stage'))]",
                "properties": {"vaultUri": "[reference('other').uri]", "publicNetworkAccess": "Enabled"},
            }
        ],
    }
    file, parameters, output = tmp_path / "main.json", tmp_path / "parameters.json", tmp_path / "mine.toml"
    file.write_text(json.dumps(template), encoding="utf-8")
    parameters.write_text(json.dumps({"parameters": {"stage": {"value": "blue"}}}), encoding="utf-8")
    where = ["--subscription", "22222222-2222-4222-8222-222222222222", "--resource-group", "rg-apex-blue"]
    given = ["--from-template", str(file), "--parameters", str(parameters), "--output", str(output)]
    assert main(["init", *given, *where]) == 0
    written = load(output)
    assert written.services["key_vault"].fqdn == "kv-blue.vault.azure.net"
    assert "Disabled; FOUND: Enabled" in output.read_text(encoding="utf-8")


@pytest.mark.parametrize("text", ["", "{}", '{"status": "Failed", "changes": []}', "[" * 10_000])
def test_what_is_no_plan_is_refused(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One error, no traceback, no file."""
    file, output = tmp_path / "plan.json", tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")
    where = ["--subscription", "22222222-2222-4222-8222-222222222222", "--resource-group", "g"]
    assert main(["init", "--from-what-if", str(file), "--output", str(output), *where]) != 0
    assert "plan.json" in capsys.readouterr().err
    assert not output.exists()
