"""The verdicts of two runs, case by case, with names replaced by what they stand for; pure."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_address, ip_network
from typing import Any

from assurance.environment import Environment
from assurance.verdicts import Verdict

Records = Sequence[Mapping[str, Any]]
"""The verdicts of `results.json`, whose schema is checked elsewhere."""


@dataclass(frozen=True, slots=True)
class CaseDifference:
    """A case that came to another verdict, or that only one run has.

    Attributes:
        control: Its control.
        case: Function and subject, with names replaced by their roles.
        before: Its verdict in the first run; None if that has no such case.
        after: Its verdict in the second run; None likewise.
        told: What the second run observed or could not judge; the first, where the second has no such case.
    """

    control: str
    case: str
    before: Verdict | None
    after: Verdict | None
    told: str


def differing_cases(
    first: Records, second: Records, first_roles: Callable[[str], str], second_roles: Callable[[str], str]
) -> tuple[CaseDifference, ...]:
    """Return the cases whose verdicts differ: those that now fail first, then by control and case.

    Args:
        first: The first run's verdicts.
        second: The second run's.
        first_roles: Replaces names of the first run's environment by their roles.
        second_roles: Those of the second's.
    """
    before, after = _by_case(first, first_roles), _by_case(second, second_roles)
    differing: list[CaseDifference] = []
    for key in before.keys() | after.keys():
        was, now = before.get(key), after.get(key)
        verdicts = [Verdict(verdict["verdict"]) if verdict is not None else None for verdict in (was, now)]
        if verdicts[0] is not verdicts[1]:
            shown = now if now is not None else was
            reason = (shown["reason"] or shown["observed"]) if shown is not None else ""
            differing.append(CaseDifference(key[0], key[1], verdicts[0], verdicts[1], reason))
    return tuple(sorted(differing, key=_rank))


def _by_case(records: Records, roles: Callable[[str], str]) -> dict[tuple[str, str], Mapping[str, Any]]:
    """Return records by control and case; cases that roles make alike are numbered, so that none is lost."""
    cases: dict[tuple[str, str], Mapping[str, Any]] = {}
    numbering: defaultdict[str, Numbering] = defaultdict(Numbering)
    for record in records:
        case = roles(record["check"].partition("::")[2] or record["check"])
        cases[record["control"], numbering[record["control"]].of(case)] = record
    return cases


class Numbering:
    """Gives each name out once; one that comes again is numbered.

    From its last number on: a pack that somebody made may hold a hundred thousand cases of one name.
    """

    def __init__(self) -> None:
        self._given: set[str] = set()
        self._numbers: Counter[str] = Counter()

    def of(self, name: str) -> str:
        """Return the name, or its next numbered form that is free, such as `NAME #2`."""
        free = name
        while free in self._given:
            self._numbers[name] += 1
            free = f"{name} #{self._numbers[name] + 1}"
        self._given.add(free)
        return free


def _rank(one: CaseDifference) -> tuple[bool, bool, bool, str, str]:
    one_sided = one.before is None or one.after is None
    return (one_sided, one.after is not Verdict.FAIL, one.before is not Verdict.FAIL, one.control, one.case)


_GUID = re.compile(r"(?<!roledefinitions/)\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", re.I)
_DOMAIN = re.compile(r"\b[a-z]+-[0-9a-f]{8}(?=\.[a-z0-9]+\.azurecontainerapps\.io)", re.I)
_REVISION = re.compile(r"(\{application\})--[a-z0-9][a-z0-9-]*", re.I)
_ADDRESS = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d./])")
_REDACTED = re.compile(r"(\[redacted [a-z-]+) [0-9a-f]{16}\]")
_SUFFIX = re.compile(r"[a-z0-9]{4,13}")


@dataclass(frozen=True)
class Roles:
    """The roles of the names of one environment.

    Attributes:
        environment: The environment.
    """

    environment: Environment

    def of(self, text: str) -> str:
        """Return a text with names replaced by what they stand for."""
        # Digests of redacted values are salted by environment: equal values have others.
        text = _REDACTED.sub(r"\1]", text)
        translated = self._declared.sub(lambda match: self._by_name[match.group().casefold()], text)
        translated = self._environment_name.sub("{environment}", translated)
        if self._suffix is not None:
            translated = self._suffix.sub("{suffix}", translated)
        translated = _REVISION.sub(r"\1--{revision}", _DOMAIN.sub("{domain}", _GUID.sub("{id}", translated)))
        return _ADDRESS.sub(lambda match: self._address(match.group()), translated)

    @cached_property
    def _by_name(self) -> dict[str, str]:
        return {name.casefold(): f"{{{role}}}" for name, role in _names(self.environment)}

    @cached_property
    def _declared(self) -> re.Pattern[str]:
        """The names, the longest first, where no letter or digit goes on."""
        names = sorted(self._by_name, key=len, reverse=True)
        return re.compile(rf"(?<![a-z0-9])(?:{'|'.join(map(re.escape, names))})(?![a-z0-9])", re.I)

    @cached_property
    def _environment_name(self) -> re.Pattern[str]:
        return re.compile(rf"(?<![a-z0-9]){re.escape(self.environment.name)}(?![a-z0-9])", re.I)

    @cached_property
    def _suffix(self) -> re.Pattern[str] | None:
        """The unique ending of the names that allow no hyphens, such as `4k7x` of `stapexprod4k7x`."""
        names = [service.name.casefold() for service in self.environment.services.values()]
        endings = {name.rpartition(self.environment.name)[2] for name in names if self.environment.name in name}
        suffixes = sorted(ending for ending in endings if _SUFFIX.fullmatch(ending))
        return re.compile(rf"(?:{'|'.join(suffixes)})(?![a-z0-9])", re.I) if suffixes else None

    def _address(self, text: str) -> str:
        """Return the subnet that an address lies in; an address that lies in none, or is none, as it is."""
        try:
            address = ip_address(text)
        except ValueError:
            return text
        for subnet in (subnet for network in self.environment.networks for subnet in network.subnets):
            if address in ip_network(subnet.prefix):
                return f"{{address in {subnet.name}}}"
        return text


def _names(environment: Environment) -> Iterable[tuple[str, str]]:
    """Give names and roles; of a name that stands for several things, the later role counts."""
    yield environment.subscription_id, "subscription"
    yield environment.tenant_id, "tenant"
    yield environment.resource_group, "resource group"
    for network in reversed(environment.networks):
        yield network.name, "virtual network"
    for subnet in (subnet for network in environment.networks for subnet in network.subnets):
        if subnet.network_security_group is not None:
            yield subnet.network_security_group, f"security group of {subnet.name}"
    for apps in environment.container_apps.environments:
        yield apps.name, "container environment"
    yield environment.container_apps.app, "application"
    if environment.container_apps.job is not None:
        yield environment.container_apps.job, "job of the suite"
    yield environment.identity.name, "identity"
    for key, service in environment.services.items():
        for endpoint in service.endpoints:
            yield endpoint.name, f"private endpoint of {key}"
        yield service.name, key
        yield service.fqdn, f"host of {key}"
        if service.database is not None:
            yield service.database, f"database of {key}"
    yield from _deployed(environment)


def _deployed(environment: Environment) -> Iterable[tuple[str, str]]:
    registry, monitoring = environment.deployment.registry, environment.deployment.monitoring
    if registry is not None:
        yield registry.name, "registry"
        yield registry.login_server, "host of registry"
    if monitoring is not None:
        yield monitoring.component, "component"
        yield monitoring.workspace, "workspace"
        yield monitoring.dashboard, "dashboard"
