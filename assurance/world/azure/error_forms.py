"""What Azure says when it refuses: its services use six forms of JSON, and gateways on the way use none.

    {"error": {"code", "message", "innererror": {"code", ...}}}     Resource Manager, Key Vault, Log Analytics
    {"code", "message"}    {"Code", "Message"}                      older providers
    {"Error": {"Code", "Message"}}                                  older providers
    {"odata.error": {"code", "message": {"value"}}}                 OData
    {"errors": [{"code", "message"}]}                               registries (OCI Distribution, "Error Codes")

Some write the JSON into a JSON text; and a body may be empty, null, an HTML page or a plain text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

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
        tuple(found for one in inner if (found := _text(one.get("code")))),
        (message, *(found for one in inner if (found := _message(one.get("message"))))),
    )


def _inner(error: Mapping[str, object]) -> list[Mapping[str, object]]:
    found: list[Mapping[str, object]] = []
    while len(found) < MAX_INNER:
        inner = next((error[name] for name in _INNER if isinstance(error.get(name), Mapping)), None)
        if not isinstance(inner, Mapping):
            break
        error = _lowered(inner)
        found.append(error)
    return found


def _lowered(values: Mapping[str, object]) -> dict[str, object]:
    return {str(name).lower(): value for name, value in values.items()}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _message(value: object) -> str:
    if isinstance(value, Mapping):  # OData: {"lang", "value"}
        return _text(_lowered(value).get("value"))
    return _text(value)
