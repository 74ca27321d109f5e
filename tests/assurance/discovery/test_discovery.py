"""Discovery: from Azure and from files, and the file that is proposed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from assurance.command_line.main import main
from assurance.discovery.draft import Value, as_comment, as_key, as_value, gains
from assurance.discovery.found import Found, FoundResource, read_tape
from assurance.discovery.proposal import Circumstances, Proposal, name_from, propose
from assurance.discovery.shape import kinds
from assurance.environment import Environment, load
from sandbox import Sandbox

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
SCALARS = st.one_of(TEXT, st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False))
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=12)


@given(TEXT, VALUES)
def test_what_is_written_is_read_back(key: str, value: object) -> None:
    """Any key and value stands on one line, and TOML's own reader finds them again."""
    line = f"{as_key(key)} = {as_value(value)}"
    assert "\n" not in line
    assert tomllib.loads(line) == {key: value}


def test_what_is_no_value_of_toml_is_refused() -> None:
    """TOML has no null."""
    with pytest.raises(TypeError):
        as_value(None)


ROOT = Path(__file__).parents[3]
MAX_REQUESTS = 40
WHERE = ("--subscription", "22222222-2222-4222-8222-222222222222", "--resource-group", "apex-rg-sandbox")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """The stand-ins, with their token where the environment file says that it is."""
    with Sandbox() as running:
        os.environ.update(running.environment_variables())
        yield running
        for name in running.environment_variables():
            del os.environ[name]


@pytest.fixture
def access(sandbox: Sandbox, tmp_path: Path) -> str:
    """An environment file by which the stand-ins are met."""
    path = tmp_path / "access.toml"
    base = ROOT / "environments" / "sandbox.toml"
    path.write_text(tomli_w.dumps({"extends": str(base), **sandbox.overlay()}), encoding="utf-8")
    return str(path)


def _parts(environment: Environment) -> dict[str, object]:
    document = environment.model_dump(mode="json")
    document["identity"]["roles"] = sorted(document["identity"]["roles"], key=lambda role: str(role["service"]))
    document["defender"]["plans"] = sorted(document["defender"]["plans"])
    names = ("virtual_network", "network_security_groups", "services", "container_apps", "identity", "defender")
    deployment = {key: document["deployment"][key] for key in ("monitoring", "secrets", "backup", "skus")}
    return {name: document[name] for name in names} | deployment


def test_the_sandbox_gives_the_file_of_the_sandbox(sandbox: Sandbox, access: str, tmp_path: Path) -> None:
    """Network, services, application, identity and plans are the shipped file's, within the bound on requests."""
    before = len(sandbox.resource_manager.requests_served)
    output = tmp_path / "mine.toml"
    assert main(["init", *WHERE, "--access-of", access, "--output", str(output)]) == 0
    assert len(sandbox.resource_manager.requests_served) - before <= MAX_REQUESTS
    written, shipped = load(output), load(Path(access))
    assert _parts(written) == _parts(shipped)
    assert written.cloud == shipped.cloud
    assert written.credential == shipped.credential
    assert written.views == shipped.views
    assert "could not be read" not in output.read_text(encoding="utf-8")


def test_a_group_that_is_not_there_writes_nothing(
    access: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One error says what was asked, and no file is left."""
    output = tmp_path / "mine.toml"
    where = (*WHERE[:3], "no-such-group")
    assert main(["init", *where, "--access-of", access, "--output", str(output)]) != 0
    assert "no-such-group" in capsys.readouterr().err
    assert not output.exists()


def test_without_a_source_the_sources_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is asked on a terminal; the message says what to give."""
    assert main(["init"]) != 0
    assert "--from-tape" in capsys.readouterr().err


HOME = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/apex-rg-prod"


def _what_if(folder: Path) -> Path:
    """Write a what-if result that would create what the tape of production holds."""
    found, _ = read_tape(ROOT / "fixtures" / "recordings" / "prod")
    changes = [
        {"resourceId": resource.id, "changeType": "Create", "before": None, "after": dict(resource.values)}
        for resource in found.resources.values()
        if resource.id.casefold().startswith(HOME.casefold())
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


TAPE = ROOT / "fixtures" / "recordings" / "prod"
# What no resource tells: an engineer answers it, or lives with the default that the file marks.
ONLY_PEOPLE_KNOW = (
    "description",
    "vantage",
    "application",  # where and as whom the API is called
    "load",
    "evidence",
    "waivers",
    "not_applicable",
    "drift.expected",  # the proposal has the guide's reasons, in words of its own
    "deployment.registry.public_access",  # an exception from the guide
    "deployment.revision.cors_origins",  # digests on a tape
    "deployment.release",  # comes with each release
    "deployment.artefacts",
)


@cache
def _found() -> Found:
    return read_tape(TAPE)[0]


def _proposed(found: Found | None = None) -> Proposal:
    return propose(found or _found(), Circumstances("prod", ("inside",)))


def _edited(kind: str, change: Callable[[dict[str, Any]], None]) -> Found:
    """Return what was found, with the properties of the first resource of a type changed."""
    found = _found()
    one = found.of_type(kind)[0]
    values = dict(one.values)
    values["properties"] = dict(values["properties"])
    change(values["properties"])
    key = next(key for key, each in found.resources.items() if each.id == one.id)
    return replace(found, resources={**found.resources, key: replace(one, values=values)})


def _without(kind: str) -> Found:
    found = _found()
    return replace(found, resources={key: one for key, one in found.resources.items() if one.type != kind})


def _compared(environment: Environment) -> dict[str, Any]:
    document = environment.model_dump(mode="json")
    for key in ONLY_PEOPLE_KNOW:
        *above, last = key.split(".")
        table = document
        for name in above:
            table = table[name]
        del table[last]
    document["defender"]["plans"] = sorted(document["defender"]["plans"])
    document["identity"]["roles"] = sorted(document["identity"]["roles"], key=lambda role: str(role["service"]))
    return document


def test_the_tape_of_production_gives_the_file_of_production() -> None:
    """All but what only people know, key by key; variables that the file leaves out are named beside."""
    proposed, shipped = _compared(_proposed().environment), _compared(load(ROOT / "environments" / "prod.toml"))
    variables = proposed["deployment"]["revision"].pop("environment_variables")
    assert shipped["deployment"]["revision"].pop("environment_variables").items() <= variables.items()
    assert set(variables) - {"AZURE_OPENAI_ENDPOINT", "AZURE_CLIENT_ID"} == {
        "ENVIRONMENT",
        "LOG_LEVEL",
        "AZURE_SQL_SERVER",
        "AZURE_SQL_DATABASE",
    }
    assert proposed == shipped


def test_the_text_reads_back_as_what_was_validated() -> None:
    """The file is TOML, declares the same, and marks each question that it tells of."""
    proposal = _proposed()
    assert Environment.model_validate(tomllib.loads(proposal.text)) == proposal.environment
    assert proposal.text.count("QUESTION: ") == len(proposal.questions) + 1  # the application, as a remark
    assert "found" in proposal.text
    assert "guide" in proposal.text


def test_each_value_says_where_it_comes_from() -> None:
    """Behind every key stands what it rests on: something found, the guide, the kind, a default, or a question."""
    lines = [line for line in _proposed().text.splitlines() if not line.startswith(("#", "[")) and line]
    assert [line for line in lines if " # " not in line] == []


def test_questions_are_asked_where_somebody_answers() -> None:
    """Each question is asked once with its default; what was answered is in the file, and is no question any more."""
    asked: dict[str, object] = {}

    def ask(key: str, question: str, default: Value) -> Value:
        assert question
        asked[key] = default
        return {"defender.secure_score_floor": 0.8}.get(key, default)

    answered = propose(_found(), Circumstances("prod", ("inside",), ask=ask))
    assert set(asked) == {question.partition(": ")[0] for question in _proposed().questions}
    assert answered.questions == ()
    assert answered.environment.defender.secure_score_floor == 0.8
    assert answered.text.count("QUESTION: ") == 1  # the application, as a remark


def test_answers_are_typed_on_the_terminal(tmp_path: Path) -> None:
    """An empty line is the default; what is no value of the kind is asked again; texts need no quotes."""
    command = [sys.executable, "-m", "assurance", "init", "--from-tape", str(TAPE), "--interactive"]
    typed = "inside, outside\nmuch\n0.75\n" + "\n" * 20
    written = subprocess.run(
        [*command, "--output", str(tmp_path / "mine.toml")],
        cwd=ROOT,
        input=typed,
        text=True,
        capture_output=True,
        check=True,
    )
    environment = load(tmp_path / "mine.toml")
    assert environment.vantage == ("inside", "outside")
    assert environment.defender.secure_score_floor == 0.75
    assert "much is no such value" in written.stdout
    assert "0 questions to answer" in written.stdout


def test_what_is_found_open_is_not_permitted() -> None:
    """A rule that lets the Internet in is told in a comment, and in no flow."""
    rule = {
        "name": "AllowAll",
        "properties": {
            "access": "Allow",
            "direction": "Inbound",
            "protocol": "*",
            "sourceAddressPrefix": "*",
            "destinationAddressPrefix": "*",
            "destinationPortRange": "*",
        },
    }

    def open_it(properties: dict[str, Any]) -> None:
        properties["securityRules"] = [*properties["securityRules"], rule]

    proposal = _proposed(_edited("microsoft.network/networksecuritygroups", open_it))
    assert "AllowAll, Inbound * * to *, ports *" in proposal.text
    assert proposal.environment.network_security_groups == _proposed().environment.network_security_groups


@pytest.mark.parametrize(
    ("kind", "key", "value", "told"),
    [
        ("microsoft.app/containerapps", "configuration", {"ingress": {"external": True, "fqdn": "x"}}, "FOUND: true"),
        ("microsoft.app/containerapps", "template", {"scale": {"minReplicas": 0}}, "guide; FOUND: 0"),
        ("microsoft.keyvault/vaults", "publicNetworkAccess", "Enabled", "Disabled; FOUND: Enabled"),
    ],
)
def test_what_the_guide_demands_is_written_as_it_demands(kind: str, key: str, value: object, told: str) -> None:
    """What was found stands behind it; the declared value is the guide's."""
    proposal = _proposed(_edited(kind, lambda properties: properties.update({key: value})))
    assert told in proposal.text
    assert not proposal.environment.container_apps.ingress_external
    revision = proposal.environment.deployment.revision
    assert revision is not None
    assert revision.minimum_replicas == 2


def test_a_role_beyond_the_guides_is_not_declared() -> None:
    """An identity that was made an owner is told of, and the file still asks for no such role."""
    owner = "/subscriptions/x/providers/Microsoft.Authorization/roleDefinitions/8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
    found = _found()
    principal = found.of_type("microsoft.managedidentity/userassignedidentities")[0].text("properties", "principalId")
    values = {"properties": {"principalId": principal, "roleDefinitionId": owner, "scope": "/subscriptions/x"}}
    one = FoundResource("/subscriptions/x/providers/Microsoft.Authorization/roleAssignments/y", _ASSIGNMENT, values)
    proposal = _proposed(replace(found, resources={**found.resources, ("y",): one}))
    assert "not demanded by the guide: Owner on /subscriptions/x" in proposal.text
    assert proposal.environment.identity == _proposed().environment.identity


_ASSIGNMENT = "microsoft.authorization/roleassignments"


@pytest.mark.parametrize(
    "kind",
    [
        "microsoft.network/virtualnetworks",
        "microsoft.network/privateendpoints",
        "microsoft.network/networksecuritygroups",
        "microsoft.network/privateendpoints/privatednszonegroups",
        "microsoft.app/containerapps",
        "microsoft.app/managedenvironments",
        "microsoft.managedidentity/userassignedidentities",
        "microsoft.authorization/roleassignments",
        "microsoft.insights/components",
        "microsoft.operationalinsights/workspaces",
        "microsoft.portal/dashboards",
        "microsoft.containerregistry/registries",
        "microsoft.sql/servers",
        "microsoft.keyvault/vaults",
        "microsoft.security/pricings",
    ],
)
def test_a_proposal_is_valid_whatever_is_missing(kind: str) -> None:
    """Without any resource of a type, there is still a file; what the guide demands stands in it all the same."""
    environment = _proposed(_without(kind)).environment
    assert environment.virtual_network.subnets
    assert environment.services
    assert not environment.container_apps.ingress_external


def test_a_service_without_endpoint_is_declared_with_one() -> None:
    """The guide demands it: its name is a question, its zone that of the kind."""
    proposal = _proposed(_without("microsoft.network/privateendpoints"))
    assert proposal.environment.services["sql"].private_endpoint.zone == "privatelink.database.windows.net"
    assert any("services.sql.private_endpoint.name" in question for question in proposal.questions)


def test_further_zones_of_an_endpoint_are_further_names() -> None:
    """An AI services account has a zone for each of its members, here one in the hub's subscription."""
    hub = "/subscriptions/33333333-3333-4333-8333-333333333333/resourceGroups/hub"
    zone = "privatelink.services.ai.azure.com"
    config = {"properties": {"privateDnsZoneId": f"{hub}/providers/Microsoft.Network/privateDnsZones/{zone}"}}
    found = _found()
    kind = "microsoft.network/privateendpoints/privatednszonegroups"
    key, group = next((key, one) for key, one in found.resources.items() if one.type == kind and "pe-openai" in one.id)
    properties = dict(group.values["properties"])
    properties["privateDnsZoneConfigs"] = [*properties["privateDnsZoneConfigs"], config]
    edited = replace(group, values={**group.values, "properties": properties})
    environment = _proposed(replace(found, resources={**found.resources, key: edited})).environment
    (name,) = environment.services["openai"].private_endpoint.names
    assert name.fqdn == "openai-apex-prod.services.ai.azure.com"
    assert (name.zone, name.zone_resource_group) == (zone, "hub")
    assert name.zone_subscription == "33333333-3333-4333-8333-333333333333"


def test_a_name_with_a_line_break_stays_a_comment() -> None:
    """What Azure calls things is not trusted to be one line."""
    assert "\n" not in as_comment('x\nname = "other"')
    assert len(as_comment("x" * 10_000)) <= 300


def test_gains_name_what_a_file_lacks_and_what_it_says_otherwise() -> None:
    """A file without telemetry gains it; another image is told with both values; an equal file gains nothing."""
    proposed = _proposed().environment
    apps = proposed.container_apps.model_copy(update={"image": "other/image"})
    present = proposed.model_copy(update={"telemetry": None, "container_apps": apps})
    told = gains(present, proposed)
    assert '+ telemetry.component = "appi-apex-prod"' in told
    image = '"apexacr.azurecr.io/apex-backend"'
    assert f'~ container_apps.image = "other/image", and init would write {image}' in told
    assert gains(proposed, proposed) == ()


@pytest.mark.parametrize(
    ("group", "name"),
    [("apex-rg-prod", "prod"), ("rg-apex-dev", "dev"), ("RG My_Group", "my-group"), ("---", "apex"), ("ü", "apex")],
)
def test_a_name_is_made_of_the_resource_groups(group: str, name: str) -> None:
    """It is one that an environment file accepts."""
    assert name_from(group) == name


def test_each_kind_has_zones_and_a_way_to_its_host() -> None:
    """The table is whole: no kind without a sub-resource, no key twice, each zone a private link's."""
    assert len({kind.key for kind in kinds()}) == len(kinds())
    for kind in kinds():
        assert all(zone.startswith("privatelink.") for zone, _ in kind.sub_resources.values()), kind.key
