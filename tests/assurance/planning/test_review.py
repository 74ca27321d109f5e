"""Plans in their forms, and what the review makes of them."""

from __future__ import annotations

import json
import tomllib
from hashlib import sha256
from pathlib import Path

import pytest

import assurance.planning
from assurance.drift.classify import Weight
from assurance.drift.compare import Difference
from assurance.environment.deployment import AnnouncedChange
from assurance.errors import BrokenReading, NotEvaluated
from assurance.estate.resources.resource import folded
from assurance.estate.services.platform_service import WithLeastTls
from assurance.estate.services.public_access import read_as, read_service, read_services_of_kind
from assurance.planning import ChangeKind, PlanRefused
from assurance.planning.deployment import beside
from assurance.planning.loading import refuse_older
from assurance.planning.review import PlanReview, TemplateValidation, is_brought_about, is_noise, review
from assurance.world.files import Artefact
from tests.assurance.planning.plans import (
    ENVIRONMENT,
    GROUP,
    SERVER,
    estate,
    modify,
    read,
    server,
    tape,
    template,
    terraform,
    what_if,
)

OPEN = {"publicNetworkAccess": "Enabled"}


def _azurerm(before: object, after: object) -> dict[str, object]:
    change = {
        "actions": ["update"],
        "before": {"id": SERVER, "name": "sql-apex-prod", "public_network_access_enabled": before},
        "after": {"id": SERVER, "name": "sql-apex-prod", "public_network_access_enabled": after},
    }
    provider = "registry.terraform.io/hashicorp/azurerm"
    return {"address": "azurerm_mssql_server.main", "type": "azurerm_mssql_server", "provider_name": provider,
            "mode": "managed", "change": change}  # fmt: skip


def _azapi() -> dict[str, object]:
    body = {"properties": {**json.loads(server())["properties"], **OPEN}}
    values = {"type": "Microsoft.Sql/servers@2023-08-01", "parent_id": GROUP, "name": "sql-apex-prod", "body": body}
    change = {"actions": ["update"], "before": {"id": SERVER}, "after": values}
    provider = "registry.terraform.io/azure/azapi"
    return {"address": "azapi_resource.sql", "type": "azapi_resource", "provider_name": provider,
            "mode": "managed", "change": change}  # fmt: skip


def _resource(**properties: object) -> dict[str, object]:
    whole = {**json.loads(server())["properties"], **properties}
    return {
        "type": "Microsoft.Sql/servers",
        "apiVersion": "2023-08-01",
        "name": "[format('sql-apex-{0}', parameters('suffix'))]",
        "properties": whole,
    }


FORMS = {
    "what-if": lambda: what_if(modify(SERVER, json.loads(server()), **OPEN)),
    "template": lambda: template(_resource(**OPEN), suffix="prod"),
    "azurerm": lambda: terraform(_azurerm(False, True)),
    "azapi": lambda: terraform(_azapi()),
}


@pytest.mark.parametrize("form", FORMS)
def test_one_violation_is_one_finding(form: str) -> None:
    """Whatever the form, the same fact fails, and says the same."""
    assert read_service(estate(), "sql").refuses_public_networks.holds
    fact = read_service(estate(read(FORMS[form]())), "sql").refuses_public_networks
    assert not fact.holds
    assert fact.observed == "publicNetworkAccess is Enabled"
    assert fact.subject == SERVER


@pytest.mark.parametrize("form", FORMS)
def test_what_the_plan_leaves_alone_stays(form: str) -> None:
    """Other properties and other resources are judged as they were read."""
    planned = estate(read(FORMS[form]()))
    assert read_as(planned, "sql", WithLeastTls).requires_modern_tls.holds
    assert read_service(planned, "storage").refuses_public_networks.holds


def test_an_expression_for_azure_touches_only_who_needs_it() -> None:
    """What only Azure can compute is not evaluated where it is needed, and named; the rest is judged."""
    planned = estate(read(template(_resource(minimalTlsVersion="[reference('other').tls]"), suffix="prod")))
    assert read_service(planned, "sql").refuses_public_networks.holds
    with pytest.raises(NotEvaluated, match=r"\[reference\('other'\)\.tls\]"):
        _ = read_as(planned, "sql", WithLeastTls).requires_modern_tls


def test_what_a_template_leaves_out_is_gone() -> None:
    """In incremental mode all of a resource is applied again: what is not written falls back to Azure's default."""
    bare = {"type": "Microsoft.Sql/servers", "apiVersion": "2023-08-01", "name": "sql-apex-prod", "properties": {}}
    fact = read_service(estate(read(template(bare))), "sql").refuses_public_networks
    assert not fact.holds
    assert "absent" in fact.observed


def test_an_attribute_that_nobody_knows_is_no_pass() -> None:
    """A change that azurerm tells in words that are not known here leaves the resource unjudged."""
    change = _azurerm(False, False)
    change["change"]["after"]["a_new_thing"] = "on"  # type: ignore[index]  # a plan's JSON
    planned = estate(read(terraform(change)))
    with pytest.raises(NotEvaluated, match="a_new_thing"):
        read_service(planned, "sql")


def test_what_is_known_after_apply_is_unknown() -> None:
    """A value that Terraform knows only after the deployment is not evaluated."""
    change = _azurerm(False, None)
    change["change"]["after_unknown"] = {"public_network_access_enabled": True}  # type: ignore[index]  # a plan's JSON
    with pytest.raises(NotEvaluated, match="known after apply"):
        _ = read_service(estate(read(terraform(change))), "sql").refuses_public_networks


def test_a_deleted_resource_does_not_exist() -> None:
    """What the plan deletes is absent, by its id and in lists."""
    plan = read(what_if({"resourceId": SERVER, "changeType": "Delete", "before": json.loads(server())}))
    assert not read_service(estate(plan), "sql").exists.holds


def test_a_new_resource_is_judged() -> None:
    """What the plan creates stands in the lists of its kind, and is judged there."""
    created = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/stapexother"
    after = {"id": created, "type": "Microsoft.Storage/storageAccounts", "name": "stapexother", "kind": "StorageV2",
             "properties": {"publicNetworkAccess": "Enabled"}}  # fmt: skip
    plan = read(what_if({"resourceId": created, "changeType": "Create", "after": after}))
    assert not read_services_of_kind(estate(plan), "storage").undeclared_refuse_public_networks.holds


def test_unchanged_and_ignored_resources_are_left_alone() -> None:
    """NoChange and Ignore change nothing, whatever payload they carry."""
    other = {**json.loads(server()), "properties": OPEN}
    plan = read(what_if({"resourceId": SERVER, "changeType": "Ignore", "before": other, "after": other}))
    assert plan.changes[0].kind is ChangeKind.IGNORE
    assert read_service(estate(plan), "sql").refuses_public_networks.holds


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "no JSON"),
        (what_if(modify(SERVER, {"properties": {}}))[:-20], "cut off"),
        (b"[]", "no JSON object"),
        (b"{}", "this is no plan"),
        (b'{"status": "Failed", "error": {"code": "InvalidTemplate"}}', "InvalidTemplate"),
        (b'{"status": "Succeeded"}', "list 'changes'"),
        (b'{"changes": [{"changeType": "Create"}]}', "no resourceId"),
        (what_if({"resourceId": SERVER, "changeType": "Explode"}), "Explode"),
        (what_if({"resourceId": SERVER, "changeType": "Modify"}), "FullResourcePayloads"),
        (
            what_if({"resourceId": "/subscriptions/other/resourceGroups/g", "changeType": "NoChange"}),
            "subscription other",
        ),
        (json.dumps({"$schema": "x/deploymentTemplate.json"}).encode(), "list 'resources'"),
        (b'{"terraform_version": "1.9", "values": {}}', "show a plan"),
        (b'{"terraform_version": "1.9", "resource_changes": [], "errored": true}', "ended in an error"),
    ],
)
def test_what_is_no_plan_is_refused(content: bytes, told: str) -> None:
    """One error says what is wrong, and where."""
    with pytest.raises(PlanRefused, match=told) as refused:
        read(content)
    assert str(refused.value).startswith("plan.json: ")


def test_parameters_are_held_to_the_template() -> None:
    """A parameter without a value, and one that nobody declares, are refused with their names."""
    document = json.loads(template(_resource()))
    document["parameters"] = {"suffix": {"type": "string"}}
    with pytest.raises(PlanRefused, match="'suffix' has no value"):
        read(json.dumps(document).encode())
    with pytest.raises(PlanRefused, match="no parameter 'other'"):
        read(json.dumps(document).encode(), b'{"parameters": {"other": {"value": 1}}}')


def test_an_older_plan_is_refused() -> None:
    """A plan that was made before the tape was laid over another deployment."""
    with pytest.raises(PlanRefused, match="make it anew"):
        refuse_older("2026-01-01T00:00:00Z", "2026-01-02T00:00:00.000Z", "plan.json")
    refuse_older("2026-01-03T00:00:00Z", "2026-01-02T00:00:00.000Z", "plan.json")


TEMPLATE = b'{"resources": []}'
DIGEST = sha256(TEMPLATE).hexdigest()
ERROR = {"code": "InvalidTemplate", "message": "The resource is declared twice."}
WARNING = {"level": "Warning", "code": "NestedDeploymentShortCircuited", "message": "One was skipped."}


def validation(document: object) -> TemplateValidation:
    """Return the validation of the template, with what the command printed."""
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    result = Artefact("validation", "validate.json", content, ("r1",))
    return TemplateValidation(result, Artefact("template", "main.json", TEMPLATE, ("r2",)), DIGEST)


def test_a_valid_template_holds() -> None:
    """Its warnings are told."""
    fact = validation({"properties": {"provisioningState": "Succeeded", "diagnostics": [WARNING]}}).succeeded
    assert fact.holds
    assert "NestedDeploymentShortCircuited: One was skipped." in fact.observed
    assert fact.readings == ("r1", "r2")


@pytest.mark.parametrize(
    "document",
    [
        {"error": ERROR},
        {"properties": {"provisioningState": "Failed", "error": ERROR}},
        {"properties": {"provisioningState": "Succeeded"}, "error": ERROR},
        {"properties": {"provisioningState": "Succeeded", "diagnostics": [{**ERROR, "level": "Error"}]}},
        {"properties": {"provisioningState": "Running"}},
    ],
)
def test_an_invalid_one_does_not(document: object) -> None:
    """By an error wherever it stands, or by any state but success."""
    fact = validation(document).succeeded
    assert not fact.holds
    assert "az deployment group validate" in fact.remedy
    assert ("InvalidTemplate" in fact.observed) is ("InvalidTemplate" in json.dumps(document))


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"{", "it is not JSON"), (b"[]", "no JSON object"), (b"{}", "no provisioningState"), (b"null", "no JSON object")],
)
def test_what_is_no_result_is_not_judged(content: bytes, told: str) -> None:
    """Neither passed nor failed."""
    with pytest.raises(BrokenReading, match=told):
        _ = validation(content).succeeded


def test_the_template_is_known_by_its_digest() -> None:
    """The one that was reviewed holds, any other does not, and says which it is."""
    own = validation({})
    assert own.is_of(f"sha256:{DIGEST}").holds
    other = own.is_of(f"sha256:{'0' * 64}")
    assert not other.holds
    assert DIGEST in other.observed


FILE = tomllib.loads((Path(assurance.planning.__file__).parent / "noise.toml").read_text("utf-8"))
NOISE, BROUGHT_ABOUT = FILE["property"], FILE["brought_about"]
SPACE = ENVIRONMENT.virtual_network.address_space


def reviewed(content: bytes, *announced: AnnouncedChange) -> PlanReview:
    """Return the review of a plan over the bundled tape."""
    return review(read(content), {folded(SERVER): json.loads(server())}, announced, GROUP, SPACE)


def test_an_unannounced_security_change_fails() -> None:
    """It is told with what was and what would be."""
    fact = reviewed(what_if(modify(SERVER, json.loads(server()), publicNetworkAccess="Enabled"))).announces_what_matters
    assert not fact.holds
    assert "publicNetworkAccess was Disabled, is Enabled" in fact.observed


def test_an_announced_one_does_not() -> None:
    """By resource and path, with a reason; another path is not covered by it."""
    content = what_if(modify(SERVER, json.loads(server()), publicNetworkAccess="Enabled"))
    right = AnnouncedChange(resource="sql-*", path="properties.publicNetworkAccess", reason="migration from outside")
    wrong = AnnouncedChange(resource="sql-*", path="properties.version", reason="migration from outside")
    assert reviewed(content, right).announces_what_matters.holds
    assert not reviewed(content, wrong).announces_what_matters.holds


def test_a_deleted_endpoint_is_security_relevant() -> None:
    """What goes away is classified as drift classifies it."""
    endpoint = f"{GROUP}/providers/Microsoft.Network/privateEndpoints/pe-sql-apex-prod"
    found = reviewed(what_if({"resourceId": endpoint, "changeType": "Delete"}))
    assert found.changes[0].weight is Weight.SECURITY


def test_what_the_plan_does_not_tell_is_not_harmless() -> None:
    """Unsupported: nobody knows what becomes of it."""
    found = reviewed(what_if({"resourceId": SERVER, "changeType": "Unsupported", "unsupportedReason": "nested"}))
    assert not found.announces_what_matters.holds


def test_there_are_forty_kinds_of_noise() -> None:
    """Each has its reason."""
    assert len(NOISE) >= 40
    assert all(one["reason"].endswith(".") for one in NOISE)


@pytest.mark.parametrize("rule", NOISE, ids=lambda one: f"{one.get('type', 'any')} {one['path']}")
def test_known_noise_is_silent(rule: dict[str, str]) -> None:
    """What-if reports it although nothing would change; the same difference the other way round is no noise."""
    kind = rule.get("type", "*").replace("*", "x")
    path = rule["path"].replace("*", "")
    change = rule.get("change", "")
    noise = Difference(path, "there", None if change == "removed" else "other")
    assert is_noise(noise, kind)
    if change == "removed":
        assert not is_noise(Difference(path, None, "there"), kind)


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("microsoft.sql/servers", "properties.publicNetworkAccess"),
        ("microsoft.storage/storageaccounts", "properties.networkAcls.defaultAction"),
        ("microsoft.network/virtualnetworks", "properties.subnets[snet-a].properties.networkSecurityGroup.id"),
        ("microsoft.network/networksecuritygroups", "properties.securityRules[deny].properties.access"),
        ("microsoft.app/containerapps", "properties.configuration.ingress.external"),
        ("microsoft.keyvault/vaults", "properties.networkAcls.bypass"),
        ("microsoft.network/privatednszones/virtualnetworklinks", "properties.registrationEnabled"),
    ],
)
def test_what_a_control_judges_is_never_noise(kind: str, path: str) -> None:
    """Neither removed, nor added, nor changed."""
    assert not is_noise(Difference(path, "a", None), kind)
    assert not is_noise(Difference(path, None, "a"), kind)
    assert not is_noise(Difference(path, "a", "b"), kind)


def test_what_a_deployment_brings_about_is_no_more_than_planned() -> None:
    """Each kind has its reason; a new revision is one, an open door is none."""
    assert all(one["reason"].endswith(".") for one in BROUGHT_ABOUT)
    assert is_brought_about("properties.latestRevisionName", "microsoft.app/containerapps")
    assert is_brought_about("properties.configuration.ingress.traffic[r12].weight", "microsoft.app/containerapps")
    assert not is_brought_about("properties.configuration.ingress.external", "microsoft.app/containerapps")
    assert not is_brought_about("properties.latestRevisionName", "microsoft.sql/servers")


def test_a_deployment_is_held_to_its_plan() -> None:
    """Planned and not done, and done and not planned, are both told, by resource and property."""
    as_it_is = json.loads(server())
    unchanged = read(what_if(modify(SERVER, as_it_is)))
    assert beside(unchanged, ENVIRONMENT, tape().readings()).was_carried_out.holds

    opened = read(what_if(modify(SERVER, as_it_is, publicNetworkAccess="Enabled")))
    fact = beside(opened, ENVIRONMENT, tape().readings()).was_carried_out
    assert not fact.holds
    assert "planned, not done: sql-apex-prod properties.publicNetworkAccess" in fact.observed

    earlier = {**as_it_is, "properties": {**as_it_is["properties"], "publicNetworkAccess": "Enabled"}}
    more = read(what_if({"resourceId": SERVER, "changeType": "NoChange", "before": earlier, "after": earlier}))
    fact = beside(more, ENVIRONMENT, tape().readings()).was_carried_out
    assert "done, not planned: sql-apex-prod properties.publicNetworkAccess" in fact.observed
