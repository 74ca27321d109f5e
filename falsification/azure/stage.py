"""The stage of Azure: every case of every check on the estate, in this process, on what the sandbox's functions answer.

A case is a function of the readings that it asks for. So a world that differs from the compliant one in a few readings
is judged by running only the cases that ask for those; the others come to what they came to in the compliant world.
"""

from __future__ import annotations

import logging
import re
import ssl
import warnings
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

# The client remembers, for the whole process, how each vault challenges; a world must not know it from the one before.
from azure.keyvault.secrets._shared import HttpChallengeCache

import fixtures  # noqa: F401  (importing them registers the nouns)
from assurance.environment import load
from assurance.estate import Estate
from assurance.home import suite_root
from assurance.judging.checking import Outcome
from assurance.judging.harness import BoundCheck, collect
from assurance.tape import Reading, TapeHeader, utc_now
from assurance.tape.redaction import Redactor
from assurance.verdicts import Verdict
from assurance.world.azure.clients import AzureClients
from assurance.world.azure.credential import StaticToken
from assurance.world.azure.transport import Lens
from falsification.azure import harmless, inability, violations
from falsification.azure.changes import Harmless, Violation
from falsification.azure.deployments import CATALOGUES
from falsification.azure.world import (
    TOKEN,
    Change,
    DirectUpstream,
    MemoryTape,
    NobodySignedIn,
    Respond,
    World,
    WorldDialer,
    WorldFiles,
    WorldResolver,
    as_received,
    compliant_world,
    show,
)
from falsification.catalogue import Inability
from falsification.judge import Judged
from sandbox.azure.data_planes import HOST, ContainerRegistry, KeyVaultDataPlane
from sandbox.azure.resource_manager import AzureResourceManager
from sandbox.network.http_server import Answer, Request

ROOT = suite_root()
CHECKS = (ROOT / "checks" / "security", ROOT / "checks" / "deployment")
ESTATE = frozenset({"estate"})
ENVIRONMENT = ROOT / "environments" / "sandbox.toml"
NO_RETRIES = {"limits": {"attempts": 1, "retry_budget_seconds": 0.0, "throttled_seconds": 0.0}}


class AzureStage:
    """Judges worlds that differ little from the compliant one.

    Attributes:
        environment: What is declared.
        violations: What can be wrong, by name.
        harmless: What must not matter, by name.
        cases: Every case.
        compliant: What each case comes to in the compliant world, by its id.
        asks_for: The keys of the readings that each case asks for, by its id.
        readings: All readings of the compliant world, by key.

    Args:
        folders: Where the checks are.
        baseline: The file of the approved state, where checks ask for one.
        file: The environment file of the deployment that is judged.

    Raises:
        AssertionError: Not every case passes in the compliant world, so that nothing could be proven.
    """

    def __init__(
        self, folders: tuple[Path, ...] = CHECKS, baseline: Path | None = None, file: Path = ENVIRONMENT
    ) -> None:
        # The older clients warn of every alert that names a kind of resource that they do not know.
        logging.getLogger("azure").setLevel(logging.ERROR)
        logging.getLogger("msrest").setLevel(logging.ERROR)
        warnings.filterwarnings("ignore", module="azure")
        declared = load(file, NO_RETRIES)
        drift = declared.drift.model_copy(update={"baseline": baseline})
        self.environment = declared.model_copy(update={"drift": drift})
        self.violations: Mapping[str, Violation] = {violation.name: violation for violation in violations.CATALOGUE}
        self.harmless: Mapping[str, Harmless] = {change.name: change for change in harmless.CATALOGUE}
        self.cases = collect(folders, self.environment, ESTATE)
        self._redactor = Redactor(salt="falsification")
        self._world = compliant_world(declared.name)
        self._resource_manager = AzureResourceManager(self._world.azure, TOKEN, ssl.create_default_context())
        self._resource_manager.stop()  # it is asked by calling it: the port that it has reserved is free again
        self._key_vault = KeyVaultDataPlane(self._world.azure, TOKEN)
        vault = next(service.fqdn for service in self.environment.services.values() if service.kind == "key_vault")
        self._registry = ContainerRegistry(self._world.azure, TOKEN, ssl.create_default_context())
        self._registry.stop()
        self._stand_ins = {
            urlsplit(self.environment.cloud.resource_manager).netloc: self._resource_manager.respond,
            vault: self._key_vault.respond,
            HOST: self._registry.respond,
        }
        self._begun = utc_now()
        self.readings: dict[str, Reading] = {}
        self._requests: dict[str, tuple[Respond, Request]] = {}
        self.compliant, self.asks_for = self._judge_compliant()
        self._answers = {key: self._answer(reading) for key, reading in self.readings.items() if reading.kind == "http"}

    def inabilities(self, control: str | None = None) -> Mapping[str, Inability[World]]:
        """Return every fault in the place of every reading, or of those that a control rests on, by name."""
        return {
            each.name: each
            for each in inability.inabilities(self)
            if control is None or any(case.control == control for case in self.resting_on(each.key))
        }

    def outcomes(self, change: Change, family: str = "") -> Judged:  # noqa: ARG002  (all are judged at once)
        """Return what every case comes to after a change."""
        world = compliant_world(self.environment.name)
        change(world)
        verdicts = self.verdicts(world)
        return [(case, verdicts[case.id]) for case in self.cases]

    def outcomes_resting_on(self, fault: Inability[World]) -> Judged:
        """Return what the cases come to that rest on the reading in whose place the fault is."""
        verdicts = {case.id: outcome for case, outcome in self.outcomes(fault.change)}
        return [(case, verdicts[case.id]) for case in self.resting_on(fault.key)]

    def rest(self) -> None:
        """Nothing runs that a forked process would miss."""

    def verdicts(self, world: World) -> dict[str, Outcome]:
        """Return what every case comes to in a world, by the case's id."""
        self._enter(world)
        changed = self._changed(world)
        known = {key: reading for key, reading in self.readings.items() if key not in changed}
        estate = self._estate(world, MemoryTape(self._header(), known))
        return {
            case.id: self._outcome(case, estate) if self.asks_for[case.id] & changed else self.compliant[case.id]
            for case in self.cases
        }

    def verdicts_afresh(self, world: World) -> dict[str, Outcome]:
        """Return the same without anything known beforehand; slower, and the proof that `verdicts` is right."""
        self._enter(world)
        estate = self._estate(world, MemoryTape(self._header()))
        return {case.id: self._outcome(case, estate) for case in self.cases}

    def resting_on(self, key: str) -> list[BoundCheck]:
        """Return the cases that rest on a reading: whose facts cite it or, if none does, that ask for it.

        A view may ask for more than its facts need: whether an endpoint is approved does not rest on its address.
        """
        citing = [case for case in self.cases if key in self.compliant[case.id].readings]
        return citing or [case for case in self.cases if key in self.asks_for[case.id]]

    def _judge_compliant(self) -> tuple[dict[str, Outcome], dict[str, frozenset[str]]]:
        outcomes: dict[str, Outcome] = {}
        asks_for: dict[str, frozenset[str]] = {}
        self._enter(self._world)
        tape = MemoryTape(self._header())
        for case in self.cases:
            # A new estate for each case, for an estate asks for everything once only.
            estate = self._estate(self._world, tape)
            tape.asked.clear()
            outcomes[case.id] = self._outcome(case, estate)
            asks_for[case.id] = frozenset(tape.asked)
        self.readings.update((reading.key, reading) for reading in tape.readings())
        broken = [
            f"{key}: {outcome.observed}{outcome.reason}"
            for key, outcome in outcomes.items()
            if outcome.verdict != Verdict.PASS
        ]
        if broken or not outcomes:
            raise AssertionError(f"the compliant world does not pass: {broken}")
        return outcomes, asks_for

    def _outcome(self, case: BoundCheck, estate: Estate) -> Outcome:
        HttpChallengeCache.clear()
        return case.outcome({"estate": estate})

    def _enter(self, world: World) -> None:
        self._resource_manager.estate = self._key_vault.estate = self._registry.estate = world.azure
        for stand_in in (self._resource_manager, self._key_vault, self._registry):
            show(stand_in, world.faults)

    def _changed(self, world: World) -> frozenset[str]:
        """Return the keys of the readings that may be other than in the compliant world."""
        other = vars(world.azure) != vars(self._world.azure)
        return frozenset(key for key, reading in self.readings.items() if self._differs(reading, world, other))

    def _differs(self, reading: Reading, world: World, azure_is_other: bool) -> bool:
        if reading.kind == "file":
            name = reading.question.split()[1]
            return world.files.get(name) != self._world.files.get(name)
        if reading.kind != "http":
            vantage = reading.question.rsplit(" ", 1)[-1]
            return world.side(vantage) != self._world.side(vantage)
        if not world.signs_in:
            return True
        if world.faults:
            target = _target(reading)
            if any(re.search(fault.match, target, re.IGNORECASE) for fault in world.faults):
                return True
        if not azure_is_other:
            return False
        answer = self._answer(reading)
        return (answer.status, answer.body) != (self._answers[reading.key].status, self._answers[reading.key].body)

    def _answer(self, reading: Reading) -> Answer:
        if reading.key not in self._requests:
            method, url = reading.question.split(" ", 1)
            host = urlsplit(url).netloc.removesuffix(":443")  # a vault's links to further pages name the port
            token = self._registry.access_token if host == HOST else TOKEN
            headers = {} if reading.status == inability.UNAUTHORIZED else {"Authorization": f"Bearer {token}"}
            self._requests[reading.key] = self._stand_ins[host], as_received(method, url, headers)
        respond, request = self._requests[reading.key]
        return respond(request)

    def compliant_estate(self, lens: Lens | None = None) -> Estate:
        """Return the estate of the compliant world, with what a lens makes of its answers."""
        self._enter(self._world)
        return self._estate(self._world, MemoryTape(self._header(), dict(self.readings)), lens)

    def _estate(self, world: World, tape: MemoryTape, lens: Lens | None = None) -> Estate:
        credential = StaticToken(TOKEN) if world.signs_in else NobodySignedIn()
        upstream = DirectUpstream(self._stand_ins)
        clients = AzureClients(self.environment, tape, self._redactor, credential, upstream, lens)
        vantage = self.environment.vantage
        resolvers = {each: WorldResolver(tape, each, world) for each in vantage}
        dialers = {each: WorldDialer(tape, each, world, self._redactor) for each in vantage}
        files = WorldFiles(tape, self._redactor, self.environment.deployment.artefacts.paths(), world)
        return Estate(
            self.environment, clients, resolvers, dialers, vantage, files, datetime.fromisoformat(self._begun)
        )

    def _header(self) -> TapeHeader:
        declared = self.environment
        origin = "the falsification catalogue, in memory"
        group, vantage = declared.resource_group, declared.vantage
        return TapeHeader(declared.name, declared.subscription_id, group, "SANDBOX", origin, vantage, self._begun)


def _target(reading: Reading) -> str:
    """Return path and query of the request behind a reading, as the stand-ins see them."""
    parts = urlsplit(reading.question.split(" ", 1)[1])
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


SECURITY = (ROOT / "checks" / "security",)


class DeploymentStage(AzureStage):
    """Judges worlds that differ little from one compliant deployment.

    What must not matter and what cannot be read is the same there as in the guide's, and tried there.

    Args:
        name: What the deployment is called, as its environment file is.
    """

    def __init__(self, name: str) -> None:
        super().__init__(SECURITY, file=ROOT / "environments" / f"{name}.toml")
        self.violations: Mapping[str, Violation] = {entry.name: entry for entry in CATALOGUES[name]}
        self.harmless = {}

    def inabilities(self, control: str | None = None) -> Mapping[str, Inability[World]]:  # noqa: ARG002  (there are none)
        """Return nothing."""
        return {}
