"""Who calls the API: a role with its sign-in, nobody, or somebody with a token that must be refused.

The tokens that the suite forges for that.
"""

from __future__ import annotations

import base64
import json
import os
import threading
import time
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from azure.core.credentials import TokenCredential

from assurance.environment import Environment
from assurance.environment.application import ROLES, DeclaredApplication, Identity, Role
from assurance.errors import NotEvaluated
from assurance.world.azure.credential import SignIn, SignInOnce, token_from_variable

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

GARBAGE = "not-a-token-at-all"
OTHER_AUDIENCE = "https://another-application.invalid"
HOUR_SECONDS = 3600

FORGED: Mapping[str, str] = {
    "garbage": "no JSON web token at all",
    "expired-looking": "says that it expired an hour ago; signed with an unknown key",
    "wrong-audience-looking": "for another application; signed with an unknown key",
    "unknown-key": "right in all but its signature, which is made with an unknown key",
    "tampered": "a genuine token whose claims were changed after it was signed",
    "unsigned": "right in all but its signature, which it has none of: algorithm none",
}
NEEDS_GENUINE = frozenset(FORGED) - {"garbage"}


def forge(name: str, genuine: str = "") -> str:
    """Return the forged token of that name; another one each time.

    Args:
        name: One of `FORGED`.
        genuine: A genuine token to make it from; one that is no JSON web token lends no claims.
    """
    header, claims, signature = _parts(genuine)
    now = int(time.time())
    match name:
        case "garbage":
            return GARBAGE
        case "expired-looking":
            past = {"iat": now - 2 * HOUR_SECONDS, "nbf": now - 2 * HOUR_SECONDS, "exp": now - HOUR_SECONDS}
            return _signed(header, {**claims, **past})
        case "wrong-audience-looking":
            return _signed(header, {**claims, "aud": OTHER_AUDIENCE})
        case "unknown-key":
            return _signed(header, claims)
        case "tampered":
            # A claim of its own, since the genuine token may end at just that second too.
            changed = {**claims, "exp": now + 24 * HOUR_SECONDS, "changed": True}
            return f"{_encoded(header)}.{_encoded(changed)}.{signature}"
        case "unsigned":
            return f"{_encoded({'alg': 'none', 'typ': 'JWT'})}.{_encoded(claims)}."
        case _:
            raise ValueError(f"there is no forged token {name!r}; one of {', '.join(FORGED)} was expected")


def _parts(token: str) -> tuple[dict[str, Any], dict[str, Any], str]:  # Any: claims are JSON of any kind
    """Return header, claims and signature of a JSON web token (RFC 7519)."""
    try:
        header, claims, signature = token.split(".")
        return _decoded(header), _decoded(claims), signature
    except (ValueError, TypeError):
        return {"alg": "RS256", "typ": "JWT"}, {"exp": int(time.time()) + HOUR_SECONDS}, _base64(b"unsigned")


def _signed(header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    message = f"{_encoded({**header, 'alg': 'RS256'})}.{_encoded(claims)}"
    return f"{message}.{_base64(_unknown_key().sign(message.encode(), PKCS1v15(), SHA256()))}"


@cache
def _unknown_key() -> RSAPrivateKey:
    """Return a key that nobody trusts: it is made here, and forgotten with the process."""
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

    return generate_private_key(public_exponent=65537, key_size=2048)


def _decoded(part: str) -> dict[str, Any]:
    values = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return dict(values)


def _encoded(values: Mapping[str, Any]) -> str:
    return _base64(json.dumps(values, separators=(",", ":")).encode())


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


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
            payload_values = json.loads(base64.urlsafe_b64decode(payload[0] + "=" * (-len(payload[0]) % 4)))
        except (IndexError, ValueError):
            return {}
        return payload_values if isinstance(payload_values, dict) else {}

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
