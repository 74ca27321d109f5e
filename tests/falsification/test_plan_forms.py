"""One planned violation is the same finding, whichever tool tells it."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from assurance.planning import Plan, read_plan
from assurance.planning.template import Target
from assurance.tape.redaction import Redactor
from assurance.verdicts import Verdict
from falsification.azure.plan_forms import (
    as_azapi,
    as_template,
    as_terraform,
    as_what_if,
    azurerm,
    can_be_template,
)
from falsification.azure.plans import Untold, judged, plan_for
from falsification.azure.stage import AzureStage
from falsification.score import stage

KINDS = (
    "sql-public", "storage-public", "openai-public", "document-intelligence-public", "key-vault-public",
    "undeclared-storage-public", "lets-in-any-source", "roles-administrator", "sql-endpoint-missing",
    "sql-zone-unlinked", "plan-keyvaults-off", "environment-public-access-enabled",
)  # fmt: skip
"""Violations of every kind that a deployment commonly makes, by their names in the catalogue."""


def _stage() -> AzureStage:
    found = stage("azure")
    assert isinstance(found, AzureStage)
    return found


def _findings(content: bytes, control: str) -> set[tuple[str, str]]:
    """Return what fails of a control on the compliant world with a plan laid over it."""
    environment = _stage().environment
    target = Target(environment.subscription_id, environment.resource_group)
    plan = read_plan(content, b"", target, "plan", Redactor(salt="falsification"))
    outcomes = judged(_stage(), plan, frozenset({control}))
    return {(case.id, one.observed) for case, one in outcomes if one.verdict is Verdict.FAIL}


def _plan(name: str) -> tuple[Plan, str]:
    violation = _stage().violations[name]
    plan = plan_for(violation.change)
    assert not isinstance(plan, Untold), plan
    return plan, violation.controls[0]


@pytest.mark.parametrize("name", KINDS)
def test_every_form_makes_the_same_findings(name: str) -> None:
    """What-if from the command line and from the API, a compiled template where it can tell it, and azapi."""
    plan, control = _plan(name)
    told = _findings(as_what_if(plan), control)
    assert told
    assert _findings(as_what_if(plan, as_api=True), control) == told
    assert _findings(as_azapi(plan), control) == told
    if can_be_template(plan):
        assert _findings(as_template(plan), control) == told


def _in_azurerm(name: str, plan: Plan) -> list[dict[str, Any]]:
    """Return the same plan in azurerm's words."""
    change = next(one for one in plan.changes if one.type not in {"microsoft.authorization/roledefinitions"})
    own, was, would = change.id, deepcopy(change.before or {}), deepcopy(change.after or {})
    properties = would.get("properties", {})
    kind = {
        "sql-public": "azurerm_mssql_server",
        "storage-public": "azurerm_storage_account",
        "openai-public": "azurerm_cognitive_account",
        "key-vault-public": "azurerm_key_vault",
    }.get(name)
    if kind is not None:
        return [azurerm(kind, {"id": own, "public_network_access_enabled": False},
                        {"id": own, "public_network_access_enabled": True})]  # fmt: skip
    if name == "sql-endpoint-missing":
        return [azurerm("azurerm_private_endpoint", {"id": own, "name": was["name"]}, None)]
    if name == "sql-zone-unlinked":
        return [azurerm("azurerm_private_dns_zone_virtual_network_link", {"id": own, "name": was["name"]}, None)]
    if name == "plan-keyvaults-off":
        kept = {"resource_type": "KeyVaults"}
        tier = properties["pricingTier"]
        return [azurerm("azurerm_security_center_subscription_pricing", {"id": own, "tier": "Standard", **kept},
                        {"id": own, "tier": tier, **kept})]  # fmt: skip
    assert name == "roles-administrator"
    said = {
        "scope": own.rpartition("/providers/Microsoft.Authorization/")[0],
        "principal_id": properties["principalId"],
        "role_definition_name": "Role Based Access Control Administrator",
    }
    return [azurerm("azurerm_role_assignment", None, said)]


@pytest.mark.parametrize(
    "name",
    ["sql-public", "storage-public", "openai-public", "key-vault-public", "sql-endpoint-missing", "sql-zone-unlinked",
     "plan-keyvaults-off", "roles-administrator"],
)  # fmt: skip
def test_azurerm_makes_the_same_findings(name: str) -> None:
    """Although it tells resources in words of its own."""
    plan, control = _plan(name)
    found = _findings(as_terraform(*_in_azurerm(name, plan)), control)
    # What Azure makes of it, such as how much a plan of Defender covers, azurerm does not tell.
    assert {case for case, _ in found} == {case for case, _ in _findings(as_what_if(plan), control)}
