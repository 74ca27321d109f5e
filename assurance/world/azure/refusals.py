"""What a refusal of Azure means: that something is absent, or why nothing can be judged."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus

from assurance.errors import NotEvaluated
from assurance.world.azure.error_forms import SaidError

WRONG_CONFIGURATION = frozenset({"resourcegroupnotfound", "subscriptionnotfound", "invalidsubscriptionid"})
# Codes of a 404 that name what was asked for. Each resource provider has its own: `AuthConfigNotFound`, `NotFound`.
_ABSENT = re.compile(r"[a-z]*notfound|roledefinitiondoesnotexist|name_unknown|manifest_unknown|tag_unknown", re.I)
# These say that the way there does not exist, not the thing.
_NO_WAY_THERE = frozenset({"endpointnotfound", "apinotfound", "pathnotfound", "routenotfound", "tenantnotfound"})
_FIREWALL = frozenset({"ForbiddenByFirewall", "ForbiddenByConnection"})
_NETWORK_HEADER = "x-ms-keyvault-network-info"
# Kusto's semantic error for a table that does not exist: a workspace makes it when the first row arrives.
_NO_TABLE = ("SEM0100", "Failed to resolve table")
_TABLE = re.compile(r"named '([^']{1,100})'")


def says_absent(status: int, said: SaidError) -> bool:
    """Tell whether a refusal says that what was asked for does not exist. A 404 without Azure's words does not."""
    code = said.code.lower()
    known = _ABSENT.fullmatch(code) is not None and code not in WRONG_CONFIGURATION | _NO_WAY_THERE
    return status == HTTPStatus.NOT_FOUND and known


def refusal(
    status: int, said: SaidError, headers: Mapping[str, str], question: str, readings: tuple[str, ...]
) -> NotEvaluated:
    """Return why a requirement cannot be judged.

    Args:
        status: The HTTP status.
        said: What the body says.
        headers: Those kept of the answer, by lower-case name.
        question: What was asked.
        readings: The keys of the readings.
    """
    told = f"HTTP {status} {said.shown} to {question}."
    match status:
        case HTTPStatus.BAD_REQUEST if _has_no_table(said):
            return NotEvaluated(
                f"No telemetry has ever arrived: the workspace has no table{_table_of(said)}: {told}",
                "Check that the application sends its telemetry here, and wait some minutes after the first request.",
                readings,
            )
        case HTTPStatus.UNAUTHORIZED:
            return NotEvaluated(f"Azure did not accept the sign-in: {told}", "Sign in again: az login.", readings)
        case HTTPStatus.FORBIDDEN if _is_firewalls(said, headers):
            return NotEvaluated(
                f"The vault's firewall does not let this machine in: {told}",
                "Run the suite inside the network that the vault lets in; a role would change nothing.",
                readings,
            )
        case HTTPStatus.FORBIDDEN:
            return NotEvaluated(
                f"No permission: {told}",
                "Grant the suite's identity what the README lists: Reader, Security Reader, Key Vault Reader.",
                readings,
            )
        case HTTPStatus.NOT_FOUND if said.code.lower() in WRONG_CONFIGURATION:
            return NotEvaluated(
                f"There is no such subscription or group for who is signed in: {told}",
                "Where the environment file names it, correct subscription_id or resource_group; else sign in to its "
                "tenant, as somebody who may read it.",
                readings,
            )
        case HTTPStatus.TOO_MANY_REQUESTS:
            return NotEvaluated(
                f"Throttled beyond the bound: {told}",
                "Run again later, with less concurrency, or raise [limits] throttled_seconds in the environment file.",
                readings,
            )
        case _:
            return NotEvaluated(
                f"Azure did not answer the question: {told}", "Run again; if it stays, ask Azure.", readings
            )


def _has_no_table(said: SaidError) -> bool:
    code, words = _NO_TABLE
    return code in (said.code, *said.inner_codes) and any(words in message for message in said.inner_messages)


def _table_of(said: SaidError) -> str:
    found = (_TABLE.search(message) for message in said.inner_messages)
    return next((f" {match.group(1)}" for match in found if match is not None), "")


def _is_firewalls(said: SaidError, headers: Mapping[str, str]) -> bool:
    return _NETWORK_HEADER in headers or not _FIREWALL.isdisjoint((said.code, *said.inner_codes))
