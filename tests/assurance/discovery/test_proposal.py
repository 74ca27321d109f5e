"""A proposal from a tape declares what the shipped file declares; what is found open is never thereby permitted."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from assurance.discovery.draft import as_comment
from assurance.discovery.found import Found, FoundResource
from assurance.discovery.from_tape import read_tape
from assurance.discovery.gains import gains
from assurance.discovery.kinds import kinds
from assurance.discovery.proposal import Circumstances, Proposal, name_from, propose
from assurance.environment import Environment, load

ROOT = Path(__file__).parents[3]
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
    assert any("services.sql.private_endpoint.name" in one for one in proposal.questions)


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
