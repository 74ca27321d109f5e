"""The kinds of platform services, and how a declared one is read as what it is."""

from __future__ import annotations

from typing import TypeVar

from assurance.environment.model import ServiceKind
from assurance.estate.estate import Estate, read_once
from assurance.estate.services.cognitive_account import CognitiveAccount
from assurance.estate.services.key_vault import KeyVault
from assurance.estate.services.platform_service import PlatformService
from assurance.estate.services.sql_server import SqlServer
from assurance.estate.services.storage_account import StorageAccount

Service = TypeVar("Service", bound=PlatformService)
KINDS: dict[ServiceKind, type[PlatformService]] = {
    "sql": SqlServer,
    "storage": StorageAccount,
    "cognitive": CognitiveAccount,
    "key_vault": KeyVault,
}


@read_once
def read_service(estate: Estate, key: str) -> PlatformService:
    """Return the declared service of that key, as its kind."""
    return KINDS[estate.environment.services[key].kind].read(estate, key)


def read_as(estate: Estate, key: str, wanted: type[Service]) -> Service:
    """Return the declared service of that key as the class that a check needs.

    Raises:
        TypeError: Its kind is no such class: the noun's family holds what it must not.
    """
    service = read_service(estate, key)
    if not isinstance(service, wanted):
        raise TypeError(f"{key} is a {type(service).__name__}, no {wanted.__name__}")
    return service
