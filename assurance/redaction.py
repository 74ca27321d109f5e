"""Takes secrets and personal data out of answers before they are written.

Each is replaced by `[redacted KIND DIGEST]`. Equal values give equal digests within one environment, so that relations and
drift still show; the digest is a slow one (scrypt), salted with the environment, so that a short secret cannot be guessed from it.
"""

import hashlib
import json
import math
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

PLAIN_ENVIRONMENT_VALUE = "environment-value"

_TOKEN = re.compile(r"^\[redacted ([a-z-]+) ([0-9a-f]{16})\]$")
_SECRET_KEYS = {
    "access_token": "token",
    "accesstoken": "token",
    "refresh_token": "token",
    "refreshtoken": "token",
    "id_token": "token",
    "password": "password",
    "administratorloginpassword": "password",
    "clientsecret": "client-secret",
    "client_secret": "client-secret",
    "key1": "account-key",
    "key2": "account-key",
    "primarykey": "account-key",
    "secondarykey": "account-key",
    "primarysharedkey": "account-key",
    "secondarysharedkey": "account-key",
    "sharedkey": "account-key",
    "accountkey": "account-key",
    "instrumentationkey": "instrumentation-key",
    "connectionstring": "connection-string",
    "primaryconnectionstring": "connection-string",
    "secondaryconnectionstring": "connection-string",
    "sastoken": "shared-access-signature",
    "privatekey": "private-key",
}
# Secrets recognised by their form wherever they stand. The named group `secret` is what is replaced.
_SECRET_FORMS = (
    ("private-key", re.compile(r"(?P<secret>-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|$))", re.S)),
    ("json-web-token", re.compile(r"(?P<secret>\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*)")),
    ("token", re.compile(r"\bBearer\s+(?P<secret>[A-Za-z0-9._~+/=-]{16,})", re.I)),
    ("account-key", re.compile(r"\b(?:AccountKey|SharedAccessKey|api[-_]?key)\s*[=:]\s*(?P<secret>[^;&\s\"']{8,})", re.I)),
    ("shared-access-signature", re.compile(r"[?&;](?:sig|SharedAccessSignature)=(?P<secret>[^&;\s\"']{8,})", re.I)),
    ("shared-access-signature", re.compile(r"^(?:sig)=(?P<secret>[^&;\s\"']{8,})", re.I)),
    ("password", re.compile(r"\b(?:Password|Pwd)\s*=\s*(?P<secret>[^;&\s\"']+)", re.I)),
    ("client-secret", re.compile(r"\bclient_?secret\s*=\s*(?P<secret>[^;&\s\"']+)", re.I)),
    ("instrumentation-key", re.compile(r"\bInstrumentationKey=(?P<secret>[0-9a-fA-F-]{32,36})", re.I)),
    ("password", re.compile(r"\b[a-z][a-z0-9+.-]*://[^/\s:@]+:(?P<secret>[^@\s/]+)@", re.I)),
    ("e-mail-address", re.compile(r"(?P<secret>\b[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}\b)")),
)
_SECRET_NAME = re.compile(
    r"PASSW|PWD|SECRET|API_?KEY|ACCESS_?KEY|ACCOUNT_?KEY|(^|_)KEY$|(^|_)TOKEN$|CONNECTION_?STRING|CREDENTIAL|(^|_)SAS(_|$)|CONN_?STR", re.I
)
_HARMLESS_VALUE = re.compile(r"^(|true|false|yes|no|on|off|-?\d+(\.\d+)?|https?://[^@?\s]*|@Microsoft\.KeyVault\(.*\))$", re.I)
_GUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.I)
_OPAQUE = re.compile(r"^[A-Za-z0-9+/_~.=-]{24,}$")


def kind_of_token(value: str) -> str | None:
    """Return the kind of secret that a redacted value was, or None if `value` was not redacted."""
    match = _TOKEN.match(value)
    return match.group(1) if match else None


def secret_kind(name: str, value: str) -> str | None:
    """Return what kind of secret an environment variable holds in plain text, or None if it seems to hold none.

    Recognised by form (keys, tokens, connection strings), by a telling name, or as a long string of high entropy.
    """
    for kind, form in _SECRET_FORMS:
        if kind != "e-mail-address" and form.search(value):
            return kind
    if _HARMLESS_VALUE.match(value):
        return None
    if _SECRET_NAME.search(name):
        return "connection-string" if "CONN" in name.upper() else "named-secret"
    if _OPAQUE.match(value) and not _GUID.match(value) and _looks_random(value):
        return "opaque-string"
    return None


def _looks_random(value: str) -> bool:
    """Tell a generated key from words: many different characters, digits among letters."""
    counts = Counter(value)
    entropy = -sum(count / len(value) * math.log2(count / len(value)) for count in counts.values())
    digits = sum(character.isdigit() for character in value)
    return entropy > 3.3 and 0.1 < digits / len(value) and not re.fullmatch(r"[a-z0-9]+([.-][a-z0-9-]+)+", value)


@dataclass(slots=True)
class Redactor:
    """Redacts bodies, URLs and messages of one environment.

    Attributes:
        salt: What the digests are salted with: the environment's subscription and name.
    """

    salt: str
    _digests: dict[str, str] = field(default_factory=dict, repr=False)

    def body(self, content: bytes) -> bytes:
        """Return an answer's body without secrets; JSON keeps its structure, anything else is treated as text."""
        try:
            document = json.loads(content)
        except ValueError:
            return self.text(content.decode("utf-8", "replace")).encode()
        redacted = self._value(document)
        return content if redacted == document else json.dumps(redacted, ensure_ascii=False).encode()

    def text(self, text: str) -> str:
        """Return a message or URL without the secrets that are recognised by their form."""
        for kind, form in _SECRET_FORMS:
            text = form.sub(lambda match, kind=kind: self._replace(match, kind), text)  # type: ignore[misc]
        return text

    def token(self, kind: str, value: str) -> str:
        """Return what stands for `value`."""
        if kind_of_token(value):
            return value
        if value not in self._digests:
            raw = hashlib.scrypt(value.encode(), salt=self.salt.encode(), n=2**12, r=8, p=1, dklen=8)
            self._digests[value] = raw.hex()
        return f"[redacted {kind} {self._digests[value]}]"

    def _replace(self, match: re.Match[str], kind: str) -> str:
        secret = match.group("secret")
        start, end = match.start("secret") - match.start(), match.end("secret") - match.start()
        whole = match.group(0)
        return whole[:start] + (secret if secret.startswith("[redacted") else self.token(kind, secret)) + whole[end:]

    def _value(self, value: Any, key: str = "", parent: str = "") -> Any:  # Any: a JSON value of any kind
        if isinstance(value, dict):
            if parent in {"env", "secrets"} and isinstance(value.get("value"), str):
                value = {**value, "value": self._environment_value(str(value.get("name", "")), value["value"], parent)}
            return {name: self._value(item, name) for name, item in value.items()}
        if isinstance(value, list):
            return [self._value(item, key, parent=key) for item in value]
        if not isinstance(value, str):
            return value
        kind = _SECRET_KEYS.get(key.lower())
        return self.token(kind, value) if kind and value else self.text(value)

    def _environment_value(self, name: str, value: str, parent: str) -> str:
        if parent == "secrets":
            return self.token("client-secret", value)
        return self.token(secret_kind(name, value) or PLAIN_ENVIRONMENT_VALUE, value)
