"""Violations as plans: what makes the compliant Azure wrong, told as a deployment that would do it.

A plan tells resources and nothing else: what lies in names, connections, files or sign-in, and what Azure itself makes
(states, alerts, scores, interfaces, revisions, connections), no deployment declares. One plan comes in each form in
which tools give it: a what-if result, a compiled template of the kind that Bicep builds, a Terraform plan.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from assurance.estate.resources.resource import type_of
from assurance.judging.checking import Outcome
from assurance.judging.harness import BoundCheck
from assurance.planning import ChangeKind, Overlay, Plan, PlannedChange
from assurance.planning.loading import redacted
from assurance.tape.redaction import Redactor
from assurance.verdicts import Verdict
from falsification.azure.stage import AzureStage
from falsification.azure.world import Change, World, compliant_world

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


DECLARED = frozenset({"microsoft.security/pricings", "microsoft.security/alertssuppressionrules"})
"""Types of Defender that people declare; all others Azure makes."""
MADE_BY_AZURE = (
    "microsoft.security/", "microsoft.network/networkinterfaces", "microsoft.app/containerapps/revisions",
    "microsoft.authorization/denyassignments", "microsoft.authorization/permissions",
    "microsoft.alertsmanagement/alerts", "microsoft.resources/resourcegroups", "microsoft.resources/subscriptions",
)  # fmt: skip
"""Types, or how they begin, that no template declares as the suite reads them."""
STATES = frozenset({"provisioningState", "privateEndpointConnections", "state", "status"})


@dataclass(frozen=True, slots=True)
class Untold:
    """Why a violation cannot be told as a plan."""

    reason: str


def plan_for(change: Change) -> Plan | Untold:
    """Return the plan that would make a change, or why no plan can tell it."""
    after = compliant_world()
    before = deepcopy(after)  # answers of two worlds differ in their request ids
    change(after)
    other = _beside_resources(before, after)
    if other:
        return Untold(f"it lies in {other}")
    was, now = before.azure.resources, after.azure.resources
    changes: list[PlannedChange] = []
    for key in dict.fromkeys((*was, *now)):
        if was.get(key) == now.get(key):
            continue
        kind = type_of(key)
        if (kind.startswith(MADE_BY_AZURE) and kind not in DECLARED) or not kind:
            return Untold(f"Azure makes {kind or 'it'}")
        if key in was and key in now and _differs_in_states_only(was[key], now[key]):
            return Untold("it is a state that Azure tells")
        shown = (now.get(key) or was[key])["id"]
        if key not in now:
            changes.append(PlannedChange(shown, ChangeKind.DELETE, was[key]))
        else:
            planned_kind = ChangeKind.MODIFY if key in was else ChangeKind.CREATE
            changes.append(PlannedChange(shown, planned_kind, deepcopy(was.get(key)), deepcopy(now[key])))
    if not changes:
        return Untold("it only lies in the order or casing of answers")
    return redacted(Plan("what-if", tuple(changes)), Redactor(salt="falsification"))


def judged(stage: AzureStage, plan: Plan, controls: frozenset[str]) -> list[tuple[BoundCheck, Outcome]]:
    """Return what the cases of controls come to on the compliant world with a plan laid over it."""
    estate = stage.compliant_estate(Overlay(plan))
    return [(case, case.outcome({"estate": estate})) for case in stage.cases if case.control in controls]


def _beside_resources(before: World, after: World) -> str:
    """Return what differs that is no resource; empty if nothing does."""
    parts = {
        "names or connections": (before.inside, before.outside, before.services)
        != (after.inside, after.outside, after.services),
        "what answers": bool(after.faults) or not after.signs_in,
        "files": before.files != after.files,
        "a data plane": (before.azure.secrets, before.azure.images) != (after.azure.secrets, after.azure.images),
        "the directory": (before.azure.groups, before.azure.caller) != (after.azure.groups, after.azure.caller),
        "the activity log": before.azure.activity != after.azure.activity,
    }
    return next((name for name, differs in parts.items() if differs), "")


def _differs_in_states_only(was: dict[str, object], now: dict[str, object]) -> bool:
    def bare(one: dict[str, object]) -> dict[str, object]:
        properties = one.get("properties")
        kept = (
            {key: value for key, value in properties.items() if key not in STATES}
            if isinstance(properties, dict)
            else {}
        )
        return {**one, "properties": kept}

    return bare(was) == bare(now)


def main() -> int:
    """Try every violation of the ten security controls as a plan, and print what was found, missed and untold."""
    stage, counted, reasons, missed = AzureStage(), Counter[str](), Counter[str](), list[str]()
    for violation in stage.violations.values():
        if violation.family != "SEC":
            continue
        plan = plan_for(violation.change)
        if isinstance(plan, Untold):
            counted["untold"] += 1
            reasons[plan.reason] += 1
            continue
        outcomes = judged(stage, plan, frozenset({violation.controls[0]}))
        is_found = any(outcome.verdict is Verdict.FAIL for _, outcome in outcomes)
        counted["found" if is_found else "missed"] += 1
        missed += [] if is_found else [violation.name]
    total = counted["found"] + counted["missed"]
    print(f"{counted['found']} of {total} planned violations found; missed: {', '.join(missed) or 'none'}")
    print(f"{counted['untold']} cannot be told as a plan:")
    for reason, count in reasons.most_common():
        print(f"  {count:4d}  {reason}")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
