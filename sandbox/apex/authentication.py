"""Whether a bearer token is accepted and whose it is; the local issuer, and the people whom the stand-in knows."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from sandbox.apex.permissions import Role
from sandbox.apex.switches import Switch


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who can sign in.

    Attributes:
        name: What the sandbox calls them: `estimator`, `manager`, ...
        object_id: Their object id in the directory, by which APEX knows them; also their user id.
        display_name: Their name.
        standing_role: The role that they have on every project, or None.
    """

    name: str
    object_id: str
    display_name: str
    standing_role: Role | None


def people(object_ids: Mapping[str, str] = MappingProxyType({})) -> Mapping[str, Person]:
    """All people, by name.

    Args:
        object_ids: Other object ids than the usual ones, by name.
    """
    declared = json.loads(Path(__file__).with_name("people.json").read_text(encoding="utf-8"))
    people_by_name = {item["name"]: _person(item) for item in declared}
    return {
        name: replace(person, object_id=object_ids.get(name, person.object_id))
        for name, person in people_by_name.items()
    }


def _person(item: Mapping[str, str | None]) -> Person:
    name, object_id, display_name, role = (
        item["name"], item["object_id"], item["display_name"], item["standing_role"]
    )  # fmt: skip
    if name is None or object_id is None or display_name is None:
        raise ValueError(f"people.json: {item} lacks a name, an object id or a display name")
    return Person(name, object_id, display_name, None if role is None else Role[role.upper()])


AUDIENCE = "api://apex-sandbox"
TENANT_ID = "11111111-1111-4111-8111-111111111111"
LIFETIME_SECONDS = 3600.0

Algorithm = Literal["RS256", "HS256", "none"]


class Issuer:
    """Issues tokens to people, and forges them on demand.

    Attributes:
        people: Who can have a token, by name.
        audience: The audience that APEX accepts.
        issuer: The issuer that APEX accepts.
        key_id: The id of the key in the key set.
    """

    def __init__(
        self,
        *,
        tenant_id: str = TENANT_ID,
        audience: str = AUDIENCE,
        object_ids: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.people = people(object_ids)
        self.tenant_id = tenant_id
        self.audience = audience
        self.issuer = f"https://login.microsoftonline.com/{tenant_id}/v2.0"
        self._key = generate_private_key(public_exponent=65537, key_size=2048)
        self.key_id = hashlib.sha256(self.public_key_pem).hexdigest()[:27]

    @property
    def public_key_pem(self) -> bytes:
        """The public key by which a token is verified."""
        return self._key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def token(
        self,
        user: str,
        *,
        audience: str | None = None,
        issuer: str | None = None,
        lifetime_seconds: float | None = LIFETIME_SECONDS,
        begins_in_seconds: float = 0.0,
        key: RSAPrivateKey | None = None,
        algorithm: Algorithm = "RS256",
        object_id: str | None = None,
    ) -> str:
        """A bearer token.

        Args:
            user: Whose it is, a name of `people`.
            audience: For whom it is; APEX by default.
            issuer: Who claims to have issued it; this issuer by default.
            lifetime_seconds: For how long it holds from its beginning; a negative one has expired, None has no end.
            begins_in_seconds: When it begins to hold.
            key: What signs it, in place of the issuer's own key.
            algorithm: `none` leaves it unsigned, `HS256` signs it with the public key as if that were a secret.
            object_id: Another object id than the user's, such as one that APEX has never seen.

        Raises:
            KeyError: There is no such user.
        """
        claims = self._claims(self.people[user], audience, issuer, lifetime_seconds, begins_in_seconds)
        if object_id is not None:
            claims["oid"] = claims["sub"] = object_id
        header = {"kid": self.key_id}
        if algorithm == "none":
            return jwt.encode(claims, "", algorithm="none", headers=header)
        if algorithm == "HS256":
            return self._signed_with_public_key(claims, header)
        return jwt.encode(claims, key or self._key, algorithm="RS256", headers=header)

    def stranger_key(self) -> RSAPrivateKey:
        """A new key that is not in the key set."""
        return generate_private_key(public_exponent=65537, key_size=2048)

    def key_set(self) -> dict[str, Any]:
        """The key set (JWKS) that verifiers load."""
        key = jwt.algorithms.RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        return {"keys": [{**key, "kid": self.key_id, "use": "sig", "alg": "RS256"}]}

    def configuration(self, base_url: str) -> dict[str, Any]:
        """The OpenID configuration, with the key set at this base URL."""
        return {
            "issuer": self.issuer,
            "jwks_uri": f"{base_url}/{self.tenant_id}/discovery/v2.0/keys",
            "id_token_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["code", "id_token"],
            "subject_types_supported": ["pairwise"],
        }

    def _claims(
        self,
        person: Person,
        audience: str | None,
        issuer: str | None,
        lifetime_seconds: float | None,
        begins_in_seconds: float,
    ) -> dict[str, Any]:
        begins = datetime.now(UTC).timestamp() + begins_in_seconds
        claims: dict[str, Any] = {
            "aud": self.audience if audience is None else audience,
            "iss": self.issuer if issuer is None else issuer,
            "iat": int(begins),
            "nbf": int(begins),
            "oid": person.object_id,
            "sub": person.object_id,
            "tid": self.tenant_id,
            "name": person.display_name,
            "scp": "access_as_user",
            "uti": uuid4().hex,
            "ver": "2.0",
        }
        if lifetime_seconds is not None:
            claims["exp"] = int(begins + lifetime_seconds)
        return claims

    def _signed_with_public_key(self, claims: dict[str, Any], header: dict[str, str]) -> str:
        # PyJWT rightly refuses to do this; an attacker does not ask it.
        parts = [json.dumps(part).encode() for part in ({"alg": "HS256", "typ": "JWT", **header}, claims)]
        signed = b".".join(_base64(part) for part in parts)
        return (signed + b"." + _base64(public_key_signature(self.public_key_pem, signed))).decode()


def public_key_signature(public_key_pem: bytes, signed: bytes) -> bytes:
    """The HS256 signature that takes the public key for a shared secret."""
    return hmac.new(public_key_pem, signed, hashlib.sha256).digest()


def _base64(value: bytes) -> bytes:
    return base64.urlsafe_b64encode(value).rstrip(b"=")


_REQUIRED = ("aud", "exp", "iss", "oid")


class TokenRefusedError(Exception):
    """The token is not accepted; the message says why."""


def claims_of(token: str, issuer: Issuer, switches: Set[Switch]) -> dict[str, Any]:
    """The claims of an accepted token.

    Raises:
        TokenRefusedError: It is not accepted.
        RuntimeError: A switch makes it crash.
    """
    try:
        return _verified(token, issuer, switches)
    except jwt.DecodeError as error:
        if isinstance(error, jwt.InvalidSignatureError):
            raise TokenRefusedError("The token's signature is not valid.") from error
        if Switch.BAD_TOKEN_CRASHES in switches:
            raise RuntimeError("the token cannot be read") from error
        if Switch.GARBAGE_TOKEN_ACCEPTED in switches:
            return {"oid": issuer.people["manager"].object_id, "name": "Somebody"}
        raise TokenRefusedError("The token cannot be read.") from error
    except jwt.PyJWTError as error:
        raise TokenRefusedError(f"The token is not accepted: {error}.") from error


def _verified(token: str, issuer: Issuer, switches: Set[Switch]) -> dict[str, Any]:
    algorithm = jwt.get_unverified_header(token).get("alg")
    signature_counts = not (
        (Switch.WRONG_KEY_ACCEPTED in switches and algorithm == "RS256")
        or (Switch.ALGORITHM_NONE_ACCEPTED in switches and algorithm == "none")
        or (Switch.PUBLIC_KEY_AS_SECRET in switches and algorithm == "HS256" and _signed_publicly(token, issuer))
    )  # fmt: skip
    options: dict[str, Any] = {
        "verify_signature": signature_counts,
        "verify_exp": Switch.EXPIRED_TOKEN_ACCEPTED not in switches,
        "verify_nbf": Switch.FUTURE_TOKEN_ACCEPTED not in switches,
        "verify_iat": Switch.FUTURE_TOKEN_ACCEPTED not in switches,
        "verify_aud": Switch.WRONG_AUDIENCE_ACCEPTED not in switches,
        "verify_iss": Switch.WRONG_ISSUER_ACCEPTED not in switches,
        "require": [name for name in _REQUIRED if name != "exp" or Switch.ENDLESS_TOKEN_ACCEPTED not in switches],
    }
    return jwt.decode(
        token,
        issuer.public_key_pem,
        algorithms=["RS256"],
        audience=issuer.audience,
        issuer=issuer.issuer,
        options=options,  # type: ignore[arg-type]  # its type is private to the library
    )


def _signed_publicly(token: str, issuer: Issuer) -> bool:
    signed, _, signature = token.rpartition(".")
    given = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
    return hmac.compare_digest(given, public_key_signature(issuer.public_key_pem, signed.encode()))
