"""Who calls the API: a role with its sign-in, nobody, or somebody with a token that must be refused."""

from __future__ import annotations

import base64
import json
import os
import threading
from collections.abc import Callable, Mapping
from typing import Any

from azure.core.credentials import TokenCredential

from assurance.apex.client.forged_tokens import FORGED, NEEDS_GENUINE, forge
from assurance.environment import Environment
from assurance.environment.application import ROLES, DeclaredApplication, Identity, Role
from assurance.errors import NotEvaluated
from assurance.world.azure.credential import SignIn, SignInOnce, token_from_variable

ANONYMOUS = "anonymous"


class Callers:
    """The tokens of those who call; each role signs in once, at its first request.

    Nothing of a token leaves this object but the token itself, for the header of a request.
    """

    def __init__(self, environment: Environment, declared: DeclaredApplication) -> None:
        self._environment = environment
        self._declared = declared
        self._signed_in: dict[str, SignInOnce] = {}
        self._lock = threading.Lock()

    def token(self, caller: str) -> str | None:
        """Return the bearer token of a caller; None for nobody.

        Raises:
            NotEvaluated: The role is not declared, or cannot sign in.
        """
        if caller == ANONYMOUS:
            return None
        if caller in self._declared.refused_tokens:
            variable = self._declared.refused_tokens[caller]
            return _held(token_from_variable(variable, f"Set it to the token {caller!r} that must be refused."))
        if caller in FORGED:
            genuine = (
                self._of_role("estimator").get_token(self._declared.scope).token if caller in NEEDS_GENUINE else ""
            )
            return forge(caller, genuine)
        role = next((role for role in ROLES if role == caller), None)
        if role is None:
            raise ValueError(f"{caller!r} is neither a role nor a token that must be refused")
        return self._of_role(role).get_token(self._declared.scope).token

    def claims(self, role: Role) -> Mapping[str, Any]:  # Any: the values of JSON
        """Return what the token of a role says of itself, unverified; nothing, if it is no JSON Web Token.

        Raises:
            NotEvaluated: As for `token`.
        """
        payload = (self.token(role) or "").split(".")[1:2]
        try:
            found = json.loads(base64.urlsafe_b64decode(payload[0] + "=" * (-len(payload[0]) % 4)))
        except (IndexError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _of_role(self, role: Role) -> SignInOnce:
        identity = self._declared.identities.of(role)
        if identity is None:
            raise NotEvaluated(
                f"No credential: the environment file declares nobody for the role {role}.",
                f"Add [application.identities.{role}].",
            )
        with self._lock:
            if role not in self._signed_in:
                sign_in = SignIn(
                    f"kind {identity.kind!r} as {role}",
                    lambda: _credential(self._environment, role, identity),
                    f"Correct [application.identities.{role}], or give this machine what it asks for.",
                )
                self._signed_in[role] = SignInOnce(self._environment, sign_in)
            return self._signed_in[role]


def _held(credential: TokenCredential) -> str:
    return credential.get_token("").token


def _credential(environment: Environment, role: Role, identity: Identity) -> TokenCredential:
    if identity.kind == "token":
        variable = identity.token_variable or ""
        return token_from_variable(variable, f"Set {variable} to a bearer token of the role {role}.")
    # Importing azure-identity costs half a second: only where it is used.
    import azure.identity as azure_identity

    tenant, client = identity.tenant_id or environment.tenant_id, identity.client_id or ""
    authority = environment.cloud.authority.removeprefix("https://").rstrip("/")
    # As for the suite's own credential: the declared authority is taken at its word.
    options: dict[str, Any] = {"authority": authority, "disable_instance_discovery": True}
    build: dict[str, Callable[[], TokenCredential]] = {
        "client_secret": lambda: azure_identity.ClientSecretCredential(
            tenant, client, _variable(role, identity.secret_variable), **options
        ),
        "certificate": lambda: azure_identity.CertificateCredential(
            tenant, client, _variable(role, identity.certificate_variable), **options
        ),
        "federated": lambda: azure_identity.WorkloadIdentityCredential(
            tenant_id=tenant,
            client_id=client,
            token_file_path=_variable(role, identity.assertion_variable),
            **options,
        ),
        "managed_identity": lambda: azure_identity.ManagedIdentityCredential(client_id=identity.client_id),
        "default": lambda: azure_identity.DefaultAzureCredential(
            **options,
            managed_identity_client_id=identity.client_id,
            exclude_shared_token_cache_credential=True,
            exclude_interactive_browser_credential=True,
        ),
    }
    return build[identity.kind]()


def _variable(role: Role, name: str | None) -> str:
    value = os.environ.get(name or "", "").strip()
    if not value:
        raise NotEvaluated(
            f"No credential: the environment variable {name} is not set.",
            f"Set it for the role {role}: export {name}=...",
        )
    return value
