"""Takes secrets and personal data out of answers before they are written.

Each is replaced by `[redacted KIND DIGEST]`. Equal values give equal digests within one environment, so that relations
and drift still show; the digest is a slow one (scrypt), salted with the environment, so that a short secret cannot be
guessed from it. What counts as a secret is in `assurance.tape.secret_forms`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from assurance.tape.secret_forms import (
    SECRET_FORMS,
    TEXT_HINT,
    has_secret_name,
    kind_by_form,
    kind_of_key,
    secret_kind,
    tells_of_a_person,
)

__all__ = ["PLAIN_ENVIRONMENT_VALUE", "Redactor", "kind_of_token", "secret_kind"]

PLAIN_ENVIRONMENT_VALUE = "environment-value"
# In the place of each value of an object that has a name twice.
WITHHELD = "[withheld: a name stands twice in this object]"

_TOKEN = re.compile(r"\[redacted ([a-z-]+) [0-9a-f]{16}\]")
_ENVIRONMENTS = frozenset({"env", "environmentvariables"})
# Lists whose items hold a secret under `value`: of a container app, of a storage account, of a registry.
_HOLDERS = {"secrets": "client-secret", "keys": "account-key", "passwords": "password"}
_VAULT_SECRET = re.compile(r"https://[^/]+/secrets/", re.I)
_URL_SAFE = str.maketrans("-_", "+/")
_SECRET_OPTION = re.compile(r"--?[\w-]*(?:passw(?:or)?d|pwd|secret|key|token|connection-?string)", re.I)


# Lines of one value: each but the last is long, and nothing else stands on them. A short word that follows goes too.
_WRAPPED = re.compile(r"(?<![\w+/=.~-])[\w+/=.~-]{12,}(?:\r?\n[ \t]*[\w+/=.~-]{12,})*\r?\n[ \t]*[\w+/=.~-]+")
_PERCENT = re.compile(r"[\w.~%+$:@/?=&;,!*'()-]*%[0-9A-Fa-f]{2}[\w.~%+$:@/?=&;,!*'()-]*")
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+/_-]{16,}={0,2}(?![A-Za-z0-9+/_=-])")


def kind_of_token(value: str) -> str | None:
    """Return the kind of secret that a redacted value was, or None if `value` was not redacted."""
    match = _TOKEN.fullmatch(value)
    return match.group(1) if match else None


REMEMBERED_CHARACTERS, REMEMBERED_TEXTS = 512, 20_000
"""How long a text is at the most that is remembered to hold no secret, and how many are."""


@dataclass(slots=True)
class Redactor:
    """Redacts bodies, URLs and messages of one environment.

    Attributes:
        salt: What the digests are salted with: the environment's subscription and name.
    """

    salt: str
    _digests: dict[str, str] = field(default_factory=dict, repr=False)
    _harmless: set[str] = field(default_factory=set, repr=False)

    def body(self, content: bytes) -> bytes:
        """Return an answer's body without secrets; JSON keeps its structure, anything else is treated as text."""
        try:
            document, doubled = _document(content)
            redacted = self._value(document)
        except (ValueError, RecursionError):
            return self.text(content.decode("utf-8", "replace")).encode()
        return content if redacted == document and not doubled else _json(redacted).encode("utf-8", "backslashreplace")

    def text(self, text: str) -> str:
        """Return a message or URL without the secrets that are recognised by their form."""
        # The same ids and names stand in answers again and again.
        if text in self._harmless:
            return text
        redacted = self._searched(text)
        if redacted == text and len(text) <= REMEMBERED_CHARACTERS and len(self._harmless) < REMEMBERED_TEXTS:
            self._harmless.add(text)
        return redacted

    def _searched(self, text: str) -> str:
        # Before the forms, which would find the beginning alone.
        if "\n" in text:
            text = _WRAPPED.sub(self._unwrapped, text)
        if TEXT_HINT.search(text) is not None:
            for kind, form in SECRET_FORMS:
                text = form.sub(lambda match, kind=kind: self._replace(match, kind), text)  # type: ignore[misc]  # a default binds the loop's value
        if "%" in text:
            text = _PERCENT.sub(self._decoded_percent, text)
        return _BASE64.sub(self._decoded_base64, text)

    def _unwrapped(self, match: re.Match[str]) -> str:
        """Return a value that is broken over lines, unless it is a secret once it is put together."""
        whole = match.group()
        together = "".join(line.strip() for line in whole.splitlines())
        kind = kind_by_form(together)
        return whole if kind is None else self.token(kind, together)

    def _decoded_percent(self, match: re.Match[str]) -> str:
        """Return a part of a URL, decoded and redacted if it hides something; as it is if not."""
        decoded = unquote(match.group())
        redacted = self.text(decoded) if decoded != match.group() else decoded
        return redacted if redacted != decoded else match.group()

    def _decoded_base64(self, match: re.Match[str]) -> str:
        """Return what stands for a text in base 64 that holds a secret; any other, such as a hash, as it is."""
        whole = match.group()
        decoded = _text_in_base64(whole)
        if decoded is None or self.text(decoded) == decoded:
            return whole
        return self.token("encoded-secret", whole)

    def variable(self, name: str, value: str) -> str:
        """Return what stands for the value of an environment variable."""
        return value if value == "" else self.token(secret_kind(name, value) or PLAIN_ENVIRONMENT_VALUE, value)

    def token(self, kind: str, value: str) -> str:
        """Return what stands for `value`."""
        if kind_of_token(value):
            return value
        return f"[redacted {kind} {self.digest(value)}]"

    def digest(self, value: str) -> str:
        """Return the digest by which equal values are known to be equal, in hexadecimal."""
        if value not in self._digests:
            secret = value.encode("utf-8", "surrogatepass")
            self._digests[value] = hashlib.scrypt(secret, salt=self.salt.encode(), n=2**12, r=8, p=1, dklen=8).hex()
        return self._digests[value]

    def _replace(self, match: re.Match[str], kind: str) -> str:
        if _TOKEN.match(match.string, match.start("secret")):
            return match.group(0)
        start, end = match.start("secret") - match.start(), match.end("secret") - match.start()
        whole = match.group(0)
        return whole[:start] + self.token(kind, match.group("secret")) + whole[end:]

    def _value(self, value: Any, key: str = "", holder: str = "") -> Any:  # noqa: ANN401  (a JSON value of any kind)
        """Redact what stands under `key`, or in the list that stands under `holder`."""
        if isinstance(value, dict):
            return self._object(value, key, holder)
        if isinstance(value, list):
            return self._list(value, key)
        if value is None or isinstance(value, bool) or value == "":
            return value
        kind = kind_of_key(key, str(value))
        if kind is not None and (isinstance(value, str) or kind in {"password", "client-secret"}):
            return self.token(kind, str(value))
        return self._string(value) if isinstance(value, str) else value

    def _list(self, items: list[Any], key: str) -> list[Any]:
        redacted: list[Any] = []
        option = ""
        for item in items:
            # A command line gives an option and its value as two items.
            secret = isinstance(item, str) and option
            redacted.append(
                self.token("named-secret", item)
                if secret
                else self._value(item, "" if isinstance(item, dict) else key, holder=key)
            )
            option = item if isinstance(item, str) and _SECRET_OPTION.fullmatch(item) else ""
        return redacted

    def _object(self, value: dict[str, Any], key: str, holder: str) -> dict[str, Any]:
        if any(isinstance(name, _Repeated) for name in value):
            return {_Repeated(self.text(name)): item for name, item in value.items()}
        if key.lower() == "claims":
            return {self.text(name): self._claim(name, item) for name, item in value.items()}
        redacted = {self.text(name): self._value(item, name) for name, item in value.items()}
        if key.lower() in _ENVIRONMENTS:
            return {name: self._plain(name, item) for name, item in value.items()}
        if "value" in value:
            redacted["value"] = self._held(value, holder.lower(), redacted["value"])
        return redacted

    def _held(self, owner: dict[str, Any], holder: str, redacted: Any) -> Any:  # noqa: ANN401  (a JSON value)
        """Redact the `value` of an object by what the object or the list around it is."""
        name, value = owner.get("name"), owner["value"]
        if holder in _ENVIRONMENTS:
            return self._plain(str(name), value)
        if isinstance(value, (bool, dict, list)) or value in (None, ""):
            return redacted
        if holder in _HOLDERS:
            return self.token(_HOLDERS[holder], str(value))
        if _VAULT_SECRET.match(str(owner.get("id"))):
            return self.token("client-secret", str(value))
        if isinstance(name, str) and isinstance(value, str) and has_secret_name(name, value):
            return self.token("named-secret", value)
        return redacted

    def _claim(self, name: str, value: Any) -> Any:  # noqa: ANN401  (a JSON value)
        """Redact a claim of who acted."""
        if not tells_of_a_person(name) or value in (None, ""):
            return self._value(value, name)
        return self.token("person", value if isinstance(value, str) else json.dumps(value))

    def _plain(self, name: str, value: Any) -> Any:  # noqa: ANN401  (a JSON value)
        """Redact an environment variable's value, whatever it is: the kind says whether it seems to be a secret."""
        if value is None or value == "":
            return value
        if isinstance(value, (dict, list)):
            return self._value(value, name)
        text = value if isinstance(value, str) else json.dumps(value)
        return self.variable(name, text)

    def _string(self, text: str) -> str:
        """Redact a text; where it is itself JSON, as JSON."""
        if text.lstrip()[:1] in {"{", "["}:
            try:
                document, doubled = _document(text)
                redacted = self._value(document)
            except (ValueError, RecursionError):
                return self.text(text)
            return self.text(text) if redacted == document and not doubled else _json(redacted)
        return self.text(text)


def _text_in_base64(text: str) -> str | None:
    """Return the text that a word is in base 64; None if it is none, as with almost every hash, id or path."""
    standard = text.rstrip("=").translate(_URL_SAFE)
    if len(standard) % 4 == 1:
        return None
    try:
        decoded = base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True).decode("utf-8")
    except ValueError:
        return None
    return decoded if decoded.isprintable() or "\n" in decoded else None


class _Repeated(str):
    """A name in an object that has a name twice: equal to itself only, so that a dictionary holds each of them."""

    __slots__ = ()
    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other


def _document(text: bytes | str) -> tuple[Any, bool]:
    """Return the JSON value that a text is, and whether an object in it has a name twice.

    Which value such an object means is open, so nobody judges it (`assurance.tape.strict_json`). Its names stay, each
    as often as it came; its values go, since what they are cannot be known by their names.

    Raises:
        ValueError: It is no JSON.
    """
    doubled = False

    def each(pairs: list[tuple[str, object]]) -> dict[str, object]:
        nonlocal doubled
        found = dict(pairs)
        if len(found) == len(pairs):
            return found
        doubled = True
        return {_Repeated(name): WITHHELD for name, _ in pairs}

    return json.loads(text, object_pairs_hook=each), doubled


def _json(document: object) -> str:
    return json.dumps(document, ensure_ascii=False)
