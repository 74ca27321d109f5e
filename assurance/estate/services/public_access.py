"""What else in the resource group could be reached from public networks; the kinds of platform services."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from assurance.environment import Environment
from assurance.environment.model import DeclaredService
from assurance.errors import NotEvaluated
from assurance.estate.estate import Estate, read_once
from assurance.estate.resources.questions import Documents
from assurance.estate.resources.resource import Part, is_within, listed, same_id, wrong_among
from assurance.estate.services.data_services import CognitiveAccount, KeyVault, SqlServer, StorageAccount
from assurance.estate.services.described_service import DescribedService, closing, described_listing
from assurance.estate.services.platform_service import ACCESS, PlatformService, WithLeastTls
from assurance.verdicts import Fact
from assurance.world.azure.document import Document

Service = TypeVar("Service", bound=PlatformService)
KINDS: dict[str, type[PlatformService]] = {
    "sql": SqlServer,
    "storage": StorageAccount,
    "cognitive": CognitiveAccount,
    "key_vault": KeyVault,
}


@read_once
def read_service(estate: Estate, key: str) -> PlatformService:
    """Return the declared service of that key, as its kind."""
    kind = estate.environment.services[key].kind
    described = estate.environment.described(kind)
    if described is not None:
        return DescribedService.read_described(estate, key, described)
    return KINDS[kind].read(estate, key)


def read_all_of_kind(estate: Estate, kind: str) -> Documents:
    """Return all services of a kind in the environment's resource group."""
    described = estate.environment.described(kind)
    if described is not None:
        return described_listing(estate, described, estate.group_id)
    return KINDS[kind].listing(estate, estate.group_id)


def closing_of(environment: Environment, kind: str) -> Callable[[str], str]:
    """Return what makes the command that disables public network access of a service of a kind."""
    described = environment.described(kind)
    return partial(closing, described) if described is not None else KINDS[kind].closing


def public_access_of(environment: Environment, kind: str) -> str:
    """Return the property of a kind by which public networks are refused."""
    described = environment.described(kind)
    return described.public_access if described is not None else ACCESS


def is_of_class(environment: Environment, declared: DeclaredService, wanted: type[PlatformService]) -> bool:
    """Tell whether a declared service is read as that class, with what the class stands for."""
    described = environment.described(declared.kind)
    if described is None:
        return issubclass(KINDS[declared.kind], wanted)
    return wanted is PlatformService or (wanted is WithLeastTls and described.least_tls is not None)


def read_as(estate: Estate, key: str, wanted: type[Service]) -> Service:
    """Return the declared service of that key as the class that a check needs.

    Raises:
        TypeError: Its kind is no such class: the noun's family holds what it must not.
    """
    service = read_service(estate, key)
    if not isinstance(service, wanted):
        raise TypeError(f"{key} is a {type(service).__name__}, no {wanted.__name__}")
    return service


@dataclass(frozen=True, slots=True)
class ServicesOfKind:
    """All services of one kind in the resource group, declared or not.

    Attributes:
        type: Azure's type of them.
        access: The property by which they refuse public networks.
        closing: Makes the command that sets it, for a service's id.
        scope: Where they are listed.
        declared_ids: The ids of the declared services, of every kind.
        documents: Azure's list.
        readings: Keys of the readings behind it.
    """

    type: str
    access: str
    closing: Callable[[str], str]
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
        others = [
            document
            for document in self.documents
            if not any(same_id(document.id, known) for known in self.declared_ids)
        ]
        public: list[str] = []

        def told(service: Document) -> str | None:
            access = service.text(*self.access.split("."))
            if (access or "").casefold() == "disabled":
                return None
            public.append(service.id)
            return f"{service.id}: publicNetworkAccess is {access or 'absent, which means enabled'}"

        wrong = wrong_among(others, told)
        if len(others) + len(self.declared_ids) < len(self.documents):
            wrong.append("two services of one id were listed")
        return Fact(
            not wrong,
            f"publicNetworkAccess is Disabled on every other service of kind {self.type}",
            listed(wrong, f"{len(others)} undeclared, none of them public"),
            self.scope,
            self.readings,
            "; ".join(map(self.closing, public)),
        )


@dataclass(frozen=True, slots=True)
class PublicAddresses:
    """What gives the resource group public addresses: addresses, prefixes of them, and NAT gateways.

    Attributes:
        scope: The id of the resource group.
        permitted: The ids of those that are declared.
        lists: Azure's lists.
    """

    scope: str
    permitted: tuple[str, ...]
    lists: tuple[Part[Documents], ...]

    @property
    def parts(self) -> tuple[Part[object], ...]:
        """The lists."""
        return self.lists

    @property
    def are_none(self) -> Fact:
        """Whether there is no public address but those that are declared."""
        cited: list[str] = []

        def told(part: Part[Documents]) -> str | None:
            documents, readings = part()
            cited.extend(readings)
            strangers = (
                document for document in documents if not any(same_id(document.id, known) for known in self.permitted)
            )
            return listed(map(_whose, strangers), "") or None

        wrong = wrong_among(self.lists, told)
        remedy = (
            "If it is meant (a NAT gateway is the way out of its subnets), add its id to public_addresses in the "
            "environment file; else take it from what it belongs to, and delete it: az network public-ip delete"
        )
        observed = listed(wrong, f"none but {len(self.permitted)} declared" if self.permitted else "none")
        return Fact(not wrong, "no public address", observed, self.scope, tuple(cited), remedy if wrong else "")


def read_services_of_kind(estate: Estate, kind: str) -> ServicesOfKind:
    """Return all services of a kind in the environment's resource group."""
    environment = estate.environment
    service_type = environment.type_of(kind)
    scope = f"{estate.group_id}/providers/{service_type}"
    how = (public_access_of(environment, kind), closing_of(environment, kind))
    return ServicesOfKind(service_type, *how, scope, estate.service_ids(), *read_all_of_kind(estate, kind))


def read_public_addresses(estate: Estate) -> PublicAddresses:
    """Return the public addresses of the resource group."""
    kinds = ("public_ip_addresses", "public_ip_prefixes", "nat_gateways")
    return PublicAddresses(
        estate.group_id, estate.environment.public_addresses, tuple(partial(_listing, estate, kind) for kind in kinds)
    )


def _listing(estate: Estate, kind: str) -> Documents:
    operation = estate.questions.operation("network", kind, "list")
    return estate.questions.listing(operation, estate.group_id, estate.environment.resource_group)


def _whose(document: Document) -> str:
    """Return a public address, a prefix or a gateway with what it belongs to."""
    what = document.text("properties", "ipAddress") or document.text("properties", "ipPrefix") or "no address yet"
    owners = (("NAT gateway", ("natGateway", "id")), ("interface", ("ipConfiguration", "id")))
    whose = [f"of {kind} {resource_id}" for kind, path in owners if (resource_id := document.text("properties", *path))]
    return " ".join((f"{document.name} ({what})", *whose))
