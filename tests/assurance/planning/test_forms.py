"""One planned violation, in each form that a plan can have, is the same finding; what is no plan is refused."""

import json

import pytest

from assurance.errors import NotEvaluated
from assurance.estate.services.kinds import read_as, read_service
from assurance.estate.services.platform_service import WithLeastTls
from assurance.estate.services.public_access import read_services_of_kind
from assurance.planning import ChangeKind, PlanRefused
from assurance.planning.loading import refuse_older
from tests.assurance.planning.plans import (
    GROUP,
    SERVER,
    estate,
    modify,
    read,
    server,
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
