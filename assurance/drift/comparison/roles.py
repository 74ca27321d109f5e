"""What names stand for: so that staging and production, which name everything differently, can be held together; pure.

A name that an environment declares becomes its role, such as `{sql}` for `sql-apex-prod`; then subscription, tenant and
groups; then what else holds the environment's name or its unique suffix. Ids that Azure makes up (GUIDs, and the unique
part of a default domain) say nothing by themselves, and are compared by their place. Built-in role definitions keep
theirs: they are the same everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_address, ip_network

from assurance.environment import Environment

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
        found = self._declared.sub(lambda match: self._by_name[match.group().casefold()], text)
        found = self._environment_name.sub("{environment}", found)
        if self._suffix is not None:
            found = self._suffix.sub("{suffix}", found)
        found = _REVISION.sub(r"\1--{revision}", _DOMAIN.sub("{domain}", _GUID.sub("{id}", found)))
        return _ADDRESS.sub(lambda match: self._address(match.group()), found)

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
        found = sorted(one for one in endings if _SUFFIX.fullmatch(one))
        return re.compile(rf"(?:{'|'.join(found)})(?![a-z0-9])", re.I) if found else None

    def _address(self, text: str) -> str:
        """Return the subnet that an address lies in; an address that lies in none, or is none, as it is."""
        try:
            address = ip_address(text)
        except ValueError:
            return text
        for subnet in self.environment.virtual_network.subnets:
            if address in ip_network(subnet.prefix):
                return f"{{address in {subnet.name}}}"
        return text


def _names(environment: Environment) -> Iterable[tuple[str, str]]:
    """Give names and roles; of a name that stands for several things, the later role counts."""
    yield environment.subscription_id, "subscription"
    yield environment.tenant_id, "tenant"
    yield environment.resource_group, "resource group"
    yield environment.virtual_network.name, "virtual network"
    for subnet in environment.virtual_network.subnets:
        if subnet.network_security_group is not None:
            yield subnet.network_security_group, f"security group of {subnet.name}"
    yield environment.container_apps.environment, "container environment"
    yield environment.container_apps.app, "application"
    if environment.container_apps.job is not None:
        yield environment.container_apps.job, "job of the suite"
    yield environment.identity.name, "identity"
    for key, service in environment.services.items():
        yield service.private_endpoint.name, f"private endpoint of {key}"
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
