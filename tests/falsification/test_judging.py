"""The judge, the stage of Azure, and inability."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from inspect import signature
from pathlib import Path

import pytest

from assurance.environment import Environment, load
from assurance.errors import NotEvaluated
from assurance.judging.controls.deployment import DEPLOYMENT
from assurance.tape import TapeHeader, utc_now
from assurance.tape.redaction import Redactor
from assurance.verdicts import Verdict
from assurance.world.azure.clients import AzureClients
from assurance.world.azure.credential import StaticToken
from assurance.world.azure.reader import get
from assurance.world.dns import Resolver
from assurance.world.sockets import Dialer
from falsification.azure import harmless, violations
from falsification.azure.inability import no_name_known, seen_from_elsewhere
from falsification.azure.stage import ENVIRONMENT, NO_RETRIES, AzureStage
from falsification.azure.world import Change, MemoryTape, World, WorldDialer, WorldResolver, compliant_world
from falsification.catalogue import Inability
from falsification.judge import try_inability
from falsification.planned import CONTROLS as PLANNED
from falsification.score import stage
from sandbox import Fault, Sandbox
from sandbox.network.http_server import Ending

SOME = 40


def _stage() -> AzureStage:
    found = stage("azure")
    assert isinstance(found, AzureStage)
    return found


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """The stand-ins on their sockets."""
    with Sandbox() as running:
        yield running


@pytest.fixture
def environment(sandbox: Sandbox) -> Environment:
    """The environment that uses them."""
    return load(ENVIRONMENT, {**sandbox.overlay(), **NO_RETRIES})


@pytest.fixture
def tape() -> MemoryTape:
    """A tape that nothing is on."""
    return MemoryTape(TapeHeader("sandbox", "s", "g", "SANDBOX", "a test", ("inside", "outside"), utc_now()))


@pytest.mark.parametrize("name", [one.name for one in violations.CATALOGUE[::SOME]])
def test_short_cut_changes_no_verdict(name: str) -> None:
    """Judging only the cases whose readings differ gives the same as judging all of them afresh."""
    judge = _stage()
    change = next(one.change for one in violations.CATALOGUE if one.name == name)
    world, other = compliant_world(), compliant_world()
    change(world)
    change(other)
    quick, slow = judge.verdicts(world), judge.verdicts_afresh(other)
    assert {key: one.verdict for key, one in quick.items()} == {key: one.verdict for key, one in slow.items()}
    assert {key: one.observed for key, one in quick.items()} == {key: one.observed for key, one in slow.items()}


def test_worlds_do_not_touch_each_other() -> None:
    """After every harmless change has been judged, the compliant world is as it was."""
    judge = _stage()
    for one in harmless.CATALOGUE[::10]:
        world = compliant_world()
        one.change(world)
        judge.verdicts(world)
    assert {outcome.verdict for outcome in judge.verdicts_afresh(compliant_world()).values()} == {"pass"}


@pytest.mark.parametrize("vantage", ["inside", "outside"])
def test_names_are_as_the_sandboxs_name_servers_tell(sandbox: Sandbox, environment: Environment, vantage: str) -> None:
    """A world resolves every service's name as the real resolver does at the sandbox's name servers."""
    world = compliant_world()
    header = TapeHeader("sandbox", "s", "g", "SANDBOX", "a test", ("inside",), utc_now())
    view = environment.views.inside if vantage == "inside" else environment.views.outside
    real = Resolver(MemoryTape(header), vantage, view)
    told = WorldResolver(MemoryTape(header), vantage, world)
    found = {service.fqdn: real.resolve(service.fqdn) for service in world.services.values()}
    assert found == {name: told.resolve(name) for name in found}
    assert all(one.addresses for one in found.values()), sandbox.directory


@pytest.mark.parametrize("vantage", ["inside", "outside"])
def test_connections_are_as_the_sandboxs_listeners_end(environment: Environment, vantage: str) -> None:
    """A world's connections end as the real dialer's do at the sandbox's listeners."""
    world = compliant_world()
    header = TapeHeader("sandbox", "s", "g", "SANDBOX", "a test", ("inside",), utc_now())
    view = environment.views.inside if vantage == "inside" else environment.views.outside
    redactor = Redactor("a test")
    real = Dialer(MemoryTape(header), vantage, view, environment.cloud.ca_bundle, 5.0, redactor)
    told = WorldDialer(MemoryTape(header), vantage, world, redactor)
    for service in world.services.values():
        address = service.private_address if vantage == "inside" else service.public_address
        question = {"tls": service.speaks_tls, "ask": vantage == "outside"}
        first = real.dial(service.fqdn, address, service.port, **question)
        second = told.dial(service.fqdn, address, service.port, **question)
        assert (first.outcome, first.tls_failure, first.http_status) == (
            second.outcome,
            second.tls_failure,
            second.http_status,
        )
        assert first.http_body[:60] == second.http_body[:60]


@pytest.mark.parametrize("ending", ["reset", "cut"])
def test_faults_end_as_over_sockets(
    sandbox: Sandbox, environment: Environment, tape: MemoryTape, ending: Ending
) -> None:
    """A reset and a cut body are failures of the same kind over sockets and in this process."""
    client = AzureClients(environment, tape, Redactor("a test"), StaticToken(sandbox.token)).management("network")
    sandbox.resource_manager.faults.append(Fault("virtualNetworks", ending=ending))
    with pytest.raises(NotEvaluated, match=r"No (whole )?answer from"):
        get(client.virtual_networks.get, "apex-rg-sandbox", "vnet-apex-sandbox")
    sandbox.resource_manager.faults.clear()
    world = compliant_world()
    world.faults.append(Fault("virtualNetworks/", ending=ending))
    outcome = _stage().verdicts(world)["SEC-01 test_virtual_network_is_provisioned[vnet-apex-sandbox]"]
    assert outcome.verdict == "not_evaluated"
    assert re.search("No (whole )?answer from", outcome.reason)


def test_bodies_are_as_over_sockets(sandbox: Sandbox, environment: Environment, tape: MemoryTape) -> None:
    """The network's body is the same over sockets and in this process."""
    client = AzureClients(environment, tape, Redactor("a test"), StaticToken(sandbox.token)).management("network")
    document, _ = get(client.virtual_networks.get, "apex-rg-sandbox", "vnet-apex-sandbox")
    judged = [
        reading for reading in _stage().readings.values() if "/virtualNetworks/vnet-apex-sandbox?" in reading.question
    ]
    assert document is not None
    assert [json.loads(one.body) for one in judged] == [document.values]


def test_check_files_are_all_read() -> None:
    """Every control of checks/security has cases, and so has every step of the guide that Azure and files show."""
    controls = {case.control for case in _stage().cases}
    files = list((Path(ENVIRONMENT).parent.parent / "checks" / "security").glob("test_*.py"))
    assert len({control for control in controls if control.startswith("SEC")}) == len(files)
    assert {control.id for control in DEPLOYMENT} - set(PLANNED) <= controls


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


def _asked(fault: Inability[World]) -> str:
    return fault.name.split(": ", 1)[1]


@pytest.mark.parametrize("reading", READINGS)
def test_no_fault_makes_a_check_pass(reading: str) -> None:
    """With any fault in the place of a reading, no case that rests on it passes."""
    faults = [inability for inability in _stage().inabilities().values() if _asked(inability).startswith(reading)]
    assert len(faults) >= MIN_FAULTS[reading[:3]]
    results = [result for fault in faults for result in try_inability(_stage(), fault)]
    assert sum(result.judged for result in results) >= len(faults)
    assert [told for result in results for told in result.survivors] == []


def test_every_reading_is_tried() -> None:
    """Every reading that any check asks for has its faults, and every case rests on one of them."""
    judge = _stage()
    tried = {inability.key for inability in judge.inabilities().values()}
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
