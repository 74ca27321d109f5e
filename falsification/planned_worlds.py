"""Deployments that were planned, validated and carried out, compliant as they are made: DEP-35 and 36 judge them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from falsification.azure.world import compliant_world

Body = dict[str, Any]
"""A resource as JSON."""
SQL, STORAGE, APP = "sql-apex-sandbox", "stapexsandbox4k7x", "Microsoft.App/containerApps/ca-apex-sandbox"
GROUP, ENDPOINT, RULE = "nsg-containerapps-sandbox", "pe-sql-apex-sandbox", "Allow-Backup-Outbound"
ALERT, NEW_ALERT = "apex-highmemory-warning", "apex-newlymade-warning"


@dataclass
class PlanWorld:
    """A deployment that was planned, validated and carried out; compliant as it is made.

    Attributes:
        plan: The resources as the deployment would leave them, by id; None for what it would delete.
        before: The resources as the plan saw them, by id.
        after: The resources as they are once it was carried out, by id.
        kinds: The kind of a change where what-if tells another than what `before` and `plan` make plain, by id.
        announced: Security-relevant changes that somebody announced.
        template: The template that is deployed.
        digest: The digest of the template that was reviewed; none where the release names none.
        validation: What Azure said of the template.
    """

    plan: dict[str, Body | None]
    before: dict[str, Body]
    after: dict[str, Body]
    kinds: dict[str, str] = field(default_factory=dict)
    announced: list[Mapping[str, str]] = field(default_factory=list)
    template: bytes = b'{"resources": []}'
    digest: str | None = "sha256:" + sha256(b'{"resources": []}').hexdigest()
    validation: bytes = b'{"properties": {"provisioningState": "Succeeded", "diagnostics": []}}'

    def id(self, name: str) -> str:
        """Return the id of the resource that a name, or the end of an id, means."""
        known = {*self.plan, *self.before, *self.after}
        return next(key for key in sorted(known, key=len) if key.casefold().endswith(f"/{name}".casefold()))

    def plans(self, name: str) -> Body:
        """Return a resource as it is planned, as if it had been read and not changed before; it can be edited."""
        key = self.id(name)
        planned = self.plan.setdefault(key, deepcopy(self.before[key]))
        assert planned is not None
        return planned

    def carry_out(self) -> None:
        """Make what is there what is planned."""
        done = {key: body for key, body in self.plan.items() if self._kind(key) != "Unsupported"}
        self.after = {key: deepcopy(body) for key, body in {**self.before, **done}.items() if body is not None}

    def what_if(self) -> bytes:
        """Return what the what-if operation tells of it."""
        changes = [
            {"resourceId": key, "changeType": self._kind(key), "before": self.before.get(key), "after": planned}
            for key, planned in self.plan.items()
        ]
        return json.dumps({"status": "Succeeded", "changes": changes}).encode()

    def _kind(self, key: str) -> str:
        plain = "Delete" if self.plan[key] is None else "Modify" if key in self.before else "Create"
        return self.kinds.get(key, plain)


def compliant() -> PlanWorld:
    """Return a deployment that announces what matters and is carried out: a new image, a rule, and an alert."""
    azure = compliant_world("sandbox").azure
    names = (SQL, STORAGE, APP, GROUP, ENDPOINT, ALERT)
    before = {body["id"]: deepcopy(body) for body in (azure.find(name) for name in names)}
    world = PlanWorld({}, before, {})
    world.plans(APP)["properties"]["template"]["containers"][0]["image"] = "apexacr.azurecr.io/apex-backend:1.5.0"
    world.plans(GROUP)["properties"]["securityRules"].append(rule(world.id(GROUP), "203.0.113.0/24"))
    world.plans(SQL)  # it is in the template, and nothing of it changes
    made = deepcopy(azure.find(ALERT))
    made["name"], made["id"] = NEW_ALERT, f"{made['id'].rpartition('/')[0]}/{NEW_ALERT}"
    world.plan[made["id"]] = made
    world.announced = [
        {"resource": GROUP, "path": "*", "reason": "CR-2026-042: the backup network is reached."},
        {"resource": NEW_ALERT, "reason": "CR-2026-042: memory of the new worker is watched."},
    ]
    world.carry_out()
    return world


def rule(group: str, destination: str) -> Body:
    """Return an outbound rule of a security group."""
    properties = {
        "provisioningState": "Succeeded", "protocol": "*", "sourcePortRange": "*", "destinationPortRange": "*",
        "sourceAddressPrefix": "*", "destinationAddressPrefix": destination, "access": "Allow", "priority": 3990,
        "direction": "Outbound",
    }  # fmt: skip
    return {"name": RULE, "id": f"{group}/securityRules/{RULE}", "properties": properties}
