"""Expressions of templates come to what Azure would compute, or stay expressions."""

from typing import Any

import pytest

from assurance.planning.expressions import Scope, computed
from assurance.planning.unknown import is_unknown

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
