"""The platform services of an estate as DNS and the network see them."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.azure.azure_estate import AzureEstate

STORAGE = "storage"
SERVICE_BUS = "service_bus"
KEY_VAULT = "key_vault"


@dataclass(frozen=True, slots=True)
class PlatformService:
    """One service behind a private endpoint.

    Attributes:
        key: What environment files call it: `sql`, `storage`, `openai`, `document_intelligence`, `key_vault`.
        fqdn: The host name that clients use.
        private_name: The name in the privatelink zone that the host name is an alias of.
        private_address: What that name means inside the virtual network.
        public_aliases: What that name is an alias of outside it, one after the other.
        public_address: What the last alias means.
        port: The TCP port.
        speaks_tls: Whether a client opens with TLS; SQL Server and PostgreSQL negotiate it inside their own protocols.
        answers_outside: Whether anybody accepts a connection from the Internet, if only to refuse it in words.
    """

    key: str
    fqdn: str
    private_name: str
    private_address: str
    public_aliases: tuple[str, ...]
    public_address: str
    port: int
    speaks_tls: bool = True
    answers_outside: bool = True


def platform_services(estate: AzureEstate) -> tuple[PlatformService, ...]:
    """The services of the estate, as its data says that DNS and the network see them."""
    return tuple(
        PlatformService(**{**item, "public_aliases": tuple(item["public_aliases"])}) for item in estate.endpoints
    )
