"""What else in the resource group could be reached from public networks: other services, and public addresses."""

from __future__ import annotations

from dataclasses import dataclass

from assurance.environment.model import ServiceKind
from assurance.errors import NotEvaluated
from assurance.estate.estate import Estate
from assurance.estate.ids import SERVICE_TYPES
from assurance.estate.resources.resource import is_within, listed, named, same_id
from assurance.estate.services.kinds import KINDS
from assurance.estate.services.platform_service import ACCESS
from assurance.verdicts import Fact
from assurance.world.azure.document import Document


@dataclass(frozen=True, slots=True)
class ServicesOfKind:
    """All services of one kind in the resource group, declared or not.

    Attributes:
        kind: Which.
        scope: Where they are listed.
        declared_ids: The ids of the declared services, of every kind.
        documents: Azure's list.
        readings: Keys of the readings behind it.
    """

    kind: ServiceKind
    scope: str
    declared_ids: tuple[str, ...]
    documents: tuple[Document, ...]
    readings: tuple[str, ...]

    @property
    def undeclared_refuse_public_networks(self) -> Fact:
        """Whether every service that the environment does not declare refuses public networks, too.

        Raises:
            NotEvaluated: The list is empty, although services of this kind are declared: who may not see any sees none.
        """
        if not self.documents and any(is_within(known, self.scope) for known in self.declared_ids):
            raise NotEvaluated(
                f"Azure lists nothing at {self.scope}, where the environment file declares services.",
                "Grant the suite's identity Reader on the resource group, or deploy what is declared.",
                self.readings,
            )
        others = [one for one in self.documents if not any(same_id(one.id, known) for known in self.declared_ids)]
        access = {one.id: one.text(*ACCESS.split(".")) for one in others}
        public = [one for one in others if (access[one.id] or "").casefold() != "disabled"]
        told = {one.id: access[one.id] or "absent, which means enabled" for one in public}
        found = [f"{key}: publicNetworkAccess is {value}" for key, value in told.items()]
        if len(others) + len(self.declared_ids) < len(self.documents):
            found.append("two services of one id were listed")
        return Fact(
            not found,
            f"publicNetworkAccess is Disabled on every other service of kind {SERVICE_TYPES[self.kind]}",
            listed(found, f"{len(others)} undeclared, none of them public"),
            self.scope,
            self.readings,
            "; ".join(KINDS[self.kind].closing(one.id) for one in public),
        )


@dataclass(frozen=True, slots=True)
class PublicAddresses:
    """The public IP addresses of the resource group."""

    scope: str
    documents: tuple[Document, ...]
    readings: tuple[str, ...]

    @property
    def are_none(self) -> Fact:
        """Whether there is no public IP address."""
        found = [f"{one.name} ({one.text('properties', 'ipAddress') or 'no address yet'})" for one in self.documents]
        remedy = "; ".join(f"az network public-ip delete {named(one.id)}" for one in self.documents)
        return Fact(not found, "no public IP address", listed(found), self.scope, self.readings, remedy)


def read_services_of_kind(estate: Estate, kind: ServiceKind) -> ServicesOfKind:
    """Return all services of a kind in the environment's resource group."""
    scope = f"{estate.group_id}/providers/{SERVICE_TYPES[kind]}"
    return ServicesOfKind(kind, scope, estate.service_ids(), *KINDS[kind].listing(estate, estate.group_id))


def read_public_addresses(estate: Estate) -> PublicAddresses:
    """Return the public IP addresses of the resource group."""
    operation = estate.questions.operation("network", "public_ip_addresses", "list")
    group = estate.environment.resource_group
    return PublicAddresses(estate.group_id, *estate.questions.listing(operation, estate.group_id, group))
