"""Judges a world: every case of every check on the estate, in this process, on the answers of the sandbox's functions.

A case is a function of the readings that it asks for. So a world that differs from the compliant one in a few readings
is judged by running only the cases that ask for those; the others come to what they came to in the compliant world.
"""

from __future__ import annotations

import importlib.util
import inspect
import itertools
import logging
import re
import ssl
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

# The client remembers, for the whole process, how each vault challenges; a world must not know it from the one before.
from azure.keyvault.secrets._shared import HttpChallengeCache

import fixtures  # noqa: F401  (importing them registers the nouns)
from assurance.environment import Environment, load
from assurance.estate import Estate
from assurance.judging.checking import Outcome, judge
from assurance.judging.nouns import DECLARED, VIEWS, needs, resolve, subjects
from assurance.tape import Reading, TapeHeader, utc_now
from assurance.tape.redaction import Redactor
from assurance.verdicts import Verdict, recording_facts
from assurance.world.azure.clients import AzureClients
from assurance.world.azure.credential import StaticToken
from falsification.azure.seams import (
    TOKEN,
    DirectUpstream,
    MemoryTape,
    NobodySignedIn,
    WorldDialer,
    WorldFiles,
    WorldResolver,
    as_received,
)
from falsification.azure.world import World, compliant_world, show
from sandbox.azure.container_registry import HOST, ContainerRegistry
from sandbox.azure.key_vault import KeyVaultDataPlane
from sandbox.azure.resource_manager import AzureResourceManager
from sandbox.network.http_server import Answer

ROOT = Path(__file__).resolve().parents[2]
CHECKS = (ROOT / "checks" / "security", ROOT / "checks" / "deployment")
ESTATE = frozenset({"estate"})
ENVIRONMENT = ROOT / "environments" / "sandbox.toml"
NO_RETRIES = {"limits": {"attempts": 1, "retry_budget_seconds": 0.0}}
UNAUTHORIZED = 401


@dataclass(frozen=True, slots=True)
class Case:
    """One parametrized case of a check.

    Attributes:
        id: Control, function and subject, as `SEC-03 test_connection_is_approved[pe-sql-apex-sandbox]`.
        control: The control.
        check: The function's name.
        function: The function.
        subjects: What each declared noun stands for in this case.
    """

    id: str
    control: str
    check: str
    function: Callable[..., None]
    subjects: Mapping[str, Any]  # Any: what a noun stands for differs from one to the next


def cases(
    environment: Environment, folders: tuple[Path, ...] = CHECKS, given: frozenset[str] = ESTATE
) -> tuple[Case, ...]:
    """Return every case of the check files in these folders that rests on what is given and on nothing else."""
    files = [file for folder in folders for file in sorted(folder.glob("test_*.py"))]
    return tuple(case for file in files for case in _cases_of(load_check_file(file), environment, given))


def load_check_file(file: Path) -> ModuleType:
    """Return a check file as a module of its own name."""
    spec = importlib.util.spec_from_file_location(f"falsified_{file.stem}", file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _cases_of(module: ModuleType, environment: Environment, given: frozenset[str]) -> Iterator[Case]:
    control = next(mark.kwargs["id"] for mark in module.pytestmark if mark.name == "control")
    for name, function in vars(module).items():
        if not name.startswith("test_") or not _rests_on(function, given):
            continue
        nouns = sorted(frozenset().union(*(needs(parameter) for parameter in inspect.signature(function).parameters)))
        families = [subjects(noun, environment).items() for noun in nouns]
        for chosen in itertools.product(*families):
            subject = f"[{'-'.join(label for label, _ in chosen)}]" if chosen else ""
            values = dict(zip(nouns, (value for _, value in chosen), strict=True))
            yield Case(f"{control} {name}{subject}", control, name, function, values)


def _rests_on(function: Callable[..., Any], given: frozenset[str]) -> bool:
    """Tell whether all that a check or a view takes can be made from what is given."""
    return all(_is_made_from(noun, given) for noun in inspect.signature(function).parameters)


def _is_made_from(noun: str, given: frozenset[str]) -> bool:
    if noun in given or noun in DECLARED:
        return True
    return noun in VIEWS and _rests_on(VIEWS[noun], given)


class Judge:
    """Judges worlds that differ little from the compliant one.

    Attributes:
        environment: What is declared.
        cases: Every case.
        compliant: What each case comes to in the compliant world, by its id.
        asks_for: The keys of the readings that each case asks for, by its id.
        readings: All readings of the compliant world, by key.

    Raises:
        AssertionError: Not every case passes in the compliant world, so that nothing could be proven.
    """

    def __init__(self) -> None:
        # The older clients warn of every alert that names a kind of resource that they do not know.
        logging.getLogger("azure").setLevel(logging.ERROR)
        logging.getLogger("msrest").setLevel(logging.ERROR)
        warnings.filterwarnings("ignore", module="azure")
        self.environment = load(ENVIRONMENT, NO_RETRIES)
        self.cases = cases(self.environment)
        self._redactor = Redactor(salt="falsification")
        self._world = compliant_world()
        self._resource_manager = AzureResourceManager(self._world.azure, TOKEN, ssl.create_default_context())
        self._resource_manager.stop()  # it is asked by calling it: the port that it has reserved is free again
        self._key_vault = KeyVaultDataPlane(self._world.azure, TOKEN)
        vault = next(one.fqdn for one in self.environment.services.values() if one.kind == "key_vault")
        self._registry = ContainerRegistry(self._world.azure, TOKEN, ssl.create_default_context())
        self._registry.stop()
        self._stand_ins = {
            urlsplit(self.environment.cloud.resource_manager).netloc: self._resource_manager.respond,
            vault: self._key_vault.respond,
            HOST: self._registry.respond,
        }
        self._begun = utc_now()
        self.readings: dict[str, Reading] = {}
        self.compliant, self.asks_for = self._judge_compliant()
        self._answers = {key: self._answer(reading) for key, reading in self.readings.items() if reading.kind == "http"}

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

    def resting_on(self, key: str) -> list[Case]:
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
        broken = [f"{key}: {one.observed}{one.reason}" for key, one in outcomes.items() if one.verdict != Verdict.PASS]
        if broken or not outcomes:
            raise AssertionError(f"the compliant world does not pass: {broken}")
        return outcomes, asks_for

    def _outcome(self, case: Case, estate: Estate) -> Outcome:
        error: Exception | None = None
        HttpChallengeCache.clear()
        with recording_facts() as facts:
            try:
                given = {**case.subjects, "estate": estate}
                case.function(**{name: resolve(name, given) for name in inspect.signature(case.function).parameters})
            except Exception as raised:  # noqa: BLE001  (whatever ends a case is judged)
                error = raised
        return judge(facts, error)

    def _enter(self, world: World) -> None:
        self._resource_manager.estate = self._key_vault.estate = self._registry.estate = world.azure
        for stand_in in (self._resource_manager, self._key_vault, self._registry):
            show(stand_in, world.faults)

    def _changed(self, world: World) -> frozenset[str]:
        """Return the keys of the readings that may be other than in the compliant world."""
        return frozenset(key for key, reading in self.readings.items() if self._differs(reading, world))

    def _differs(self, reading: Reading, world: World) -> bool:
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
            if world.azure.resources == self._world.azure.resources:
                return False
        answer = self._answer(reading)
        return (answer.status, answer.body) != (self._answers[reading.key].status, self._answers[reading.key].body)

    def _answer(self, reading: Reading) -> Answer:
        method, url = reading.question.split(" ", 1)
        host = urlsplit(url).netloc
        token = self._registry.access_token if host == HOST else TOKEN
        headers = {} if reading.status == UNAUTHORIZED else {"Authorization": f"Bearer {token}"}
        return self._stand_ins[host](as_received(method, url, headers))

    def _estate(self, world: World, tape: MemoryTape) -> Estate:
        credential = StaticToken(TOKEN) if world.signs_in else NobodySignedIn()
        clients = AzureClients(self.environment, tape, self._redactor, credential, DirectUpstream(self._stand_ins))
        vantage = self.environment.vantage
        resolvers = {one: WorldResolver(tape, one, world) for one in vantage}
        dialers = {one: WorldDialer(tape, one, world, self._redactor) for one in vantage}
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
