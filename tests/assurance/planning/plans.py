"""Plans that tests make: one violation in each of the three forms, over the bundled tape of the sandbox."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from assurance.environment import load
from assurance.estate import Estate
from assurance.estate.services.public_access import read_service
from assurance.planning import Overlay, Plan, read_plan
from assurance.planning.template import Target
from assurance.tape import Tape
from assurance.tape.redaction import Redactor
from assurance.world.azure.clients import AzureClients
from assurance.world.azure.credential import StaticToken
from assurance.world.files import FileReader

ROOT = Path(__file__).parents[3]
ENVIRONMENT = load(ROOT / "environments" / "prod.toml")
TARGET = Target(ENVIRONMENT.subscription_id, ENVIRONMENT.resource_group)
GROUP = f"/subscriptions/{TARGET.subscription_id}/resourceGroups/{TARGET.resource_group}"
SERVER = f"{GROUP}/providers/Microsoft.Sql/servers/sql-apex-prod"
SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
Body = dict[str, Any]
"""A resource as JSON."""


@cache
def tape() -> Tape:
    """The bundled tape."""
    return Tape.open(ROOT / "fixtures" / "recordings" / "prod")


def estate(plan: Plan | None = None) -> Estate:
    """Return the estate on the bundled tape, as it is or as planned."""
    redactor = Redactor(salt="a test")
    lens = Overlay(plan) if plan is not None else None
    clients = AzureClients(ENVIRONMENT, tape(), redactor, StaticToken("replayed"), lens=lens)
    files = FileReader(tape(), redactor, {})
    return Estate(ENVIRONMENT, clients, {}, {}, ("inside", "outside"), files, datetime.now(UTC))


@cache
def server() -> str:
    """Return the SQL server as the tape has it, as JSON text."""
    document = read_service(estate(), "sql").document
    assert document is not None
    return json.dumps(dict(document.values))


def what_if(*changes: Body) -> bytes:
    """Return the result of a what-if operation."""
    return json.dumps({"status": "Succeeded", "changes": list(changes)}).encode()


def modify(resource_id: str, before: Body, **properties: object) -> Body:
    """Return a change of a resource's properties, as what-if tells it."""
    after = {**before, "properties": {**before["properties"], **properties}}
    return {"resourceId": resource_id, "changeType": "Modify", "before": before, "after": after}


def template(*resources: Body, **parameters: object) -> bytes:
    """Return a compiled template, with defaults for its parameters."""
    declared = {name: {"type": "string", "defaultValue": value} for name, value in parameters.items()}
    return json.dumps({"$schema": SCHEMA, "parameters": declared, "resources": list(resources)}).encode()


def terraform(*changes: Body) -> bytes:
    """Return what `terraform show -json` prints of a plan."""
    return json.dumps({"format_version": "1.2", "terraform_version": "1.9", "resource_changes": list(changes)}).encode()


def read(content: bytes, parameters: bytes = b"") -> Plan:
    """Return the plan."""
    return read_plan(content, parameters, TARGET, "plan.json", Redactor(salt="a test"))
