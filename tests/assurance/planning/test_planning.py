"""Plans: loaded, computed and merged, in each form."""

import json
from typing import Any

import pytest

from assurance.planning import ChangeKind, PlanRefused
from assurance.planning.changes import is_unknown
from assurance.planning.deployment import beside
from assurance.planning.expressions import Scope, computed
from assurance.planning.loading import kept
from assurance.planning.merging import is_listed_at, place_of
from assurance.tape.redaction import kind_of_token
from tests.assurance.planning.plans import (
    ENVIRONMENT,
    GROUP,
    SCHEMA,
    SERVER,
    TARGET,
    Body,
    modify,
    read,
    server,
    tape,
    template,
    what_if,
)

APP = f"{GROUP}/providers/Microsoft.App/containerApps/ca-apex-prod"
PLAIN = "sixteen-plain-ones"


def _app(**variables: str) -> Body:
    env = [{"name": name, "value": value} for name, value in variables.items()]
    container = {"name": "apex-backend", "env": env}
    return {"name": "ca-apex-prod", "type": "Microsoft.App/containerApps", "apiVersion": "2024-03-01",
            "properties": {"template": {"containers": [container]}}}  # fmt: skip


def _values(content: bytes) -> dict[str, str]:
    """Return the variables of the planned application."""
    [change] = read(content).changes
    assert change.after is not None
    return {one["name"]: one["value"] for one in change.after["properties"]["template"]["containers"][0]["env"]}


def _what_if(**variables: str) -> bytes:
    return what_if({"resourceId": APP, "changeType": "Create", "after": {**_app(**variables), "id": APP}})


def test_a_variable_says_whether_it_seems_to_be_a_secret() -> None:
    """As in an answer: the kind stays, the value goes."""
    found = _values(_what_if(FEATURE="new-page", DB_PASSWORD=PLAIN))
    assert {name: kind_of_token(value) for name, value in found.items()} == {
        "FEATURE": "environment-value",
        "DB_PASSWORD": "named-secret",
    }


def test_a_parameter_is_put_in_before_it_is_judged() -> None:
    """An expression is no value: what it comes to is taken out, by the name of the variable."""
    resource = _app(DB_PASSWORD="[parameters('given')]", FEATURE="[parameters('given')]")
    found = _values(template(resource, given=PLAIN))
    assert kind_of_token(found["DB_PASSWORD"]) == "named-secret"
    assert kind_of_token(found["FEATURE"]) == "environment-value"
    assert found == _values(_what_if(DB_PASSWORD=PLAIN, FEATURE=PLAIN))


def test_what_azure_computes_stays_an_expression() -> None:
    """The check which needs it is not evaluated; a variable that is called a secret counts as one all the same."""
    found = _values(template(_app(FEATURE="[reference('x').outputs.y.value]", DB_PASSWORD="[reference('x').y]")))
    assert is_unknown(found["FEATURE"])
    assert "reference('x').outputs" in found["FEATURE"]
    assert kind_of_token(found["DB_PASSWORD"]) == "named-secret"


def test_a_kept_plan_is_read_to_the_same() -> None:
    """Whatever form it had: the pack judges again by what the run judged by, and holds no secret."""
    resource = _app(DB_PASSWORD=PLAIN, FEATURE="[reference('x').y]")
    plan = read(template(resource))
    assert read(kept(plan)) == plan
    assert PLAIN not in kept(plan).decode()
    assert json.loads(kept(plan))["form"] == "ARM template"


ON_SERVER = f"{SERVER}/providers/Microsoft.Authorization/roleAssignments/a"
LOCK = f"{GROUP}/providers/Microsoft.Authorization/locks/a"
RULE = f"{SERVER}/firewallRules/a"


@pytest.mark.parametrize(
    ("resource", "kind", "is_listed"),
    [
        (SERVER, "microsoft.sql/servers", True),
        (RULE, "microsoft.sql/servers/firewallrules", False),
        (ON_SERVER, "microsoft.authorization/roleassignments", False),
        (LOCK, "microsoft.authorization/locks", False),
        (f"{SERVER}/providers/Microsoft.Insights/diagnosticSettings/a", "microsoft.insights/diagnosticsettings", False),
        (SERVER.replace("apex-rg", "other-rg"), "microsoft.sql/servers", False),
    ],
)
def test_an_inventory_holds_resources_and_nothing_on_them(resource: str, kind: str, is_listed: bool) -> None:
    """Not what extends one, nor what is granted or locked: Azure lists neither."""
    place = place_of(f"{GROUP}/resources")
    assert place is not None
    assert is_listed_at(resource, kind, place) is is_listed


@pytest.mark.parametrize("has_location", [True, False])
def test_an_inventory_holds_what_is_tracked_below_a_resource(has_location: bool) -> None:
    """A database has a location of its own, and is listed; a proxy resource, such as a firewall rule, has none."""
    place = place_of(f"{GROUP}/resources")
    assert place is not None
    database = f"{SERVER}/databases/db"
    assert is_listed_at(database, "microsoft.sql/servers/databases", place, has_location=has_location) is has_location


def test_a_list_holds_its_own_type() -> None:
    """Below a resource its own, below a scope all of the type."""
    rules, servers = place_of(f"{SERVER}/firewallRules"), place_of(f"{GROUP}/providers/Microsoft.Sql/servers")
    assert rules is not None
    assert servers is not None
    assert is_listed_at(RULE, "microsoft.sql/servers/firewallrules", rules)
    assert not is_listed_at(f"{SERVER}x/firewallRules/a", "microsoft.sql/servers/firewallrules", rules)
    assert is_listed_at(SERVER, "microsoft.sql/servers", servers)


def test_ids_alone_are_refused_once() -> None:
    """With ResourceIdOnly whatever exists is `Deploy`, without a word of what it would be."""
    changes = [{"resourceId": SERVER, "changeType": "Deploy"}, {"resourceId": f"{SERVER}x", "changeType": "Create"}]
    with pytest.raises(PlanRefused, match="--result-format FullResourcePayloads") as refused:
        read(what_if(*changes))
    assert str(refused.value).count("changes[") == 1


def test_what_has_no_effect_changes_nothing() -> None:
    """What-if tells it in the resource as it would be, and says in `delta` that it is not set."""
    before = json.loads(server())
    rules = [{"name": "a", "priority": 1}]
    before["properties"]["rules"] = rules
    change = modify(SERVER, before, version="99", state="Gone", rules=[{"name": "a", "priority": 2}])
    inner = {"path": "priority", "propertyChangeType": "NoEffect", "before": None, "after": 2}
    change["delta"] = [
        {"path": "properties.version", "propertyChangeType": "Modify", "before": "12.0", "after": "99"},
        {"path": "properties.state", "propertyChangeType": "NoEffect", "before": None, "after": "Gone"},
        {"path": "properties.rules", "propertyChangeType": "Array",
         "children": [{"path": "0", "propertyChangeType": "Modify", "children": [inner]}]},
    ]  # fmt: skip
    [found] = read(what_if(change)).changes
    assert found.after is not None
    assert found.after["properties"]["version"] == "99"
    assert found.after["properties"].get("state") == before["properties"].get("state")
    assert found.after["properties"]["rules"] == rules


def test_a_resource_without_an_id_is_told() -> None:
    """What-if names by its expression what it cannot compute."""
    untold = {"resourceId": "[resourceId('Microsoft.Sql/servers', reference('x').y)]", "changeType": "Unsupported",
              "unsupportedReason": "Cannot be calculated."}  # fmt: skip
    plan = read(what_if(untold))
    assert plan.changes == ()
    assert "Cannot be calculated." in plan.unplaced[0]


def test_a_failure_is_told_in_azures_words() -> None:
    """Whether there is a status beside the error or not."""
    for document in ({"error": {"code": "InvalidTemplate", "message": "no"}},
                     {"status": "Failed", "error": {"code": "InvalidTemplate", "message": "no"}}):  # fmt: skip
        with pytest.raises(PlanRefused, match="InvalidTemplate: no"):
            read(json.dumps(document).encode())


def test_the_apis_own_example_is_read() -> None:
    """Its changes stand under `properties`, and a resource group is one of them."""
    example = {
        "status": "Succeeded",
        "properties": {"changes": [
            {"resourceId": SERVER, "changeType": "Modify", "before": {"tags": {}}, "after": {"tags": {"a": "b"}},
             "delta": [{"path": "tags.a", "propertyChangeType": "Create", "after": "b"}]},
            {"resourceId": SERVER.partition("/providers/")[0] + "2", "changeType": "Create",
             "after": {"location": "westeurope"}},
        ]},
    }  # fmt: skip
    kinds = [change.kind for change in read(json.dumps(example).encode()).changes]
    assert kinds == [ChangeKind.MODIFY, ChangeKind.CREATE]


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
    return {change.id.removeprefix(f"{GROUP}/providers/"): change.after for change in read(content, parameters).changes}


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


SCOPE = Scope(
    "sub",
    "group",
    {"name": "apex", "tags": {"owner": "us"}, "ports": [443, 80], "on": True},
    {
        "full": "[concat(parameters('name'), '-prod')]",
        "copy": [{"name": "each", "count": 2, "input": "[format('apex-{0}', copyIndex('each'))]"}],
    },
    indices={"": 2, "loop": 2},
    functions={
        "__bicep.named": {
            "parameters": [{"name": "what", "type": "string"}],
            "output": {"type": "string", "value": "[format('the-{0}', parameters('what'))]"},
        }
    },
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("plain", "plain"),
        ("[[escaped]", "[escaped]"),
        ("[parameters('name')]", "apex"),
        ("[PARAMETERS('NAME')]", "apex"),
        ("[variables('full')]", "apex-prod"),
        ("[format('{0}-{1}', parameters('name'), 3)]", "apex-3"),
        ("[parameters('tags').owner]", "us"),
        ("[parameters('ports')[1]]", 80),
        ("[if(parameters('on'), 'Enabled', 'Disabled')]", "Enabled"),
        ("[if(not(equals(parameters('name'), 'apex')), 1, 2)]", 2),
        ("[resourceId('Microsoft.Sql/servers', parameters('name'))]",
         "/subscriptions/sub/resourceGroups/group/providers/Microsoft.Sql/servers/apex"),
        ("[resourceId('other', 'Microsoft.Network/virtualNetworks/subnets', 'v', 's')]",
         "/subscriptions/sub/resourceGroups/other/providers/Microsoft.Network/virtualNetworks/v/subnets/s"),
        ("[subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'x')]",
         "/subscriptions/sub/providers/Microsoft.Authorization/roleDefinitions/x"),
        ("[extensionResourceId('/a', 'Microsoft.Authorization/locks', 'l')]",
         "/a/providers/Microsoft.Authorization/locks/l"),
        ("[union(createObject('a', 1), createObject('b', 2))]", {"a": 1, "b": 2}),
        ("[createArray('a', 'b')]", ["a", "b"]),
        ("[toLower('ABC')]", "abc"),
        ("[format('it''s')]", "it's"),
        ("[copyIndex()]", 2),
        ("[copyIndex('loop', 1)]", 3),
        ("[empty(createArray())]", True),
        ("[null()]", None),
        ("[if(true(), 'first', first(createArray()))]", "first"),
        ("[map(parameters('ports'), lambda('port', string(lambdaVariables('port'))))]", ["443", "80"]),
        ("[filter(parameters('ports'), lambda('port', greater(lambdaVariables('port'), 100)))]", [443]),
        ("[map(range(0, 2), lambda('n', 'p', add(lambdaVariables('n'), lambdaVariables('p'))))]", [0, 2]),
        ("[reduce(parameters('ports'), 0, lambda('a', 'b', add(lambdaVariables('a'), lambdaVariables('b'))))]", 523),
        ("[toObject(createArray('a'), lambda('k', lambdaVariables('k')), lambda('k', 1))]", {"a": 1}),
        ("[items(createObject('b', 1, 'a', 2))]", [{"key": "a", "value": 2}, {"key": "b", "value": 1}]),
        ("[tryGet(parameters('tags'), 'nothing', 'below')]", None),
        ("[contains(parameters('tags'), 'OWNER')]", True),
        ("[intersection(parameters('ports'), createArray(80))]", [80]),
        ("[take('abc', 2)]", "ab"),
        ("[skip(createArray(1, 2, 3), 2)]", [3]),
        ("[indexOf('abc', 'C')]", 2),
        ("[padLeft(7, 3, '0')]", "007"),
        ("[split('a;b,c', createArray(';', ','))]", ["a", "b", "c"]),
        ("[div(7, 2)]", 3),
        ("[cidrSubnet('10.0.0.0/16', 24, 1)]", "10.0.1.0/24"),
        ("[base64ToString(base64('x'))]", "x"),
        ("[concat('privatelink', environment().suffixes.sqlServerHostname)]", "privatelink.database.windows.net"),
        ("[variables('each')]", ["apex-0", "apex-1"]),
        ("[variables('each')[1]]", "apex-1"),
        ("[__bicep.named('x')]", "the-x"),
    ],
)  # fmt: skip
def test_what_can_be_computed_is(text: str, value: Any) -> None:  # noqa: ANN401  (JSON values of any kind)
    """Functions, accessors and scopes."""
    assert computed(text, SCOPE) == value


@pytest.mark.parametrize(
    "text",
    [
        "[reference('x').properties.y]",
        "[listKeys('x', '2023-01-01').keys[0].value]",
        "[uniqueString(resourceGroup().id)]",
        "[concat('a', uniqueString('b'))]",
        "[if(equals(reference('x').y, 1), 'a', 'b')]",
        "[utcNow()]",
        "[subscription().tenantId]",
        "[resourceGroup().location]",
        "[aFunctionOfTomorrow('x')]",
        "[parameters('missing')]",
        "[concat('unbalanced']",
    ],
)
def test_what_only_azure_can_compute_stays_unknown(text: str) -> None:
    """Also what rests on it, and what is not understood: nothing is made up."""
    assert is_unknown(computed(text, SCOPE))
