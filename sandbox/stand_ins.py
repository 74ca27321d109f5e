"""The sandbox: every stand-in started together, and what an environment file needs in order to use them."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import fields
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sandbox.apex import ApexStandIn, Issuer, Settings
from sandbox.apex.inspection import Targets
from sandbox.apex.stand_in import application_table, token_variables
from sandbox.azure.azure_estate import AzureEstate
from sandbox.azure.data_planes import HOST, ContainerRegistry, KeyVaultDataPlane
from sandbox.azure.resource_manager import AzureResourceManager
from sandbox.azure.what_if import WhatIf
from sandbox.log_analytics import LogAnalytics, TelemetryStore, Traffic, component_id, workspace_id
from sandbox.log_analytics.metrics import ComponentMetrics
from sandbox.network.dns import DnsServer
from sandbox.network.http_stand_in import CertificateAuthority
from sandbox.network.listeners import Listeners, PlatformService, platform_services
from sandbox.network.loopback import LOOPBACK

RELEASE = Path(__file__).parent / "release"


def leave_files(environment: str, directory: Path) -> dict[str, str]:
    """Write the files of an environment's release into a directory.

    Returns:
        Where each is, by the name that environment files give it.
    """
    directory.mkdir(parents=True, exist_ok=True)
    paths: dict[str, str] = {}
    for file in sorted(RELEASE.iterdir()):
        target = directory / file.name
        text = file.read_text(encoding="utf-8").replace("ca-apex-sandbox", f"ca-apex-{environment}")
        target.write_text(text, encoding="utf-8")
        paths[file.stem.replace("-", "_")] = str(target)
    return paths


TOKEN_VARIABLE = "APEX_SANDBOX_TOKEN"  # noqa: S105 - the name of a variable, not a token


class Sandbox:
    """Stand-ins on loopback for Azure Resource Manager, Key Vault, DNS and the services' ports.

    Attributes:
        estate: What they serve; a change shows in the next answer.
        token: The only bearer token they accept; another one at every start.
        directory: A temporary directory that holds `ca.pem` and the files of a release, from start() to stop().
        artefacts: Where each of those files is, by the name that environment files give it.
        authority: The certificate authority behind `ca.pem`.
        resource_manager: Azure Resource Manager, with its faults and the requests it has served.
        key_vault: The key vault's data plane, likewise.
        registry: The container registry's data plane, likewise.
        dns: The DNS server, with a view from inside the virtual network and one from outside.
        listeners: What stands at the services' ports in either view.
        telemetry: What Application Insights has received: a history, and what is sunk into it.
        log_analytics: The query API over that telemetry.
        apex: The APEX application; it starts when it is first called, and reports what it does to `telemetry`.
    """

    token: str
    directory: Path
    artefacts: dict[str, str]
    authority: CertificateAuthority
    resource_manager: AzureResourceManager
    key_vault: KeyVaultDataPlane
    registry: ContainerRegistry
    dns: DnsServer
    listeners: Listeners
    telemetry: TelemetryStore
    log_analytics: LogAnalytics
    apex: ApexStandIn

    def __init__(
        self,
        environment: str = "sandbox",
        estate: AzureEstate | None = None,
        latency_seconds: float = 0.0,
        object_ids: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Prepare everything.

        Args:
            environment: Whose names the stand-ins bear.
            estate: What they serve; the compliant estate by default.
            latency_seconds: How long each answer takes longer than it needs.
            object_ids: Other object ids of people than the usual ones, by name.
        """
        self.estate = estate or AzureEstate.load(environment)
        self._latency_seconds = latency_seconds
        self._object_ids = object_ids
        self._stack = ExitStack()

    def start(self) -> Sandbox:
        """Start everything; if anything cannot start, nothing is left running."""
        with ExitStack() as stack:
            self.directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="apex-sandbox-")))
            self.artefacts = leave_files(self.estate.parameters["environment"], self.directory / "release")
            self.token = secrets.token_urlsafe(32)
            self.authority = CertificateAuthority(self.directory)
            context = self.authority.server_context(LOOPBACK, "localhost")
            latency = self._latency_seconds
            self.resource_manager = AzureResourceManager(self.estate, self.token, context, latency_seconds=latency)
            stack.callback(self.resource_manager.stop)
            self.telemetry = TelemetryStore(component_id(self.estate), Traffic())
            self.resource_manager.what_if = WhatIf(lambda: self.resource_manager.estate)
            self.resource_manager.metrics = ComponentMetrics(self.telemetry)
            self.log_analytics = LogAnalytics(
                self.telemetry, workspace_id(self.estate), self.token, context, latency_seconds=latency
            )
            stack.callback(self.log_analytics.stop)
            registry_context = self.authority.server_context(HOST)
            self.registry = ContainerRegistry(self.estate, self.token, registry_context, latency_seconds=latency)
            stack.callback(self.registry.stop)
            self.key_vault = KeyVaultDataPlane(self.estate, self.token, latency_seconds=latency)
            services = platform_services(self.estate)
            self.dns = DnsServer(services)
            stack.callback(self.dns.stop)
            tenant_id = self.estate.parameters["tenant_id"]
            self.listeners = Listeners(services, self.authority, self.key_vault, tenant_id=tenant_id)
            stack.callback(self.listeners.stop)
            self.apex = self._build_apex(services, tenant_id)
            stack.callback(self.apex.stop)
            for part in (self.resource_manager, self.registry, self.log_analytics, self.dns, self.listeners, self.apex):
                part.start()
            self._stack = stack.pop_all()
        return self

    def _build_apex(self, services: tuple[PlatformService, ...], tenant_id: str) -> ApexStandIn:
        environment = self.estate.parameters["environment"]
        known = {field.name for field in fields(Targets)}
        hosts = {service.key: service.fqdn for service in services if service.key in known}
        return ApexStandIn(
            self.authority.server_context(LOOPBACK, "localhost"),
            sink=self.telemetry.sink,
            settings=Settings(targets=Targets(**hosts, database=f"db-apex-{environment}")),
            issuer=Issuer(tenant_id=tenant_id, audience=f"api://apex-{environment}", object_ids=self._object_ids),
        )

    def stop(self) -> None:
        """Stop everything: ports are free, threads have ended, the directory is gone."""
        self._stack.close()

    def overlay(self) -> dict[str, Any]:
        """The values that an environment file takes over in order to meet the stand-ins."""
        application = {
            "deployment": {"artefacts": self.artefacts},
            "application": application_table(self.apex.url, self.apex.issuer),
        }
        return {
            "stand_in": "sandbox",
            "cloud": {
                "resource_manager": self.resource_manager.url,
                "log_analytics": self.log_analytics.url,
                "authority": "https://login.microsoftonline.com",
                "ca_bundle": str(self.authority.path),
            },
            "credential": {"kind": "token", "token_variable": TOKEN_VARIABLE},
            "views": {
                "inside": {
                    "nameservers": [self.dns.inside.address],
                    "connect": {**self.listeners.connect("inside"), f"{HOST}:443": self.registry.address},
                },
                "outside": {
                    "nameservers": [self.dns.outside.address],
                    "connect": self.listeners.connect("outside"),
                },
            },
            "vantage": ["inside", "outside"],
            **(application if self.estate.serves_apex else {}),
        }

    def environment_variables(self) -> dict[str, str]:
        """The environment variables that the overlay names."""
        return {TOKEN_VARIABLE: self.token, **token_variables(self.apex.issuer)}

    def __enter__(self) -> Sandbox:
        return self.start()

    def __exit__(self, *ended: object) -> None:
        self.stop()
