"""Computes the expressions of ARM templates; what only Azure can compute stays an expression, and is named.

Source: Microsoft, "ARM template functions". A value that rests on one that is unknown is unknown too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from assurance.planning.changes import is_unknown, unknown
from assurance.planning.expression_parsing import Access, Call, Constant, Node, NotUnderstood, parsed
from assurance.planning.template_functions import FUNCTIONS, Value, provider_path

MAX_COPIES = 800
"""Azure Resource Manager's own limit of a copy loop."""
ONLY_AZURE = frozenset(
    {"list", "uniquestring", "guid", "newguid", "utcnow", "pickzones", "providers", "datetimeadd", "deployment"}
)
KEEPS_UNKNOWN = frozenset({"union", "createobject", "createarray", "shallowmerge", "coalesce", "array"})
"""Functions that give a value in which a part is unknown."""


@dataclass(frozen=True, slots=True)
class Lambda:
    """A function within an expression, such as `lambda('item', ...)`."""

    names: tuple[str, ...]
    body: Node
    scope: Scope

    def __call__(self, *values: Value) -> Value:
        """Return what the body comes to with values for its names; one more value than names is left out."""
        given = dict(zip((name.casefold() for name in self.names), values, strict=False))
        return _value(self.body, replace(self.scope, names={**self.scope.names, **given}))


@dataclass(frozen=True, slots=True)
class Scope:
    """What expressions of a template refer to.

    Attributes:
        subscription_id: The subscription that is deployed to.
        resource_group: The resource group that is deployed to; empty for a deployment to the subscription.
        parameters: The parameters' values by name.
        variables: The variables as the template has them; computed when they are asked for.
        location: The resource group's region; empty if it is not known.
        indices: The numbers of the copy loops under way, by the loop's name; the innermost stands under "".
        outputs: What gives the outputs of a nested deployment, by its folded id or its symbolic name.
        functions: The template's own functions, by `namespace.name`, folded.
        names: The values of the names of lambdas under way.
    """

    subscription_id: str
    resource_group: str
    parameters: Mapping[str, Value]
    variables: Mapping[str, Value]
    location: str = ""
    indices: Mapping[str, int] = field(default_factory=dict)
    outputs: Mapping[str, Callable[[], Value]] = field(default_factory=dict)
    functions: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    names: Mapping[str, Value] = field(default_factory=dict)


def computed(value: Value, scope: Scope) -> Value:
    """Return a value of a template with every expression in it computed, or marked as unknown."""
    if isinstance(value, Mapping):
        return {_key(key, scope): computed(item, scope) for key, item in value.items()}
    if isinstance(value, list):
        return [computed(item, scope) for item in value]
    if isinstance(value, str) and value.startswith("[") and value.endswith("]"):
        return value[1:] if value.startswith("[[") else _evaluated(value, scope)
    return value


def _key(key: str, scope: Scope) -> str:
    value = computed(key, scope)
    return value if isinstance(value, str) else key


def _evaluated(text: str, scope: Scope) -> Value:
    try:
        value = _value(parsed(text[1:-1]), scope)
    except (NotUnderstood, ArithmeticError, LookupError, StopIteration, TypeError, ValueError, RecursionError):
        return unknown(text)
    if isinstance(value, Lambda):
        return unknown(text)
    return unknown(text) if _holds_unknown(value) and not isinstance(value, (dict, list)) else value


def _holds_unknown(value: Value) -> bool:
    if isinstance(value, Mapping):
        return any(map(_holds_unknown, value.values()))
    if isinstance(value, list):
        return any(map(_holds_unknown, value))
    return is_unknown(value)


def _value(node: Node, scope: Scope) -> Value:
    if isinstance(node, Constant):
        return node.value
    if isinstance(node, Access):
        return _accessed(node, scope)
    return _called(node, scope)


def _accessed(node: Access, scope: Scope) -> Value:
    value, place = _value(node.of, scope), _value(node.key, scope)
    if is_unknown(value) or is_unknown(place):
        return unknown(node.text)
    if isinstance(value, Mapping):
        return next(item for name, item in value.items() if str(name).casefold() == str(place).casefold())
    return value[int(place)]


def _called(node: Call, scope: Scope) -> Value:
    name = node.name
    if name == "if":
        condition = _value(node.arguments[0], scope)
        return unknown(node.text) if is_unknown(condition) else _value(node.arguments[1 if condition else 2], scope)
    values = [_value(argument, scope) for argument in node.arguments[: -1 if name == "lambda" else None]]
    if name == "lambda":
        return Lambda(tuple(values), node.arguments[-1], scope)
    if name in scope.functions:
        return _own(scope.functions[name], values, scope)
    if name in ONLY_AZURE or name.startswith("list"):
        return unknown(node.text)
    if name not in SCOPED and name not in FUNCTIONS:
        raise NotUnderstood
    if name not in KEEPS_UNKNOWN and any(map(_holds_unknown, values)):
        return unknown(node.text)
    return SCOPED[name](scope, *values) if name in SCOPED else FUNCTIONS[name](*values)


def _own(function: Mapping[str, Value], values: Sequence[Value], scope: Scope) -> Value:
    names = [parameter["name"] for parameter in function.get("parameters", ())]
    given = dict(zip(names, values, strict=True))
    return computed(function["output"]["value"], replace(scope, parameters=given, variables={}))


def _parameter(scope: Scope, name: str) -> Value:
    return next(value for key, value in scope.parameters.items() if key.casefold() == name.casefold())


def _variable(scope: Scope, name: str) -> Value:
    declared = next((value for key, value in scope.variables.items() if key.casefold() == name.casefold()), None)
    if declared is not None:
        return computed(declared, scope)
    loop = next(
        variable
        for variable in scope.variables.get("copy", ())
        if str(variable.get("name")).casefold() == name.casefold()
    )
    return looped(loop, scope)


def looped(loop: Mapping[str, Value], scope: Scope) -> Value:
    """Return the list that a copy loop of a property or a variable comes to; a mark where its length is unknown."""
    count = computed(loop["count"], scope)
    if not isinstance(count, int):
        return count
    indices = [{**scope.indices, "": number, str(loop["name"]): number} for number in range(min(count, MAX_COPIES))]
    return [computed(loop["input"], replace(scope, indices=index)) for index in indices]


def _reference(scope: Scope, *words: str) -> Value:
    """Return the outputs of a nested deployment as Azure would tell them; any other resource only Azure can tell."""
    give = scope.outputs.get(words[0].casefold())
    return unknown(f"[reference('{words[0]}')]") if give is None else {"outputs": give()}


def _named(scope: Scope, name: str) -> Value:
    return scope.names[name.casefold()]


def _group(scope: Scope) -> Value:
    place = f"/subscriptions/{scope.subscription_id}/resourceGroups/{scope.resource_group}"
    location = scope.location or unknown("[resourceGroup().location]")
    return {"id": place, "name": scope.resource_group, "location": location}


def _subscription(scope: Scope) -> Value:
    place = f"/subscriptions/{scope.subscription_id}"
    return {"id": place, "subscriptionId": scope.subscription_id, "tenantId": unknown("[subscription().tenantId]")}


def _resource_id(scope: Scope, *words: str) -> str:
    """Return `resourceId([subscription], [group], type, name...)`."""
    kind = next(place for place, word in enumerate(words) if "/" in word and "." in word.split("/")[0])
    above = list(words[:kind])
    group = above.pop() if above else scope.resource_group
    subscription = above.pop() if above else scope.subscription_id
    scope_id = f"/subscriptions/{subscription}" + (f"/resourceGroups/{group}" if group else "")
    return f"{scope_id}/providers/{provider_path(words[kind], words[kind + 1 :])}"


def _subscription_resource_id(scope: Scope, *words: str) -> str:
    subscription, *rest = words if "/" not in words[0] else (scope.subscription_id, *words)
    return f"/subscriptions/{subscription}/providers/{provider_path(rest[0], rest[1:])}"


def _index(scope: Scope, *arguments: Value) -> int:
    names = [argument for argument in arguments if isinstance(argument, str)]
    offsets = [argument for argument in arguments if isinstance(argument, int)]
    return scope.indices[names[0] if names else ""] + (offsets[0] if offsets else 0)


ENVIRONMENT = {
    "name": "AzureCloud",
    "resourceManager": "https://management.azure.com/",
    "suffixes": {
        "keyvaultDns": ".vault.azure.net",
        "sqlServerHostname": ".database.windows.net",
        "storage": "core.windows.net",
        "acrLoginServer": ".azurecr.io",
    },
}
"""What `environment()` gives in Azure's public cloud, as far as names of services rest on it."""
SCOPED: Mapping[str, Callable[..., Value]] = {
    "lambdavariables": _named,
    "reference": _reference,
    "environment": lambda _: ENVIRONMENT,
    "parameters": _parameter,
    "variables": _variable,
    "resourcegroup": _group,
    "subscription": _subscription,
    "resourceid": _resource_id,
    "subscriptionresourceid": _subscription_resource_id,
    "copyindex": _index,
}
