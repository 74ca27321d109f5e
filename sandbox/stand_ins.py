"""The sandbox: every stand-in started together, and what an environment file needs in order to use them."""

from __future__ import annotations

import secrets
import tempfile
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

from sandbox.azure_estate import AzureEstate
from sandbox.azure_resource_manager import AzureResourceManager
from sandbox.certificates import CertificateAuthority
from sandbox.dns import DnsServer
from sandbox.key_vault import KeyVaultDataPlane
from sandbox.listeners import Listeners
from sandbox.loopback import LOOPBACK
from sandbox.services import platform_services

TOKEN_VARIABLE = "APEX_SANDBOX_TOKEN"  # noqa: S105 - the name of a variable, not a token


class Sandbox:
    """Stand-ins on loopback for Azure Resource Manager, Key Vault, DNS and the services' ports.

    Attributes:
        estate: What they serve; a change shows in the next answer.
        token: The only bearer token they accept; another one at every start.
        directory: A temporary directory that holds `ca.pem`, from start() to stop().
        authority: The certificate authority behind `ca.pem`.
        resource_manager: Azure Resource Manager, with its faults and the requests it has served.
        key_vault: The key vault's data plane, likewise.
        dns: The DNS server, with a view from inside the virtual network and one from outside.
        listeners: What stands at the services' ports in either view.
    """

    token: str
    directory: Path
    authority: CertificateAuthority
    resource_manager: AzureResourceManager
    key_vault: KeyVaultDataPlane
    dns: DnsServer
    listeners: Listeners

    def __init__(
        self, environment: str = "sandbox", estate: AzureEstate | None = None, latency_seconds: float = 0.0
    ) -> None:
        self.estate = estate or AzureEstate.load(environment)
        self._latency_seconds = latency_seconds
        self._stack = ExitStack()

    def start(self) -> Sandbox:
        """Start everything; if anything cannot start, nothing is left running."""
        with ExitStack() as stack:
            self.directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="apex-sandbox-")))
            self.token = secrets.token_urlsafe(32)
            self.authority = CertificateAuthority(self.directory)
            context = self.authority.server_context(LOOPBACK, "localhost")
            latency = self._latency_seconds
            self.resource_manager = AzureResourceManager(self.estate, self.token, context, latency_seconds=latency)
            stack.callback(self.resource_manager.stop)
            self.key_vault = KeyVaultDataPlane(self.estate, self.token, latency_seconds=latency)
            services = platform_services(self.estate)
            self.dns = DnsServer(services)
            stack.callback(self.dns.stop)
            tenant_id = self.estate.parameters["tenant_id"]
            self.listeners = Listeners(services, self.authority, self.key_vault, tenant_id=tenant_id)
            stack.callback(self.listeners.stop)
            for part in (self.resource_manager, self.dns, self.listeners):
                part.start()
            self._stack = stack.pop_all()
        return self

    def stop(self) -> None:
        """Stop everything: ports are free, threads have ended, the directory is gone."""
        self._stack.close()

    def overlay(self) -> dict[str, Any]:
        """The values that an environment file takes over in order to meet the stand-ins."""
        return {
            "stand_in": "sandbox",
            "cloud": {
                "resource_manager": self.resource_manager.url,
                "authority": "https://login.microsoftonline.com",
                "ca_bundle": str(self.authority.path),
            },
            "credential": {"kind": "token", "token_variable": TOKEN_VARIABLE},
            "views": {
                "inside": {
                    "nameservers": [self.dns.inside.address],
                    "connect": self.listeners.connect("inside"),
                },
                "outside": {
                    "nameservers": [self.dns.outside.address],
                    "connect": self.listeners.connect("outside"),
                },
            },
            "vantage": ["inside", "outside"],
        }

    def environment_variables(self) -> dict[str, str]:
        """The environment variables that the overlay names."""
        return {TOKEN_VARIABLE: self.token}

    def __enter__(self) -> Sandbox:
        return self.start()

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
