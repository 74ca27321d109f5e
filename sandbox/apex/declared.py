"""What an environment file needs to meet the stand-in: its address, who calls it, and the tokens that they use."""

from __future__ import annotations

from typing import Any

from sandbox.apex.issuer import Issuer

VARIABLE_PREFIX = "APEX_SANDBOX_TOKEN"
# A sandbox that runs in a terminal all day keeps its tokens; a token of a real tenant holds for about an hour.
LIFETIME_SECONDS = 24 * 3600.0


def application_table(url: str, issuer: Issuer) -> dict[str, Any]:
    """The table `[application]`, as far as it depends on the stand-in."""
    identities = {
        name: {"kind": "token", "token_variable": _variable(name), "object_id": person.object_id}
        for name, person in issuer.people.items()
    }
    return {"base_url": url, "audience": issuer.audience, "identities": identities}


def token_variables(issuer: Issuer) -> dict[str, str]:
    """A token for each person, and one for each reason to refuse one, by the variable that holds it."""
    tokens = {name: issuer.token(name, lifetime_seconds=LIFETIME_SECONDS) for name in issuer.people}
    return {_variable(name): token for name, token in (tokens | refused_tokens(issuer)).items()}


def refused_tokens(issuer: Issuer) -> dict[str, str]:
    """Tokens that are the manager's own but for one thing, for which APEX must refuse them."""
    user = "manager"
    return {
        "expired": issuer.token(user, begins_in_seconds=-7200.0, lifetime_seconds=3600.0),
        "not_yet_valid": issuer.token(user, begins_in_seconds=7 * LIFETIME_SECONDS),
        "endless": issuer.token(user, lifetime_seconds=None),
        "other_audience": issuer.token(user, audience="api://another-application", lifetime_seconds=LIFETIME_SECONDS),
        "other_tenant": issuer.token(
            user,
            issuer="https://login.microsoftonline.com/99999999-9999-4999-8999-999999999999/v2.0",
            lifetime_seconds=LIFETIME_SECONDS,
        ),
        "public_key_as_secret": issuer.token(user, algorithm="HS256", lifetime_seconds=LIFETIME_SECONDS),
        "unsigned": issuer.token(user, algorithm="none", lifetime_seconds=LIFETIME_SECONDS),
    }


def _variable(name: str) -> str:
    return f"{VARIABLE_PREFIX}_{name.upper()}"
