"""The what-if operation of the stand-in: long-running, in the shapes of the reference, and nothing changes."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import httpx
import pytest

from assurance.planning import ChangeKind, read_plan
from assurance.planning.template import Target
from assurance.tape.redaction import Redactor
from sandbox import Sandbox

VERSION = "2025-04-01"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """One sandbox for the module: nothing in it changes."""
    with Sandbox() as running:
        yield running


def ask(sandbox: Sandbox, properties: dict[str, Any], group: str = "") -> tuple[list[int], httpx.Response]:
    """Begin a what-if and look until its result is there; return the statuses and the last answer."""
    scope = sandbox.estate.parameters["resource_group_id"]
    scope = scope.replace(scope.rpartition("/")[2], group) if group else scope
    url = f"{sandbox.resource_manager.url}{scope}/providers/Microsoft.Resources/deployments/main/whatIf"
    context = ssl.create_default_context(cafile=str(sandbox.authority.path))
    with httpx.Client(verify=context, headers={"Authorization": f"Bearer {sandbox.token}"}) as client:
        answer = client.post(url, params={"api-version": VERSION}, json={"properties": properties})
        statuses = [answer.status_code]
        location = answer.headers.get("Location", "")
        while answer.status_code == httpx.codes.ACCEPTED:
            answer = client.get(location)
            statuses.append(answer.status_code)
    return statuses, answer


def templated(*resources: dict[str, Any], **further: object) -> dict[str, Any]:
    """Return the properties of a deployment."""
    return {"mode": "Incremental", "template": {"resources": list(resources)}, **further}


def server(sandbox: Sandbox, **properties: object) -> dict[str, Any]:
    """Return the SQL server as a template has it."""
    found = sandbox.estate.find("sql-apex-sandbox")
    kept: dict[str, Any] = {key: found[key] for key in ("type", "name", "location", "tags") if key in found}
    return {"apiVersion": "2023-08-01", **kept, "properties": properties}


def test_the_result_comes_later(sandbox: Sandbox) -> None:
    """202 with a Location; 202 while it is worked on; then 200 with the changes."""
    before = deepcopy(sandbox.estate.resources)
    statuses, answer = ask(sandbox, templated(server(sandbox, publicNetworkAccess="Enabled")))
    assert statuses == [202, 202, 200]
    assert answer.json()["status"] == "Succeeded"
    [change] = [one for one in answer.json()["properties"]["changes"] if one["changeType"] != "Ignore"]
    assert change["changeType"] == "Modify"
    assert change["delta"] == [{"path": "properties.publicNetworkAccess", "propertyChangeType": "Modify",
                                "before": "Disabled", "after": "Enabled"}]  # fmt: skip
    assert sandbox.estate.resources == before


def test_its_answer_is_a_plan(sandbox: Sandbox) -> None:
    """New, changed, and what the deployment leaves alone."""
    new = {"type": "Microsoft.Network/publicIPAddresses", "apiVersion": "1", "name": "[parameters('name')]",
           "location": "eastus", "properties": {"ipAddress": "[reference('x').y]"}}  # fmt: skip
    properties = templated(new, server(sandbox), parameters={"name": {"value": "jump"}})
    parameters = sandbox.estate.parameters
    target = Target(parameters["subscription_id"], parameters["resource_group"])
    plan = read_plan(ask(sandbox, properties)[1].content, b"", target, "what-if", Redactor(salt="a test"))
    kinds = {one.id.rpartition("/")[2]: one.kind for one in plan.changes}
    assert (kinds["jump"], kinds["sql-apex-sandbox"]) == (ChangeKind.CREATE, ChangeKind.NO_CHANGE)
    assert kinds["vnet-apex-sandbox"] is ChangeKind.IGNORE


def test_ids_only_compares_nothing(sandbox: Sandbox) -> None:
    """What is there is `Deploy`, changed or not."""
    settings = {"resultFormat": "ResourceIdOnly"}
    changes = ask(sandbox, templated(server(sandbox), whatIfSettings=settings))[1].json()["properties"]["changes"]
    assert {"resourceId": sandbox.estate.find("sql-apex-sandbox")["id"], "changeType": "Deploy"} in changes


def test_complete_mode_deletes_the_rest(sandbox: Sandbox) -> None:
    """What the template leaves out of the group."""
    properties = templated(server(sandbox)) | {"mode": "Complete"}
    changes = ask(sandbox, properties)[1].json()["properties"]["changes"]
    assert {one["changeType"] for one in changes} == {"NoChange", "Delete"}


@pytest.mark.parametrize(
    ("properties", "group", "code"),
    [({"mode": "Incremental"}, "", "InvalidRequestContent"), (templated(), "nowhere", "ResourceGroupNotFound")],
)
def test_what_is_no_deployment_is_refused(sandbox: Sandbox, properties: dict[str, Any], group: str, code: str) -> None:
    """In the words of Azure."""
    answer = ask(sandbox, properties, group)[1]
    assert json.loads(answer.content)["error"]["code"] == code
