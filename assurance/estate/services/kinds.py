"""The kinds of platform services, and how a declared one is read as what it is."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from assurance.environment import Environment
from assurance.environment.model import DeclaredService
from assurance.estate.estate import Estate, read_once
from assurance.estate.resources.questions import Documents
from assurance.estate.services.cognitive_account import CognitiveAccount
from assurance.estate.services.described_service import DescribedService, closing, described_listing
from assurance.estate.services.key_vault import KeyVault
from assurance.estate.services.platform_service import ACCESS, PlatformService, WithLeastTls
from assurance.estate.services.sql_server import SqlServer
from assurance.estate.services.storage_account import StorageAccount

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
