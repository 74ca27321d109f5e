"""Who accounts for a resource: a line of the environment file, or a check that judges all of its kind."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from assurance.environment.suite_tables import KnownResource
from assurance.estate.resources.resource import segments
from assurance.world.azure.document import Document

# All of these are listed and judged by a check, wherever they stand in the environment's own resource group.
JUDGED_BY_KIND = frozenset(
    {
        "microsoft.network/natgateways",
        "microsoft.network/publicipaddresses",
        "microsoft.network/publicipprefixes",
    }
)
# What watches the deployment: it lets nobody in and holds no data of the application.
WATCHING = frozenset(
    {
        "microsoft.alertsmanagement/actionrules",
        "microsoft.alertsmanagement/smartdetectoralertrules",
        "microsoft.insights/actiongroups",
        "microsoft.insights/activitylogalerts",
        "microsoft.insights/metricalerts",
        "microsoft.insights/scheduledqueryrules",
        "microsoft.insights/webtests",
        "microsoft.insights/workbooks",
        "microsoft.network/networkwatchers",
        "microsoft.network/networkwatchers/flowlogs",
        "microsoft.operationsmanagement/solutions",
        "microsoft.portal/dashboards",
    }
)
# What hangs under a resource and is judged with it, or is a part of it without a life of its own.
PARTS = frozenset(
    {
        "microsoft.app/managedenvironments/certificates",
        "microsoft.app/managedenvironments/managedcertificates",
        "microsoft.cdn/profiles/afdendpoints",
        "microsoft.network/privatednszones/virtualnetworklinks",
    }
)
INTERFACES = "microsoft.network/networkinterfaces"
DATABASES = "microsoft.sql/servers/databases"
SYSTEM_DATABASE = "master"
# Azure makes these for a Container Apps environment; whether the environment is public is judged at itself.
INFRASTRUCTURE = frozenset(
    {
        "microsoft.compute/virtualmachinescalesets",
        "microsoft.network/loadbalancers",
        "microsoft.network/networksecuritygroups",
        "microsoft.network/publicipaddresses",
    }
)


def kind_of(resource_id: str) -> str:
    """Return a resource's type in lower case, nested types with their parents'; empty for what is no resource."""
    parts = segments(resource_id)
    if "providers" not in parts:
        return ""
    last = len(parts) - 1 - parts[::-1].index("providers")
    return "/".join((*parts[last + 1 : last + 2], *parts[last + 2 :: 2]))


@dataclass(frozen=True, slots=True)
class Accounts:
    """What is accounted for.

    Attributes:
        declared: Ids that the environment file declares, and those of what they bring along.
        own_group: The environment's resource group, in which some kinds are judged as a whole.
        service_types: The types of the declared services, in lower case: a check judges all of a type in that group.
        databases: Names of databases that belong to a declared server; what ends with `*` stands for what begins so.
        known: What the file knows beside that, each with a reason.
    """

    declared: frozenset[tuple[str, ...]]
    own_group: str
    service_types: frozenset[str]
    databases: tuple[str, ...]
    known: tuple[KnownResource, ...]
    _patterns: dict[str, re.Pattern[str]] = field(default_factory=dict, repr=False, compare=False)

    def known_as(self, resource_id: str) -> KnownResource | None:
        """Return the line of the file that knows a resource; None if there is none."""
        return next((account for account in self.known if self._names(account.resource, resource_id)), None)

    def judges(self, resource_id: str) -> bool:
        """Tell whether a check judges a resource, or a line of the file declares it."""
        parts, kind = segments(resource_id), kind_of(resource_id)
        if parts in self.declared or kind in WATCHING:
            return True
        if kind in JUDGED_BY_KIND | self.service_types and parts[:4] == segments(self.own_group):
            return True
        if kind == INTERFACES and self._is_of_an_endpoint(parts):
            return True
        parent_is_declared = parts[:-2] in self.declared
        if kind == DATABASES and parent_is_declared:
            return any(_begins(parts[-1], database.casefold()) for database in (SYSTEM_DATABASE, *self.databases))
        return kind in PARTS and parent_is_declared

    def _is_of_an_endpoint(self, parts: tuple[str, ...]) -> bool:
        """Tell an interface by the name that Azure gives to those of a private endpoint, `ENDPOINT.nic.GUID`."""
        endpoint, _, rest = parts[-1].rpartition(".nic.")
        return bool(rest) and (*parts[:-2], "privateendpoints", endpoint) in self.declared

    def strangers(self, documents: Iterable[Document]) -> list[Document]:
        """Return what nobody judges and nobody knows."""
        return [
            document for document in documents if not self.judges(document.id) and self.known_as(document.id) is None
        ]

    def _names(self, pattern: str, resource_id: str) -> bool:
        if pattern not in self._patterns:
            body = re.escape(pattern.strip("/").casefold()).replace(r"\*", "[^/]*")
            self._patterns[pattern] = re.compile(rf"(?:.*/)?{body}", re.DOTALL)
        return self._patterns[pattern].fullmatch("/".join(segments(resource_id))) is not None


def _begins(name: str, wanted: str) -> bool:
    return name.startswith(wanted[:-1]) if wanted.endswith("*") else name == wanted
