"""The official SDK's clients, each made at its first use: importing all of them costs seconds."""

from __future__ import annotations

import importlib
import threading
from functools import cached_property
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import httpx
from azure.core.credentials import TokenCredential
from azure.core.pipeline.transport import RequestsTransport

from assurance.environment import Environment
from assurance.errors import NotEvaluated
from assurance.tape import Tape
from assurance.tape.reading import clock_error_of
from assurance.tape.redaction import Redactor
from assurance.world.azure.response import OPERATIONS, bound, getting, listing
from assurance.world.azure.transport import Lens, TapeTransport

CONNECTION_SECONDS = 10
ANSWER_SECONDS = 60


def transport_of(ca_bundle: Path | None) -> RequestsTransport:
    """Return what sends for a client that changes something: proxies and certificates as the machine names them.

    Args:
        ca_bundle: Certificates to trust; None for those that the machine names.
    """
    verify = str(ca_bundle) if ca_bundle is not None else True
    return RequestsTransport(
        connection_verify=verify, connection_timeout=CONNECTION_SECONDS, read_timeout=ANSWER_SECONDS
    )


CLIENTS = {
    "network": "azure.mgmt.network:NetworkManagementClient",
    "private_dns": "azure.mgmt.privatedns:PrivateDnsManagementClient",
    "container_apps": "azure.mgmt.appcontainers:ContainerAppsAPIClient",
    "sql": "azure.mgmt.sql:SqlManagementClient",
    "storage": "azure.mgmt.storage:StorageManagementClient",
    "key_vault": "azure.mgmt.keyvault:KeyVaultManagementClient",
    "authorization": "azure.mgmt.authorization:AuthorizationManagementClient",
    "security": "azure.mgmt.security:SecurityCenter",
    "resources": "azure.mgmt.resource.resources:ResourceManagementClient",
    "monitor": "azure.mgmt.monitor:MonitorManagementClient",
}
# Where a registry hands out tokens of its own (Azure Container Registry, "Authentication options").
REGISTRY_SIGN_IN = frozenset({"/oauth2/exchange", "/oauth2/token"})
PUBLIC_CLOUD = "https://management.azure.com"
PUBLIC_REGISTRIES = "https://containerregistry.azure.net"


class AzureClients:
    """Clients of one environment, all over the tape's transport.

    The values are typed `Any`: the clients' own operation classes are chosen at run time by api-version, and what the
    estate relies on is not their models but the bodies of the answers (see `assurance.world.azure.reader`).

    Args:
        upstream: What sends in place of our own connections; None for those.
        lens: What makes of Resource Manager's answers those that are to be judged; None to judge them as they are.
    """

    def __init__(
        self,
        environment: Environment,
        tape: Tape,
        redactor: Redactor,
        credential: TokenCredential,
        upstream: httpx.BaseTransport | None = None,
        lens: Lens | None = None,
    ) -> None:
        self._environment = environment
        self._tape = tape
        self._redactor = redactor
        self._credential = credential
        self._given_upstream = upstream
        self._lens = lens
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()

    @property
    def tape_started(self) -> str:
        """When the tape was begun (UTC, ISO 8601): the present of a run, and for a replay that of its recording."""
        return self._tape.header.started

    def demand_clock(self) -> None:
        """Refuse to tell ages by a clock that is wrong.

        Raises:
            NotEvaluated: Azure's answers are dated otherwise than this machine.
        """
        wrong = clock_error_of(self._tape.header, self._tape.known())
        if wrong:
            raise NotEvaluated(
                f"The clock of the machine that ran this was {wrong}: no age can be told by it.",
                "Set the machine's clock (NTP), and run again.",
            )

    def management(self, name: str, subscription: str | None = None) -> Any:  # noqa: ANN401  (see the class)
        """Return the Resource Manager client for an area such as `network`, of its own subscription by default."""
        subscription = subscription or self._environment.subscription_id
        key = f"{name} {subscription.casefold()}"
        with self._lock:
            if key not in self._clients:
                self._clients[key] = self._make(name, subscription)
            return self._clients[key]

    def operation(self, client: str, group: str, name: str, subscription: str | None = None) -> Any:  # noqa: ANN401  (the class)
        """Return an operation of Resource Manager, such as `network`, `virtual_networks`, `get`; Any: see the class.

        Args:
            client: The client's area.
            group: The group of operations.
            name: The operation.
            subscription: Where it asks; None for the environment's own.
        """
        plain = OPERATIONS.get((client, group, name))
        if plain is not None:
            return bound(self.management("resources"), subscription or self._environment.subscription_id, plain)
        return getattr(getattr(self.management(client, subscription), group), name)

    def plain(self, shape: Literal["get", "list"], path: str, api_version: str) -> Any:  # noqa: ANN401  (see the class)
        """Return the operation that gets or lists what is at a full path of Resource Manager, by an api-version."""
        asked = listing if shape == "list" else getting
        return asked(self.management("resources"), f"{path}?api-version={api_version}")

    def secrets(self, vault_host: str) -> Any:  # noqa: ANN401  (see the class)
        """Return the client for the secrets (their names only) of a vault."""
        with self._lock:
            if vault_host not in self._clients:
                from azure.keyvault.secrets import SecretClient

                self._clients[vault_host] = SecretClient(
                    f"https://{vault_host}",
                    self._credential,
                    transport=self._transport("key_vault", vault_host),
                    retry_total=0,
                )
            return self._clients[vault_host]

    def redacted_variable(self, name: str, value: str) -> str:
        """Return what stands on the tape for an environment variable of that value."""
        return self._redactor.variable(name, value)

    def registry(self, login_server: str) -> Any:  # noqa: ANN401  (see the class)
        """Return the client for the images in a container registry."""
        with self._lock:
            if login_server not in self._clients:
                from azure.containerregistry import ContainerRegistryClient

                resource_manager = self._environment.cloud.resource_manager.rstrip("/")
                self._clients[login_server] = ContainerRegistryClient(
                    f"https://{login_server}",
                    self._credential,
                    # Other clouds have no audience of their own for registries (azure-containerregistry, "audience").
                    audience=PUBLIC_REGISTRIES if resource_manager == PUBLIC_CLOUD else resource_manager,
                    transport=self._transport("container_registry", login_server, REGISTRY_SIGN_IN),
                    retry_total=0,
                )
            return self._clients[login_server]

    def logs(self) -> Any:  # noqa: ANN401  (see the class)
        """Return the client for queries against Log Analytics."""
        with self._lock:
            endpoint = self._environment.cloud.log_analytics.rstrip("/")
            if endpoint not in self._clients:
                from azure.monitor.query import LogsQueryClient

                self._clients[endpoint] = LogsQueryClient(
                    self._credential,
                    endpoint=endpoint,
                    transport=self._transport("logs", urlsplit(endpoint).netloc),
                    retry_total=0,
                )
            return self._clients[endpoint]

    def _make(self, name: str, subscription: str) -> Any:  # noqa: ANN401  (see the class)
        module, class_name = CLIENTS[name].split(":")
        client_class = getattr(importlib.import_module(module), class_name)
        resource_manager = self._environment.cloud.resource_manager.rstrip("/")
        return client_class(
            self._credential,
            subscription,
            base_url=resource_manager,
            credential_scopes=[f"{resource_manager}/.default"],
            transport=self._resource_manager_transport,
            retry_total=0,  # the transport retries, so that one question leaves one reading
        )

    @cached_property
    def _resource_manager_transport(self) -> TapeTransport:
        return self._transport("resource_manager", urlsplit(self._environment.cloud.resource_manager).netloc)

    @cached_property
    def _upstream(self) -> httpx.BaseTransport | None:
        if self._tape.replaying or self._given_upstream is not None:
            return self._given_upstream
        from assurance.world.http.upstream import Upstream

        return Upstream(self._environment.cloud.ca_bundle, self._environment.views.inside.connect)

    def _transport(self, endpoint: str, host: str, sign_in: frozenset[str] = frozenset()) -> TapeTransport:
        return TapeTransport(
            self._tape,
            self._redactor,
            self._environment.limits,
            self._upstream,
            endpoint=endpoint,
            host=host,
            sign_in=sign_in,
            lens=self._lens if endpoint == "resource_manager" else None,
        )
