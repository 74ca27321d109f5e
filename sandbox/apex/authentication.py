"""Whether a bearer token is accepted, and whose it is."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Set
from typing import Any

import jwt

from sandbox.apex.issuer import Issuer, public_key_signature
from sandbox.apex.switches import Switch

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
