"""Reads the platform services: the lists of their kinds, and what stands beside a SQL server."""

from __future__ import annotations

from assurance.environment.model import DeclaredService, ServiceKind
from assurance.errors import NotEvaluated
from assurance.estate.resources.questions import Documents, Questions
from assurance.estate.resources.resource import name_of, only, resource_group_of
from assurance.estate.services.services import PlatformService
from assurance.world.azure.document import Document

_LISTS: dict[ServiceKind, tuple[str, str, str]] = {
    "sql": ("sql", "servers", "list_by_resource_group"),
    "storage": ("storage", "storage_accounts", "list_by_resource_group"),
    "cognitive": ("cognitive_services", "accounts", "list_by_resource_group"),
    "key_vault": ("key_vault", "vaults", "list_by_resource_group"),
}


def list_services(questions: Questions, kind: ServiceKind, group_id: str) -> Documents:
    """Return all services of a kind in a resource group."""
    return questions.listing(questions.operation(*_LISTS[kind]), group_id, name_of(group_id))


def read_service(questions: Questions, service_id: str, declared: DeclaredService) -> PlatformService:
    """Return one service, found in the list of its kind; of a SQL server also its firewall and its Entra setting."""
    group_id = service_id[: service_id.casefold().index("/providers/")]
    documents, readings = list_services(questions, declared.kind, group_id)
    found = only(declared.name, documents)
    if declared.kind != "sql" or found is None:
        return PlatformService(service_id, found, readings, declared.kind)
    rules, cited = _firewall_rules(questions, service_id)
    setting = f"{service_id}/azureADOnlyAuthentications/Default"
    operation = questions.operation("sql", "server_azure_ad_only_authentications", "get")
    group = resource_group_of(service_id)
    entra, entra_readings = questions.nested(operation, setting, group, declared.name, name_of(setting))
    return PlatformService(service_id, found, readings, "sql", rules, entra, cited, entra_readings)


def _firewall_rules(questions: Questions, server_id: str) -> Documents:
    """Return the firewall rules of a SQL server, for IPv4 and for IPv6."""
    rules: tuple[Document, ...] = ()
    readings: tuple[str, ...] = ()
    for family in ("firewall_rules", "ipv6_firewall_rules"):
        operation = questions.operation("sql", family, "list_by_server")
        found, cited = questions.children(operation, server_id, resource_group_of(server_id), name_of(server_id))
        if found is None:
            raise NotEvaluated(f"{server_id} is listed, but its firewall rules are not found.", "", cited)
        rules, readings = rules + found, readings + cited
    return rules, readings
