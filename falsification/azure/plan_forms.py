"""One plan in each of the forms in which tools give it: a what-if result, a compiled template, a Terraform plan.

The template is of the kind that Bicep builds: symbolic names, parameters, expressions, and a module for each scope.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from assurance.planning import ChangeKind, Plan, PlannedChange

SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
OF_AZURE = frozenset({"provisioningState", "privateEndpointConnections"})
"""Properties that no template sets."""
Body = dict[str, Any]
"""A resource, or a document, as JSON."""


def as_what_if(plan: Plan, *, as_api: bool = False) -> bytes:
    """Return what `az deployment group what-if --no-pretty-print` would print, or what the API would answer."""
    changes = [
        {"resourceId": change.id, "changeType": change.kind, "before": change.before, "after": change.after,
         "delta": None, "unsupportedReason": None}
        for change in plan.changes
    ]  # fmt: skip
    if as_api:
        return _written({"status": "Succeeded", "properties": {"changes": changes}})
    return _written({"status": "Succeeded", "error": None, "changes": changes, "potentialChanges": []})


def can_be_template(plan: Plan) -> bool:
    """Tell whether a template can say it: in incremental mode none deletes anything."""
    return all(change.kind is not ChangeKind.DELETE for change in plan.changes)


def as_template(plan: Plan) -> bytes:
    """Return a compiled template that makes what the plan makes: a module for each scope, named by a parameter."""
    by_scope: dict[str, Body] = defaultdict(dict)
    for number, change in enumerate(plan.changes):
        by_scope[change.id.split("/providers/")[0]][f"resource{number}"] = _resource(change)
    modules = {f"module{number}": _module(f"module{number}", scope, resources)
               for number, (scope, resources) in enumerate(by_scope.items())}  # fmt: skip
    return _written({"$schema": SCHEMA, "languageVersion": "2.0", "contentVersion": "1.0.0.0", "resources": modules})


def as_azapi(plan: Plan) -> bytes:
    """Return what `terraform show -json` would print of a plan with resources of azapi."""
    return as_terraform(*map(_azapi, plan.changes))


def as_terraform(*changes: Mapping[str, Any]) -> bytes:
    """Return what `terraform show -json` would print of a plan with these changes of resources."""
    return _written({"format_version": "1.2", "terraform_version": "1.9.5", "resource_changes": list(changes)})


def azurerm(kind: str, before: Body | None, after: Body | None) -> Body:
    """Return a change of a resource of azurerm."""
    actions = ["create"] if before is None else ["delete"] if after is None else ["update"]
    return {
        "address": f"{kind}.this", "mode": "managed", "type": kind,
        "provider_name": "registry.terraform.io/hashicorp/azurerm",
        "change": {"actions": actions, "before": before, "after": after, "after_unknown": {}},
    }  # fmt: skip


def _written(document: Body) -> bytes:
    return json.dumps(document).encode()


def _resource(change: PlannedChange) -> Body:
    within = change.id.rpartition("/providers/")[0]
    kind, names = _type_and_names(change.id)
    said = "/".join(f"{{{place}}}" for place in range(len(names)))
    quoted = ", ".join(f"'{name}'" for name in names)
    after = {key: value for key, value in (change.after or {}).items() if key not in {"id", "name", "type", "etag"}}
    properties = {key: value for key, value in (after.get("properties") or {}).items() if key not in OF_AZURE}
    # On a resource, such as a role on a registry; what is on the group itself needs none.
    on = {"scope": within.split("/providers/", 1)[1]} if "/providers/" in within else {}
    return {"type": kind, "apiVersion": "2024-01-01", "name": f"[format('{said}', {quoted})]", **on,
            **after, "properties": properties}  # fmt: skip


def _type_and_names(resource_id: str) -> tuple[str, list[str]]:
    namespace, *parts = resource_id.rpartition("/providers/")[2].split("/")
    return "/".join((namespace, *parts[::2])), parts[1::2]


def _module(name: str, scope: str, resources: Body) -> Body:
    parts = scope.split("/")
    place = {"subscriptionId": parts[2], **({"resourceGroup": f"[toLower('{parts[4]}')]"} if len(parts) > 4 else {})}
    template = {"$schema": SCHEMA, "languageVersion": "2.0", "resources": resources}
    return {
        "type": "Microsoft.Resources/deployments", "apiVersion": "2022-09-01", "name": name, **place,
        "properties": {"mode": "Incremental", "expressionEvaluationOptions": {"scope": "inner"}, "parameters": {},
                       "template": template},
    }  # fmt: skip


def _azapi(change: PlannedChange) -> Body:
    above, _, name = change.id.rpartition("/")
    kind, _ = _type_and_names(change.id)
    parent = above.rpartition("/providers/")[0] if kind.count("/") == 1 else above.rpartition("/")[0]
    address = f"azapi_resource.{kind.rpartition('/')[2]}"
    values = {
        key: value for key, value in (change.after or {}).items() if key in {"properties", "sku", "kind", "identity"}
    }
    whole = {"type": f"{kind}@2024-01-01", "parent_id": parent, "name": name, "body": values,
             "location": (change.after or {}).get("location"), "tags": (change.after or {}).get("tags")}  # fmt: skip
    made, gone = change.kind is ChangeKind.CREATE, change.kind is ChangeKind.DELETE
    actions = ["create"] if made else ["delete"] if gone else ["update"]
    before = None if made else {"id": change.id, "type": whole["type"]}
    return {
        "address": address, "mode": "managed", "type": "azapi_resource",
        "provider_name": "registry.terraform.io/azure/azapi",
        "change": {"actions": actions, "before": before, "after": None if gone else whole, "after_unknown": {}},
    }  # fmt: skip
