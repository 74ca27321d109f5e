"""Violations as plans, in each form."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from assurance.planning import Plan, read_plan
from assurance.planning.template import Target
from assurance.tape.redaction import Redactor
from assurance.verdicts import Verdict
from benchmarks.__main__ import plan_of_many
from falsification.azure import harmless, violations
from falsification.azure.plans import (
    Untold,
    as_azapi,
    as_template,
    as_terraform,
    as_what_if,
    azurerm,
    can_be_template,
    judged,
    plan_for,
)
from falsification.azure.stage import AzureStage
from falsification.score import stage

SECURITY = tuple(one for one in violations.CATALOGUE if one.family == "SEC")
TEN_CONTROLS = frozenset(f"SEC-{number:02d}" for number in range(1, 11))
# A part of the catalogue, spread over it; all of it takes minutes: `python -m falsification.azure.plans`.
SAMPLE = SECURITY[::9]
MIN_FOUND = 0.9
MANY, MAX_SECONDS = 500, 2.0


def _stage() -> AzureStage:
    found = stage("azure")
    assert isinstance(found, AzureStage)
    return found


def test_planned_violations_are_found() -> None:
    """At least nine of ten that a plan can tell fail the control that they are meant for."""
    counted: Counter[str] = Counter()
    missed = []
    for violation in SAMPLE:
        plan = plan_for(violation.change)
        if isinstance(plan, Untold):
            counted["untold"] += 1
            continue
        outcomes = judged(_stage(), plan, frozenset({violation.controls[0]}))
        found = any(one.verdict is Verdict.FAIL for _, one in outcomes)
        counted["found" if found else "missed"] += 1
        missed += [] if found else [violation.name]
    told = counted["found"] + counted["missed"]
    assert told > len(SAMPLE) / 2, counted
    assert counted["found"] / told >= MIN_FOUND, missed


@pytest.mark.parametrize("part", range(4))
def test_harmless_plans_stay_silent(part: int) -> None:
    """A planned change that does not matter fails none of the ten controls."""
    tried = 0
    for one in harmless.CATALOGUE[part::16]:
        plan = plan_for(one.change)
        if isinstance(plan, Untold):
            continue
        tried += 1
        outcomes = judged(_stage(), plan, TEN_CONTROLS)
        failing = [f"{case.id}: {outcome.observed}" for case, outcome in outcomes if outcome.verdict is Verdict.FAIL]
        assert failing == [], one.name
    assert tried


def test_five_hundred_resources_cost_two_seconds() -> None:
    """Reading such a plan and judging the ten controls on it, in seconds of this process alone."""
    recorded = Path(__file__).parents[2] / "fixtures" / "recordings" / "prod"
    content, one = plan_of_many(recorded, MANY), _stage()
    target = Target(one.environment.subscription_id, one.environment.resource_group)
    without = _seconds(lambda: judged(one, Plan("what-if", ()), TEN_CONTROLS))

    def with_it() -> None:
        plan = read_plan(content, b"", target, "plan", Redactor(salt="a test"))
        assert len(plan.changes) == MANY
        judged(one, plan, TEN_CONTROLS)

    assert _seconds(with_it) - without < MAX_SECONDS


def _seconds(do: Callable[[], object]) -> float:
    """Return the least processor time of two runs."""
    took = []
    for _ in range(2):
        started = time.process_time()
        do()
        took.append(time.process_time() - started)
    return min(took)


def test_an_alert_is_no_plan() -> None:
    """What Azure itself makes is said to be untold, and not passed over."""
    alert = next(one for one in SECURITY if "alert" in one.name and one.controls[0] == "SEC-10")
    found = plan_for(alert.change)
    assert isinstance(found, Untold)
    assert found.reason


KINDS = (
    "sql-public", "storage-public", "openai-public", "document-intelligence-public", "key-vault-public",
    "undeclared-storage-public", "lets-in-any-source", "roles-administrator", "sql-endpoint-missing",
    "sql-zone-unlinked", "plan-keyvaults-off", "environment-public-access-enabled",
)  # fmt: skip
"""Violations of every kind that a deployment commonly makes, by their names in the catalogue."""


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
