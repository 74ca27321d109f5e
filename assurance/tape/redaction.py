"""Takes secrets and personal data out of answers before they are written.

Each is replaced by `[redacted KIND DIGEST]`. Equal values give equal digests within one environment, so that relations
and drift still show; the digest is a slow one (scrypt), salted with the environment, so that a short secret cannot be
guessed from it. What counts as a secret is in `assurance.tape.secret_forms`.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from assurance.tape.provenance import LITERAL, is_left_to_azure
from assurance.tape.secret_forms import (
    SECRET_FORMS,
    TEXT_HINT,
    kind_by_form,
    secret_kind,
    text_in_base64,
)
from assurance.tape.secret_names import (
    has_secret_name,
    is_password_option,
    is_reference,
    kind_of_key,
    named_value,
    named_values,
    option_name,
    tells_of_a_person,
)
from assurance.tape.strict_json import Repeated, parsed, written

__all__ = ["PLAIN_ENVIRONMENT_VALUE", "Redactor", "kind_of_token", "kinds_within", "secret_kind"]

PLAIN_ENVIRONMENT_VALUE = "environment-value"
_TOKEN = re.compile(r"\[redacted ([a-z-]+) [0-9a-f]{16}\]")
_ENVIRONMENTS = frozenset({"env", "environmentvariables"})
# Lists whose items hold a secret under `value`: of a container app, of a storage account, of a registry.
_HOLDERS = {"secrets": "client-secret", "keys": "account-key", "passwords": "password"}
_VAULT_SECRET = re.compile(r"https://[^/]+/secrets/", re.I)
# Where people write names and values of their own: tags, metadata of scale rules, headers of probes.
_FREE_NAMES = frozenset({"tags", "metadata", "httpheaders", "headers"})
PERSONAL = frozenset({"phone-number", "person", "client-address"})
# The command lines of containers.
_COMMANDS = frozenset({"args", "command"})

# Lines of one value: each but the last is long, and nothing else stands on them. A short word that follows goes too.
_WRAPPED = re.compile(r"(?<![\w+/=.~-])[\w+/=.~-]{12,}(?:\r?\n[ \t]*[\w+/=.~-]{12,})*\r?\n[ \t]*[\w+/=.~-]+")
_PERCENT = re.compile(r"[\w.~%+$:@/?=&;,!*'()-]*%[0-9A-Fa-f]{2}[\w.~%+$:@/?=&;,!*'()-]*")
# Values of a query: what one holds does not run into the next.
_SEPARATORS = re.compile(r"([&?])")
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+/_-]{16,}={0,2}(?![A-Za-z0-9+/_=-])")


def kind_of_token(value: str) -> str | None:
    """Return the kind of secret that a redacted value was, or None if `value` was not redacted."""
    match = _TOKEN.fullmatch(value)
    return match.group(1) if match else None


def kinds_within(text: str) -> tuple[str, ...]:
    """Return the kinds of secret that were redacted in a text, each once."""
    return tuple(dict.fromkeys(_TOKEN.findall(text)))


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
            document, doubled = parsed(content)
            redacted = self._value(document)
        except (ValueError, RecursionError):
            return self.text(content.decode("utf-8", "replace")).encode()
        return (
            content if redacted == document and not doubled else written(redacted).encode("utf-8", "backslashreplace")
        )

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
        lines = [line.strip() for line in whole.splitlines()]
        kind = kind_by_form("".join(lines))
        if kind is not None:
            return self.token(kind, "".join(lines))
        # The word behind the last line may be the text's.
        for last in (len(lines), len(lines) - 1):
            together = "".join(lines[:last])
            if (decoded := text_in_base64(together)) is not None and self.text(decoded) != decoded:
                return "\n".join((self.token("encoded-secret", together), *lines[last:]))
        return whole

    def _decoded_percent(self, match: re.Match[str]) -> str:
        """Return a part of a URL: each of its values that hides something decoded and redacted, all else as it is."""
        return "".join(map(self._decoded, _SEPARATORS.split(match.group())))

    def _decoded(self, part: str) -> str:
        decoded = unquote(part)
        redacted = self.text(decoded) if decoded != part else decoded
        return redacted if redacted != decoded else part

    def _decoded_base64(self, match: re.Match[str]) -> str:
        """Return what stands for a text in base 64 that holds a secret; any other, such as a hash, as it is."""
        whole = match.group()
        decoded = text_in_base64(whole)
        if decoded is None or self.text(decoded) == decoded:
            return whole
        return self.token("encoded-secret", whole)

    def variable(self, name: str, value: str) -> str:
        """Return what stands for an environment variable's value; an expression that a plan leaves to Azure stays."""
        if value == "":
            return value
        kind = secret_kind(name, value)
        if kind is None and is_left_to_azure(value):
            return LITERAL.sub(lambda literal: f"'{self._named(name, literal.group(1))}'", self.text(value))
        return self.token(kind or PLAIN_ENVIRONMENT_VALUE, value)

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
        if _TOKEN.match(match.string, match.start("secret")) or is_reference(match.group("secret")):
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
        if key.lower() in _COMMANDS:
            return self._command(items)
        return [self._value(item, "" if isinstance(item, dict) else key, holder=key) for item in items]

    def _command(self, items: list[Any]) -> list[Any]:
        """Redact a command line, in which an option and its value are one item or two."""
        programs = {item.rsplit("/", 1)[-1] for item in items if isinstance(item, str)}
        redacted: list[Any] = []
        option = ""
        for item in items:
            if not isinstance(item, str):
                redacted.append(self._value(item))
                option = ""
                continue
            redacted.append(self._argument(item, "" if item.startswith("-") else option))
            option = "password" if is_password_option(item, programs) else option_name(item)
        return redacted

    def _argument(self, item: str, option: str) -> str:
        """Redact an item of a command line, which is the value of the option before it if there is one."""
        if option and has_secret_name(option, item):
            return self._named(option, item)
        pair = named_value(item)
        if pair is not None:
            name, value = pair
            return f"{item[: len(item) - len(value)]}{self._named(name, value)}"
        taken = len(item)
        for name, start, end in sorted(named_values(item), key=lambda pair: pair[1], reverse=True):
            kind = secret_kind(name, item[start:end])
            if kind is not None and end <= taken:
                item, taken = f"{item[:start]}{self.token(kind, item[start:end])}{item[end:]}", start
        return self._named(option, item)

    def _object(self, value: dict[str, Any], key: str, holder: str) -> dict[str, Any]:
        if any(isinstance(name, Repeated) for name in value):
            return {Repeated(self.text(name)): item for name, item in value.items()}
        if key.lower() == "claims":
            return {self.text(name): self._claim(name, item) for name, item in value.items()}
        redacted = {self.text(name): self._value(item, name) for name, item in value.items()}
        if key.lower() in _ENVIRONMENTS:
            return {name: self._plain(name, item) for name, item in value.items()}
        if key.lower() in _FREE_NAMES:
            return {
                self.text(name): self._named(name, item) if isinstance(item, str) else self._value(item, name)
                for name, item in value.items()
            }
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
        if isinstance(name, str) and isinstance(value, str):
            if holder in _FREE_NAMES:
                return self._named(name, value)
            if has_secret_name(name, value):
                return self.token("named-secret", value)
        return redacted

    def _named(self, name: str, value: str) -> str:
        """Redact what people have named themselves: by its name, its form, or since it reads as a key."""
        own = kind_of_key(name, value)
        kind = own if own in PERSONAL else secret_kind(name, value)
        return self._string(value) if kind is None or kind_of_token(value) else self._whole_or_part(kind, value)

    def _whole_or_part(self, kind: str, value: str) -> str:
        """Return a value without what makes it a secret: that part of it where its form tells which, or all of it."""
        redacted = self._string(value)
        return (
            redacted if redacted != value and kind not in {"named-secret", "opaque-string"} else self.token(kind, value)
        )

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
                document, doubled = parsed(text)
                redacted = self._value(document)
            except (ValueError, RecursionError):
                return self.text(text)
            return self.text(text) if redacted == document and not doubled else written(redacted)
        return self.text(text)
