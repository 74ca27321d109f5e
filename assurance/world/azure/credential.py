"""Signs in, once; what kind of credential is the environment file's to say."""

from __future__ import annotations

import base64
import json
import os
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from azure.core.credentials import AccessToken, TokenCredential
from azure.core.exceptions import AzureError

from assurance.environment import Environment
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


@dataclass(frozen=True, slots=True)
class SignIn:
    """A way of signing in.

    Attributes:
        what: What it is, for the reason where it fails.
        build: Makes the credential; raises NotEvaluated where what it needs is not there.
        remedy: What to do where it fails.
    """

    what: str
    build: Callable[[], TokenCredential]
    remedy: str


class SignInOnce:
    """Signs in at the first question and remembers the outcome, a refusal too: one attempt, one clear reason.

    Args:
        sign_in: How; None for what `[credential]` of the environment file says.
    """

    def __init__(self, environment: Environment, sign_in: SignIn | None = None) -> None:
        self._sign_in = sign_in or _of_environment(environment)
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
                self._credential = self._credential or self._sign_in.build()
                self._tokens[scopes] = self._credential.get_token(*scopes, **options)
            except NotEvaluated as refusal:
                self._refusal = refusal
                raise
            except (AzureError, ValueError, OSError) as error:
                self._refusal = _refused(self._sign_in, error)
                raise self._refusal from error
            return self._tokens[scopes]

    @property
    def has_failed(self) -> bool:
        """Whether nobody could be signed in."""
        return self._refusal is not None

    def identity(self) -> str:
        """Return who is signed in, as the object id or application id in the token; empty if unknown."""
        with self._lock:
            tokens = list(self._tokens.values())
        return next((name for token in tokens if (name := _claimed_identity(token.token))), "")


def _of_environment(environment: Environment) -> SignIn:
    return SignIn(
        f"kind {environment.credential.kind!r}",
        lambda: _build(environment),
        "Run `az login`, or set [credential] in the environment file to the kind that this machine has.",
    )


def _refused(sign_in: SignIn, error: Exception) -> NotEvaluated:
    first_line = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return NotEvaluated(
        f"No credential: signing in by {sign_in.what} failed: {first_line[:160]}",
        sign_in.remedy,
    )


def _build(environment: Environment) -> TokenCredential:
    declared = environment.credential
    if declared.kind == "token":
        return token_from_variable(declared.token_variable or "")
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


def token_from_variable(variable: str, remedy: str = "") -> TokenCredential:
    """Return the bearer token that an environment variable holds, as a credential.

    Raises:
        NotEvaluated: The variable is not set, or does not hold a bare token.
    """
    token = os.environ.get(variable, "").strip()
    remedy = remedy or f"Set it: export {variable}=$(az account get-access-token --query accessToken -o tsv)"
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
