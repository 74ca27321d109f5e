"""The stand-in for the what-if operation of deployments to a resource group: long-running, and it changes nothing.

What it answers follows "Deployments - What If" of Microsoft.Resources: 202 with a Location, which answers 202 until
the result is there, and then 200 with `status` and `properties.changes`. Of expressions it computes
`[parameters('x')]`; all others stay as they are, as what-if leaves what it cannot compute. A property that the template
leaves out keeps its value, as where Azure has the same default; tags and the like are replaced.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from sandbox.azure import errors as arm_errors
from sandbox.azure.azure_estate import AzureEstate, Resource
from sandbox.azure.catalogue import COLLECTION, resources_of_group
from sandbox.azure.resource_ids import normalized
from sandbox.network.http_server import Answer, Request

API_VERSION = "2025-04-01"
PATH = re.compile(
    r"(?P<group>/subscriptions/[^/]+/resourcegroups/[^/]+)/providers/microsoft\.resources/deployments/[^/]+/whatif",
    re.I,
)
PARAMETER = re.compile(r"\[parameters\('(\w+)'\)\]")
IDS_ONLY = "resourceidonly"


class WhatIf:
    """Says what deployments would change.

    Attributes:
        looks: How often the result is asked for before it is there.

    Args:
        estate: Gives what is deployed.
    """

    def __init__(self, estate: Callable[[], AzureEstate]) -> None:
        self.looks = 1
        self._estate = estate
        self._operations: dict[str, list[Answer]] = {}
        self._lock = threading.Lock()

    def starts(self, request: Request) -> bool:
        """Tell whether a request begins a what-if."""
        return request.method == "POST" and PATH.fullmatch(request.path.rstrip("/")) is not None

    def serves(self, request: Request) -> bool:
        """Tell whether a request begins one, or asks for the result of one."""
        return self.starts(request) or normalized(request.path) in self._operations

    def answer(self, request: Request) -> Answer:
        """Return the answer to one request.

        Raises:
            ArmError: There is no such group, or no template in the request.
        """
        with self._lock:
            if answers := self._operations.get(normalized(request.path)):
                return answers.pop(0) if len(answers) > 1 else answers[0]
        result = Answer.of_json(HTTPStatus.OK, self._result(request))
        subscription = request.path.split("/")[2]
        path = f"/subscriptions/{subscription}/operationresults/{uuid4()}"
        location = f"https://{request.headers.get('Host', '')}{path}?api-version={API_VERSION}"
        waiting = Answer(HTTPStatus.ACCEPTED, headers={"Location": location, "Retry-After": "0"})
        with self._lock:
            self._operations[normalized(path)] = [*[waiting] * self.looks, result]
        return waiting

    def _result(self, request: Request) -> Resource:
        matched = PATH.fullmatch(request.path.rstrip("/"))
        scope, estate = matched["group"] if matched is not None else "", self._estate()
        if normalized(scope) not in estate.resources:
            raise arm_errors.resource_group_not_found(scope.rpartition("/")[2])
        try:
            properties = json.loads(request.body)["properties"]
            template = properties["template"]
            declared = template["resources"]
        except (ValueError, LookupError, TypeError) as error:
            message = "The request content was invalid and could not be deserialized: a template is required."
            raise arm_errors.ArmError(HTTPStatus.BAD_REQUEST, "InvalidRequestContent", message) from error
        given = {name: parameter.get("defaultValue") for name, parameter in (template.get("parameters") or {}).items()}
        given |= {name: parameter.get("value") for name, parameter in (properties.get("parameters") or {}).items()}
        resources = declared.values() if isinstance(declared, dict) else declared
        changes = [_change(estate, str(estate.find(scope)["id"]), _filled(resource, given)) for resource in resources]
        named = {normalized(change["resourceId"]) for change in changes}
        is_complete = str(properties.get("mode")).casefold() == "complete"
        for shown in resources_of_group(estate, f"{normalized(scope)}{COLLECTION}"):
            if normalized(shown["id"]) not in named:
                whole = estate.find(shown["id"])
                after = {} if is_complete else {"after": whole}
                kind = "Delete" if is_complete else "Ignore"
                changes.append({"resourceId": whole["id"], "changeType": kind, "before": whole, **after})
        wanted = str((properties.get("whatIfSettings") or {}).get("resultFormat", "")).casefold()
        return {
            "status": "Succeeded",
            "properties": {"changes": [_bare(change) for change in changes] if wanted == IDS_ONLY else changes},
        }


def _filled(value: Any, given: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON values of any kind
    if isinstance(value, dict):
        return {key: _filled(item, given) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, given) for item in value]
    named = PARAMETER.fullmatch(value) if isinstance(value, str) else None
    return given.get(named[1]) if named is not None else value


def _change(estate: AzureEstate, group: str, resource: Resource) -> Resource:
    namespace, *types = resource["type"].split("/")
    names = str(resource["name"]).split("/")
    path = "/".join((namespace, *(word for pair in zip(types, names, strict=True) for word in pair)))
    own = f"{group}/providers/{path}"
    before = estate.resources.get(normalized(own))
    said = {key: value for key, value in resource.items() if key not in {"dependsOn", "comments"}}
    if before is None:
        after = {**said, "id": own, "name": names[-1]}
        return {"resourceId": own, "changeType": "Create", "after": after}
    was = {"apiVersion": resource["apiVersion"], **before}
    after = {**was, **{key: value for key, value in said.items() if key not in {"name", "type"}}}
    after["properties"] = _merged(was.get("properties") or {}, said.get("properties") or {})
    delta = list(_delta(was, after, ""))
    changed = {"delta": delta} if delta else {}
    kind = "Modify" if delta else "NoChange"
    return {"resourceId": before["id"], "changeType": kind, "before": was, "after": after, **changed}


def _bare(change: Resource) -> Resource:
    kind = change["changeType"]
    # Without payloads nothing is compared: whatever is there would be deployed again.
    return {"resourceId": change["resourceId"], "changeType": "Deploy" if kind in {"Modify", "NoChange"} else kind}


def _merged(was: Any, given: Any) -> Any:  # noqa: ANN401 - JSON values of any kind
    if isinstance(was, dict) and isinstance(given, dict):
        return {**was, **{key: _merged(was.get(key), value) for key, value in given.items()}}
    return given


def _delta(was: Any, would: Any, path: str) -> Iterator[Resource]:  # noqa: ANN401 - JSON values of any kind
    if was == would:
        return
    if isinstance(was, dict) and isinstance(would, dict):
        for key in dict.fromkeys((*was, *would)):
            below = f"{path}.{key}" if path else key
            if key not in would:
                yield {"path": below, "propertyChangeType": "Delete", "before": was[key]}
            elif key not in was:
                yield {"path": below, "propertyChangeType": "Create", "after": would[key]}
            else:
                yield from _delta(was[key], would[key], below)
    elif isinstance(was, list) and isinstance(would, list):
        yield {"path": path, "propertyChangeType": "Array", "before": None, "after": None,
               "children": list(_delta(dict(_numbered(was)), dict(_numbered(would)), ""))}  # fmt: skip
    else:
        yield {"path": path, "propertyChangeType": "Modify", "before": was, "after": would}


def _numbered(items: list[Any]) -> Iterator[tuple[str, Any]]:
    return ((str(place), item) for place, item in enumerate(items))
