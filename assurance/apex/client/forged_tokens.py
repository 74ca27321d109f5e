"""Tokens of the suite's own making, each of which an API that verifies its bearer tokens must refuse.

Most are made from a genuine token of the estimator, so that nothing but the one thing is wrong with them, and none is
signed with a key that anybody trusts. What only the issuer can make, such as a token that was genuine and has expired,
can be declared in `[application.refused_tokens]`.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

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
