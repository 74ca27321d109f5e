"""What Azure says when it refuses, in its six forms, and what a refusal means.

That something is absent, or why nothing can be judged.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import unquote, urlsplit

from assurance.errors import NotEvaluated

_HOLDERS = ("error", "odata.error", "errors")
_INNER = ("innererror", "inner_error")
MAX_INNER = 8
MAX_SHOWN_CHARACTERS = 120


@dataclass(frozen=True, slots=True)
class SaidError:
    """What a refusal says.

    Attributes:
        code: The error's code; empty where it has none.
        message: Its message; empty where it has none.
        inner_codes: The codes of the errors within it, from the outermost.
        inner_messages: Their messages, and its own.
        form: What the body is instead, where it has no code: `an empty body`, `an HTML page`, ...; else empty.
    """

    code: str = ""
    message: str = ""
    inner_codes: tuple[str, ...] = ()
    inner_messages: tuple[str, ...] = ()
    form: str = ""

    @property
    def shown(self) -> str:
        """The code, or in brackets what came instead of one."""
        return self.code or f"({self.form})"


def said_in(body: bytes) -> SaidError:
    """Return what the body of a refusal says."""
    text = body.decode("utf-8-sig", "replace").strip()
    if not text:
        return SaidError(form="an empty body")
    try:
        document = json.loads(text)
        if isinstance(document, str) and document.lstrip()[:1] == "{":
            document = json.loads(document)
    except (ValueError, RecursionError):
        return SaidError(form="an HTML page" if text[:1] == "<" else f"the text {text[:MAX_SHOWN_CHARACTERS]!r}")
    return _said(document)


def _said(document: object) -> SaidError:
    if document is None:
        return SaidError(form="null")
    if not isinstance(document, Mapping):
        return SaidError(form="JSON that is no object")
    error = _lowered(document)
    for holder in _HOLDERS:
        held = error.get(holder)
        first = held[0] if isinstance(held, list) and held else held
        if isinstance(first, Mapping):
            error = _lowered(first)
            break
    code, message = _text(error.get("code")), _message(error.get("message"))
    if not code:
        return SaidError(message=message, form="JSON without an error code")
    inner = _inner(error)
    return SaidError(
        code,
        message,
        tuple(text for error in inner if (text := _text(error.get("code")))),
        (message, *(text for error in inner if (text := _message(error.get("message"))))),
    )


def _inner(error: Mapping[str, object]) -> list[Mapping[str, object]]:
    errors: list[Mapping[str, object]] = []
    while len(errors) < MAX_INNER:
        inner = next((error[name] for name in _INNER if isinstance(error.get(name), Mapping)), None)
        if not isinstance(inner, Mapping):
            break
        error = _lowered(inner)
        errors.append(error)
    return errors


def _lowered(values: Mapping[str, object]) -> dict[str, object]:
    return {str(name).lower(): value for name, value in values.items()}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _message(value: object) -> str:
    if isinstance(value, Mapping):  # OData: {"lang", "value"}
        return _text(_lowered(value).get("value"))
    return _text(value)


WRONG_CONFIGURATION = frozenset({"resourcegroupnotfound", "subscriptionnotfound", "invalidsubscriptionid"})
# Codes of a 404 that name what was asked for. Each resource provider has its own: `AuthConfigNotFound`, `NotFound`.
_ABSENT = re.compile(r"[a-z]*notfound|roledefinitiondoesnotexist|name_unknown|manifest_unknown|tag_unknown", re.I)
# These say that the way there does not exist, not the thing.
_NO_WAY_THERE = frozenset({"endpointnotfound", "apinotfound", "pathnotfound", "routenotfound", "tenantnotfound"})
ROLES_DOCUMENT = 'docs/running.md ("The least roles that the suite needs")'
_ROLES = (
    (re.compile(r"/providers/Microsoft\.Security/", re.I), "the role Security Reader on the subscription"),
    (re.compile(r"/providers/Microsoft\.Insights/metrics", re.I), "the role Monitoring Reader"),
    (re.compile(r"^\w+ https://[^/]*\bvault\b", re.I), "the role Key Vault Reader on the vault"),
    (
        re.compile(r"^\w+ https://[^/]*\bapi\.(loganalytics|applicationinsights)\.", re.I),
        "the role Log Analytics Reader",
    ),
    (re.compile(r"^\w+ https://[^/]*\bazurecr\b", re.I), "the roles Reader and AcrPull on the registry"),
)
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
    sentence = f"HTTP {status} {said.shown} to {question}."
    match status:
        case HTTPStatus.BAD_REQUEST if _has_no_table(said):
            return NotEvaluated(
                f"No telemetry has ever arrived: the workspace has no table{_table_of(said)}: {sentence}",
                "Check that the application sends its telemetry here, and wait some minutes after the first request.",
                readings,
            )
        case HTTPStatus.UNAUTHORIZED:
            return NotEvaluated(f"Azure did not accept the sign-in: {sentence}", "Sign in again: az login.", readings)
        case HTTPStatus.FORBIDDEN if _is_firewalls(said, headers):
            return NotEvaluated(
                f"The vault's firewall does not let this machine in: {sentence}",
                "Run the suite inside the network that the vault lets in; a role would change nothing.",
                readings,
            )
        case HTTPStatus.FORBIDDEN:
            return NotEvaluated(
                f"No permission to ask for {_asked_for(question)}: {sentence}",
                f"Grant the suite's identity {_role_for(question)}; {ROLES_DOCUMENT} says where.",
                readings,
            )
        case HTTPStatus.NOT_FOUND if said.code.lower() in WRONG_CONFIGURATION:
            return NotEvaluated(
                f"There is no such subscription or group for who is signed in: {sentence}",
                "Where the environment file names it, correct subscription_id or resource_group; else sign in to its "
                "tenant, as somebody who may read it.",
                readings,
            )
        case HTTPStatus.TOO_MANY_REQUESTS:
            return NotEvaluated(
                f"Throttled beyond the bound: {sentence}",
                "Run again later, with less concurrency, or raise [limits] throttled_seconds in the environment file.",
                readings,
            )
        case _:
            return NotEvaluated(
                f"Azure did not answer the question: {sentence}", "Run again; if it stays, ask Azure.", readings
            )


def _asked_for(question: str) -> str:
    """Return what was asked for, as briefly as it can be named: `virtualNetworks/vnet-apex-prod`, or host and path."""
    parts = urlsplit(question.partition(" ")[2])
    _, marker, resource = parts.path.rpartition("/providers/")
    if marker:
        return "/".join(unquote(resource).strip("/").split("/")[1:]) or resource
    if parts.path.lower().startswith("/subscriptions/"):
        return unquote(parts.path).strip("/")
    return f"{parts.netloc}{unquote(parts.path)}" or question


def _role_for(question: str) -> str:
    """Return the least role that lets what was refused be read."""
    return next((role for form, role in _ROLES if form.search(question)), "the role Reader")


def _has_no_table(said: SaidError) -> bool:
    code, words = _NO_TABLE
    return code in (said.code, *said.inner_codes) and any(words in message for message in said.inner_messages)


def _table_of(said: SaidError) -> str:
    matches = (_TABLE.search(message) for message in said.inner_messages)
    return next((f" {match.group(1)}" for match in matches if match is not None), "")


def _is_firewalls(said: SaidError, headers: Mapping[str, str]) -> bool:
    return _NETWORK_HEADER in headers or not _FIREWALL.isdisjoint((said.code, *said.inner_codes))
