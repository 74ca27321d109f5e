"""Small answers of Azure, for the tests of single views."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from assurance.environment.model import DeclaredService
from assurance.environment.network import DeclaredEndpoint
from assurance.errors import NotEvaluated
from assurance.world.azure.document import Document

SUBSCRIPTION = "/subscriptions/22222222-2222-4222-8222-222222222222"
HUB = "/subscriptions/55555555-5555-4555-8555-555555555555/resourceGroups/hub"
GROUP = f"{SUBSCRIPTION}/resourceGroups/apex-rg-prod"
NETWORK = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/vnet-apex-prod"
ENDPOINT = f"{GROUP}/providers/Microsoft.Network/privateEndpoints/pe-apex-prod"
READING = ("reading",)


def document(**values: object) -> Document:
    """Return a document that one reading holds."""
    return Document(values, READING)


def resource(resource_id: str, **properties: object) -> Document:
    """Return a resource with these properties."""
    return document(id=resource_id, properties=properties)


def declared_service(kind: str, **other: Any) -> DeclaredService:  # noqa: ANN401  (values of any key of the file)
    """Return a declared service with its endpoint, and what else is declared of it."""
    endpoint = DeclaredEndpoint(name="pe-apex-prod", subnet="endpoints", group_id="x", zone="privatelink.example")
    values: dict[str, Any] = {"kind": kind, "name": "one", "fqdn": "one.example", "private_endpoint": endpoint}
    return DeclaredService(**{**values, **other})


def refused(reason: str = "No permission.") -> Callable[[], Any]:
    """Return a part of a view that cannot be read."""

    def read() -> Any:  # noqa: ANN401  (it never returns)
        raise NotEvaluated(reason, "", READING)

    return read
