"""Expressions of templates come to what Azure would compute, or stay expressions."""

from typing import Any

import pytest

from assurance.planning.expressions import Scope, computed
from assurance.planning.unknown import is_unknown

SCOPE = Scope(
    "sub",
    "group",
    {"name": "apex", "tags": {"owner": "us"}, "ports": [443, 80], "on": True},
    {"full": "[concat(parameters('name'), '-prod')]"},
    indices={"": 2, "loop": 2},
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
