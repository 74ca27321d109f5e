"""Templates as Bicep builds them come to the resources that Azure would make of them."""

import json
from typing import Any

import pytest

from assurance.planning.deployment import beside
from assurance.planning.unknown import is_unknown
from tests.assurance.planning.plans import ENVIRONMENT, GROUP, SCHEMA, TARGET, Body, read, tape

NETWORK = "Microsoft.Network"


def _document(resources: object, **parts: object) -> bytes:
    return json.dumps({"$schema": SCHEMA, "languageVersion": "2.0", "resources": resources, **parts}).encode()


def _module(name: str, resources: object, outputs: Body, **given: object) -> Body:
    """Return a module of Bicep: a nested deployment of inner scope."""
    inner = {"$schema": SCHEMA, "parameters": {key: {"type": "string"} for key in given}, "resources": resources,
             "outputs": {key: {"type": "string", "value": value} for key, value in outputs.items()}}  # fmt: skip
    return {
        "type": "Microsoft.Resources/deployments", "apiVersion": "2022-09-01", "name": name,
        "properties": {"mode": "Incremental", "expressionEvaluationOptions": {"scope": "inner"},
                       "parameters": {key: {"value": value} for key, value in given.items()}, "template": inner},
    }  # fmt: skip


def _afters(content: bytes, parameters: bytes = b"") -> dict[str, Any]:
    """Return what would be, by what is unlike in the ids."""
    return {one.id.removeprefix(f"{GROUP}/providers/"): one.after for one in read(content, parameters).changes}


def _link(network: str) -> Body:
    return {"type": f"{NETWORK}/privateDnsZones/virtualNetworkLinks", "apiVersion": "2020-06-01", "name": "zone/link",
            "properties": {"virtualNetwork": {"id": network}}}  # fmt: skip


def test_a_module_takes_what_another_puts_out() -> None:
    """By the deployment's id, or its symbolic name; Azure is not needed for it."""
    network = _module("net", {"it": {"type": f"{NETWORK}/virtualNetworks", "apiVersion": "1", "name": "v"}},
                      {"id": f"[resourceId('{NETWORK}/virtualNetworks', 'v')]"})  # fmt: skip
    by_id = "[reference(resourceId('Microsoft.Resources/deployments', 'net'), '2022-09-01').outputs.id.value]"
    by_name = "[reference('net').outputs.id.value]"
    for expression in (by_id, by_name):
        zone = _module("dns", [_link("[parameters('network')]")], {}, network=expression)
        found = _afters(_document({"net": network, "dns": zone}))
        link = found[f"{NETWORK}/privateDnsZones/zone/virtualNetworkLinks/link"]
        assert link["properties"]["virtualNetwork"]["id"] == f"{GROUP}/providers/{NETWORK}/virtualNetworks/v"


def test_what_a_module_puts_out_may_be_unknown() -> None:
    """Where it rests on what only Azure knows, so does who takes it."""
    other = _module("net", {}, {"id": "[reference('x').id]"})
    found = _afters(_document({"net": other, "link": _link("[reference('net').outputs.id.value]")}))
    [link] = found.values()
    assert is_unknown(link["properties"]["virtualNetwork"]["id"])


def test_copies_are_made_of_resources_and_modules() -> None:
    """Each by its number; what is conditioned away is not there, nor what is only looked up."""
    many = {"type": f"{NETWORK}/publicIPAddresses", "apiVersion": "1", "name": "[format('p{0}', copyIndex())]",
            "copy": {"name": "many", "count": "[length(variables('all'))]"}}  # fmt: skip
    off = {"type": f"{NETWORK}/publicIPAddresses", "apiVersion": "1", "name": "off", "condition": "[equals(1, 2)]"}
    there = {"type": f"{NETWORK}/virtualNetworks", "apiVersion": "1", "name": "v", "existing": True}
    found = _afters(_document({"many": many, "off": off, "there": there}, variables={"all": ["a", "b"]}))
    assert set(found) == {f"{NETWORK}/publicIPAddresses/p0", f"{NETWORK}/publicIPAddresses/p1"}


def test_a_secret_of_a_vault_is_unknown() -> None:
    """A parameter file refers to it, and only Azure reads it."""
    one = {"type": "Microsoft.Sql/servers", "apiVersion": "1", "name": "s", "properties": {"x": "[parameters('key')]"}}
    declared = {"key": {"type": "securestring"}}
    given = json.dumps({"parameters": {"key": {"reference": {"keyVault": {"id": "/v"}, "secretName": "s"}}}}).encode()
    [server] = _afters(_document({"one": one}, parameters=declared), given).values()
    assert is_unknown(server["properties"]["x"])


def test_a_default_may_rest_on_a_later_parameter() -> None:
    """Parameters are in no order."""
    one = {"type": f"{NETWORK}/virtualNetworks", "apiVersion": "1", "name": "[parameters('name')]"}
    declared = {"name": {"type": "string", "defaultValue": "[format('v-{0}', parameters('stage'))]"},
                "stage": {"type": "string", "defaultValue": "prod"}}  # fmt: skip
    assert set(_afters(_document({"one": one}, parameters=declared))) == {f"{NETWORK}/virtualNetworks/v-prod"}


def test_a_module_may_go_to_the_subscription() -> None:
    """With a subscription and no resource group, as Bicep writes `scope: subscription()`."""
    plan = {"type": "Microsoft.Security/pricings", "apiVersion": "1", "name": "KeyVaults"}
    module = {**_module("defender", [plan], {}), "subscriptionId": "[subscription().subscriptionId]"}
    [change] = read(_document({"defender": module})).changes
    assert change.id == f"/subscriptions/{TARGET.subscription_id}/providers/Microsoft.Security/pricings/KeyVaults"


def test_an_assignment_that_is_there_is_not_made_again() -> None:
    """Whatever its name is: it is known by what it grants."""
    there = next(one for key, one in beside(read(_document({})), ENVIRONMENT, tape().readings()).read.items()
                 if "/roleassignments/" in key and key.startswith(GROUP.casefold()))  # fmt: skip
    scope = there["id"].partition("/providers/Microsoft.Authorization/")[0].partition("/providers/")[2]
    one = {"type": "Microsoft.Authorization/roleAssignments", "apiVersion": "1", "name": "[guid('a')]", "scope": scope,
           "properties": {key: there["properties"][key] for key in ("principalId", "roleDefinitionId")}}  # fmt: skip
    planned = beside(read(_document({"one": one})), ENVIRONMENT, tape().readings())
    assert planned.review.changes == ()
    other = {**one, "properties": {**one["properties"], "principalId": "somebody else"}}
    assert beside(read(_document({"one": other})), ENVIRONMENT, tape().readings()).review.changes


@pytest.mark.parametrize("name", ["[guid(resourceGroup().id, 'a')]", "[guid('b')]"])
def test_an_assignment_needs_no_name(name: str) -> None:
    """Only Azure computes guid(); what is granted is known all the same, and two are two."""
    one = {"type": "Microsoft.Authorization/roleAssignments", "apiVersion": "1", "name": name,
           "properties": {"principalId": "p", "roleDefinitionId": "r"}}  # fmt: skip
    other = {**one, "properties": {"principalId": "q", "roleDefinitionId": "r"}}
    plan = read(_document({"one": one, "other": other}))
    assert len({change.id for change in plan.changes}) == 2
    assert read(_document({"one": one, "other": other})) == plan
