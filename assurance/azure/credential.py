"""Signs in, once; what kind of credential is the environment file's to say."""

from __future__ import annotations

import base64
import json
import os
import re
import threading
import time
from typing import Any

from azure.core.credentials import AccessToken, TokenCredential
from azure.core.exceptions import AzureError

from assurance.environment import Environment
from assurance.environment.model import Credential
from assurance.errors import NotEvaluated

TOKEN_LIFETIME_SECONDS = 3600
GRACE_SECONDS = 300


class StaticToken:
    """A token that was obtained elsewhere."""

    def __init__(self, token: str) -> None:
        self._token = token

    def get_token(self, *_scopes: str, **_options: object) -> AccessToken:
        """Return the token."""
        return AccessToken(self._token, int(time.time()) + TOKEN_LIFETIME_SECONDS)


class SignInOnce:
    """Signs in at the first question and remembers the outcome, a refusal too: one attempt, one clear reason."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._lock = threading.Lock()
        self._credential: TokenCredential | None = None
        self._tokens: dict[tuple[str, ...], AccessToken] = {}
        self._refusal: NotEvaluated | None = None

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:  # noqa: ANN401  (azure-core's signature)
        """Return a token for `scopes`.

        Raises:
            NotEvaluated: Nobody could be signed in.
        """
        with self._lock:
            if self._refusal is not None:
                raise self._refusal.again()
            token = self._tokens.get(scopes)
            if token is not None and token.expires_on - time.time() > GRACE_SECONDS:
                return token
            try:
                self._credential = self._credential or _build(self._environment)
                self._tokens[scopes] = self._credential.get_token(*scopes, **options)
            except NotEvaluated as refusal:
                self._refusal = refusal
                raise
            except (AzureError, ValueError, OSError) as error:
                self._refusal = _refused(self._environment.credential, error)
                raise self._refusal from error
            return self._tokens[scopes]

    def identity(self) -> str:
        """Return who is signed in, as the object id or application id in the token; empty if unknown."""
        with self._lock:
            tokens = list(self._tokens.values())
        return next((name for token in tokens if (name := _claimed_identity(token.token))), "")


def _refused(credential: Credential, error: Exception) -> NotEvaluated:
    kind = credential.kind
    first_line = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return NotEvaluated(
        f"No credential: signing in by kind {kind!r} failed: {first_line[:160]}",
        "Run `az login`, or set [credential] in the environment file to the kind that this machine has.",
    )


def _build(environment: Environment) -> TokenCredential:
    declared = environment.credential
    if declared.kind == "token":
        return _from_variable(declared.token_variable or "")
    # Importing azure-identity costs half a second: only where it is used.
    import azure.identity as identity

    authority = environment.cloud.authority.removeprefix("https://").rstrip("/")
    # The declared authority is taken at its word: to have it confirmed by the public cloud's fails where that is out of
    # reach, in a sovereign cloud or behind a firewall.
    declared_authority: dict[str, Any] = {"authority": authority, "disable_instance_discovery": True}
    match declared.kind:
        case "environment":
            return identity.EnvironmentCredential(**declared_authority)
        case "azure_cli":
            return identity.AzureCliCredential(tenant_id=environment.tenant_id)
        case "managed_identity":
            return identity.ManagedIdentityCredential(client_id=declared.client_id)
        case "workload_identity":
            return identity.WorkloadIdentityCredential(
                client_id=declared.client_id, tenant_id=environment.tenant_id, **declared_authority
            )
        case _:
            return identity.DefaultAzureCredential(
                **declared_authority,
                managed_identity_client_id=declared.client_id,
                exclude_shared_token_cache_credential=True,
                exclude_interactive_browser_credential=True,
            )


def _from_variable(variable: str) -> TokenCredential:
    token = os.environ.get(variable, "").strip()
    remedy = f"Set it: export {variable}=$(az account get-access-token --query accessToken -o tsv)"
    if not token:
        raise NotEvaluated(f"No credential: the environment variable {variable} is not set.", remedy)
    # A header with a line break is refused deep in the HTTP client, in a message that shows the token.
    if not re.fullmatch(r"[!-~]+", token):
        raise NotEvaluated(f"No credential: the environment variable {variable} does not hold a bare token.", remedy)
    return StaticToken(token)


def _claimed_identity(token: str) -> str:
    """Read the claims of a token without verifying it: this tells who asked, and decides nothing."""
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return str(claims.get("oid") or claims.get("appid") or "")
    except (IndexError, ValueError, AttributeError):
        return ""
