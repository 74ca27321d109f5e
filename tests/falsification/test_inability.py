"""Inability never passes: here for a few readings of each kind, in the score for all."""

from __future__ import annotations

from inspect import signature

import pytest

from assurance.verdicts import Verdict
from falsification.azure.inability import no_name_known, seen_from_elsewhere
from falsification.azure.stage import AzureStage
from falsification.azure.world import Change, World, compliant_world
from falsification.catalogue import Inability
from falsification.judge import try_inability
from falsification.score import stage

READINGS = (
    "GET providers/Microsoft.Network/virtualNetworks/vnet-apex-sandbox?",
    "GET providers/Microsoft.Network/privateEndpoints?",
    "GET providers/Microsoft.Network/privateDnsZones/privatelink.blob.core.windows.net/aLL?",
    "GET providers/Microsoft.Sql/servers/sql-apex-sandbox/ipv6FirewallRules?",
    "GET providers/Microsoft.Storage/storageAccounts?",
    "GET providers/Microsoft.Authorization/roleAssignments?",
    "GET providers/Microsoft.Authorization/roleDefinitions/ba92f5b4",
    "GET providers/Microsoft.Security/pricings?",
    "GET secrets?",
    "A and AAAA records of sql-apex-sandbox.database.windows.net, from outside",
    "TLS connection to kv-apex-sandbox-4k7x.vault.azure.net at 10.0.2.8:443, from inside",
    "TLS connection to openai-apex-sandbox.openai.azure.com at 203.0.113.6:443, from outside",
)
MIN_ASKING = 200
MIN_FAULTS = {"GET": 25, "A a": 5, "TLS": 5}


def _stage() -> AzureStage:
    found = stage("azure")
    assert isinstance(found, AzureStage)
    return found


def _asked(fault: Inability[World]) -> str:
    return fault.name.split(": ", 1)[1]


@pytest.mark.parametrize("reading", READINGS)
def test_no_fault_makes_a_check_pass(reading: str) -> None:
    """With any fault in the place of a reading, no case that rests on it passes."""
    faults = [one for one in _stage().inabilities().values() if _asked(one).startswith(reading)]
    assert len(faults) >= MIN_FAULTS[reading[:3]]
    results = [result for fault in faults for result in try_inability(_stage(), fault)]
    assert sum(result.judged for result in results) >= len(faults)
    assert [told for result in results for told in result.survivors] == []


def test_every_reading_is_tried() -> None:
    """Every reading that any check asks for has its faults, and every case rests on one of them."""
    judge = _stage()
    tried = {one.key for one in judge.inabilities().values()}
    assert tried == set(judge.readings)
    assert {case.id for key in tried for case in judge.resting_on(key)} == {case.id for case in judge.cases}


def test_nobody_signed_in_is_not_evaluated() -> None:
    """Without a credential, every case that asks Azure is not evaluated; names, sockets and files need none."""
    judge, world = _stage(), compliant_world()
    world.signs_in = False
    verdicts = judge.verdicts(world)
    azure = {key for key, reading in judge.readings.items() if reading.kind == "http"}
    asking = [case.id for case in judge.cases if judge.asks_for[case.id] & azure]
    others = {case.control for case in judge.cases if case.id not in asking}
    assert others == {"SEC-09", "DEP-02", "DEP-05", "DEP-20"}
    assert len(asking) > MIN_ASKING
    assert {verdicts[case].verdict for case in asking} == {Verdict.NOT_EVALUATED}


@pytest.mark.parametrize(
    ("change", "check", "reason"),
    [
        (seen_from_elsewhere("inside"), "inside_flow", "Declared inside, looks like outside: 5 of 5 service names"),
        (no_name_known, "inside_flow", "None of the 5 service names resolves from inside: either"),
        (seen_from_elsewhere("outside"), "outside_flow", "Declared outside, looks like inside: 5 of 5 service names"),
    ],
    ids=["outside", "nowhere", "inside"],
)
def test_run_from_elsewhere_fails_nothing(change: Change, check: str, reason: str) -> None:
    """Where every name leads elsewhere, what rests on the vantage is not evaluated, and nothing else changes."""
    judge, world = _stage(), compliant_world()
    change(world)
    verdicts = judge.verdicts(world)
    flows = {case.id for case in judge.cases if check in signature(case.function).parameters}
    assert flows
    assert {case for case, one in verdicts.items() if one.verdict is not Verdict.PASS} == flows
    assert {verdicts[case].verdict for case in flows} == {Verdict.NOT_EVALUATED}
    assert {verdicts[case].reason.startswith(reason) for case in flows} == {True}
