"""Computes the expressions of ARM templates; what only Azure can compute stays an expression, and is named.

Source: Microsoft, "ARM template functions". A value that rests on one that is unknown is unknown too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from assurance.planning.template_functions import FUNCTIONS, Value, provider_path
from assurance.planning.unknown import is_unknown, unknown

TOKEN = re.compile(r"\s*(?:(?P<number>-?\d+)|'(?P<text>(?:[^']|'')*)'|(?P<name>[A-Za-z_][\w]*)|(?P<mark>[()\[\],.]))")
ONLY_AZURE = frozenset(
    {"reference", "listkeys", "list", "uniquestring", "guid", "newguid", "utcnow", "pickzones", "providers"}
)


class NotUnderstood(Exception):  # noqa: N818  (it does not leave this room)
    """An expression uses what this interpreter does not know; its value is taken to be unknown."""


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
    """

    subscription_id: str
    resource_group: str
    parameters: Mapping[str, Value]
    variables: Mapping[str, Value]
    location: str = ""
    indices: Mapping[str, int] = field(default_factory=dict)


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
    found = computed(key, scope)
    return found if isinstance(found, str) else key


def _evaluated(text: str, scope: Scope) -> Value:
    try:
        parser = _Parser(text[1:-1], scope)
        found = parser.expression()
        parser.end()
    except (NotUnderstood, LookupError, StopIteration, TypeError, ValueError, RecursionError):
        return unknown(text)
    return unknown(text) if _holds_unknown(found) and not isinstance(found, (dict, list)) else found


def _holds_unknown(value: Value) -> bool:
    if isinstance(value, Mapping):
        return any(map(_holds_unknown, value.values()))
    if isinstance(value, list):
        return any(map(_holds_unknown, value))
    return is_unknown(value)


class _Parser:
    """Reads one expression from left to right, computing as it goes."""

    def __init__(self, text: str, scope: Scope) -> None:
        self._text = text
        self._place = 0
        self._scope = scope

    def end(self) -> None:
        if self._text[self._place :].strip():
            raise NotUnderstood

    def expression(self) -> Value:
        found = self._next()
        if found.lastgroup == "number":
            value: Value = int(found["number"])
        elif found.lastgroup == "text":
            value = found["text"].replace("''", "'")
        elif found.lastgroup == "name":
            value = self._call(found["name"])
        else:
            raise NotUnderstood
        return self._accessed(value)

    def _accessed(self, value: Value) -> Value:
        while (mark := self._peek()) in {".", "["}:
            self._next()
            if mark == ".":
                key: Value = self._next()["name"]
            else:
                key = self.expression()
                self._expect("]")
            if is_unknown(value) or is_unknown(key):
                value = unknown(self._text)
            elif isinstance(value, Mapping):
                value = next(item for name, item in value.items() if str(name).casefold() == str(key).casefold())
            else:
                value = value[int(key)]
        return value

    def _call(self, name: str) -> Value:
        self._expect("(")
        arguments: list[Value] = []
        while self._peek() != ")":
            arguments.append(self.expression())
            if self._peek() == ",":
                self._next()
        self._expect(")")
        return self._value_of(name.casefold(), arguments)

    def _value_of(self, name: str, arguments: Sequence[Value]) -> Value:
        if name in ONLY_AZURE or name.startswith("list"):
            return unknown(self._text)
        if name in SCOPED:
            return SCOPED[name](self._scope, *arguments)
        if name == "if":
            condition, *branches = arguments
            return unknown(self._text) if is_unknown(condition) else branches[0 if condition else 1]
        if name not in FUNCTIONS:
            raise NotUnderstood
        if any(_holds_unknown(argument) for argument in arguments) and name not in {
            "union",
            "createobject",
            "createarray",
        }:
            return unknown(self._text)
        return FUNCTIONS[name](*arguments)

    def _next(self) -> re.Match[str]:
        found = TOKEN.match(self._text, self._place)
        if found is None:
            raise NotUnderstood
        self._place = found.end()
        return found

    def _peek(self) -> str:
        found = TOKEN.match(self._text, self._place)
        return found["mark"] or "" if found is not None else ""

    def _expect(self, mark: str) -> None:
        if self._next()["mark"] != mark:
            raise NotUnderstood


def _parameter(scope: Scope, name: str) -> Value:
    return next(value for key, value in scope.parameters.items() if key.casefold() == name.casefold())


def _variable(scope: Scope, name: str) -> Value:
    return computed(next(value for key, value in scope.variables.items() if key.casefold() == name.casefold()), scope)


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
    names = [one for one in arguments if isinstance(one, str)]
    offsets = [one for one in arguments if isinstance(one, int)]
    return scope.indices[names[0] if names else ""] + (offsets[0] if offsets else 0)


SCOPED: Mapping[str, Callable[..., Value]] = {
    "parameters": _parameter,
    "variables": _variable,
    "resourcegroup": _group,
    "subscription": _subscription,
    "resourceid": _resource_id,
    "subscriptionresourceid": _subscription_resource_id,
    "copyindex": _index,
}
