"""Names by which variables, options, headers, tags and metadata say that they hold a secret, and values that hold none.

A name alone is no proof: `PASSWORD_MIN_LENGTH` holds a number, `DB_PASSWORD_FILE` a path, and a connection string by
managed identity no secret at all. So a name counts only with a value that can be a secret.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qsl, urlsplit

# In words parted by `_`. A key of a table, of a cache or of a route is none; a generated value betrays itself anyway.
_SECRET_NAME = re.compile(
    r"PASSW|PWD|PASSPHRASE|PASSCODE|SECRET|CREDENTIAL|CONNECTION_?STRING|CONN_?STR|API_?KEY|ACCESS_?KEY|ACCOUNT_?KEY"
    r"|ROUTING_?KEY|INTEGRATION_?KEY|TOKEN_?\d*$|(^|_)SAS(_|$)|^AUTHORIZATION$|^(SET_)?COOKIE$"
    r"|(?<!PUBLIC)(?<!PUBLIC_)(?<!PARTITION_)(?<!PRIMARY_)(?<!FOREIGN_)(?<!SORT_)(?<!ROW_)(?<!CACHE_)(?<!HOT)(?<!MON)"
    r"(?<!^)(?<!DON)(?<!TUR)(?<!IDEMPOTENCY_)(?<!DEDUPLICATION_)(?<!MESSAGE_)(?<!LOOKUP_)KEY_?\d*$"
    # Short forms: whole words, and PASS behind what has one, but not as the end of an English word.
    r"|(^|_)(PW|PSW|PASS|CREDS?|PAT|PSK|PIN)_?\d*$|(SQL|DB|PG|ROOT|ADMIN|USER|REDIS|SMTP|SA|MYSQL)_?(PW|PASS)_?\d*$",
    re.I,
)
# What says where a secret is, how to handle it or how long it lasts does not hold one.
_ABOUT_A_SECRET = re.compile(
    r"_?(TOKEN_CREDENTIALS|NAMES?|HEADERS?|PATH|FILE|DIR|FOLDER|REF|FROM_?ENV|ALGORITHM|ALG|TYPE|KIND|CLASS|VERSION|LENGTH|SIZE|BITS|COUNT"
    r"|LIMIT|TTL|AGE|EXPIR(Y|ES|ATION|ES_IN)|LIFETIME|ROTATION|INTERVAL|DAYS|HOURS|MINUTES|SECONDS|ENABLED|DISABLED"
    r"|REQUIRED|ALLOWED|POLICY|MODE|PROVIDER|SOURCE|BACKEND|STORE|MANAGER|ISSUER|AUDIENCE|SCOPES?|METHOD|FORMAT|ENCODING"
    r"|PREFIX|SUFFIX|PATTERN|FIELD|ENDPOINT|HOST|SERVER|URLS?|URI|ID|GROUP|ROUNDS|VALIDATOR|SET|STATUS|OPTIONAL)$",
    re.I,
)
_MAY_BE_A_NUMBER = re.compile(r"(PASS(WORD|WD|PHRASE|CODE)?|PWD?|PSW|PIN|SECRET)_?\d*$", re.I)
# Words that say whether or how.
_HARMLESS_VALUE = re.compile(
    r"|true|false|yes|no|on|off|none|null|enabled|disabled|required|optional"
    r"|\w*(?:Managed|Workload)[_-]?Identity\w*|(?:Default|Azure|Client|Environment|Chained|Interactive)\w*Credential",
    re.I,
)
# What is filled in elsewhere, and paths at which secrets are mounted. A password may begin with a dollar, so a bare
# variable counts in capitals only.
_REFERENCE = re.compile(
    r"@Microsoft\.(?:KeyVault|AppConfiguration)\(.*\)|(?:secretref|keyvaultref):\S+|\$\{\w+\}|\$\(\w+\)"
    r"|\$[A-Z_]{3,}[A-Z0-9_]*|%[A-Z_]{3,}[A-Z0-9_]*%|\{\{[^{}]*\}\}|<[\w -]+>"
    r"|/(?:run|mnt|etc|var|opt|app|home|tmp|usr|secrets)/[\w./-]+"
)
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_LONG_NUMBER = 8
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SEPARATORS = re.compile(r"[^A-Za-z0-9]+")
# Parts of a connection string that tell no secret; any other part might.
_CONNECTION_PART = re.compile(
    r"abortconnect|accountname|addr|address|applicationintent|applicationname|authentication|blobendpoint"
    r"|clientid|commandtimeout|connectiontimeout|connectretrycount|connectretryinterval|connecttimeout|data"
    r"|database|datasource|dbname|defaultendpointsprotocol|driver|dsn|encrypt|endpoint|endpointsuffix"
    r"|entitypath|fileendpoint|host|hostname|hostnameincertificate|initialcatalog|integratedsecurity"
    r"|maxpoolsize|minpoolsize|multipleactiveresultsets|multisubnetfailover|persistsecurityinfo|pooling|port"
    r"|queueendpoint|runas|server|source|ssl|sslmode|tableendpoint|tenantid|trustedconnection"
    r"|trustservercertificate|uid|user|userid"
)
_USER_NAME = 20
_VALUE = r"(?:(?P<quote>[\"'])(?P<quoted>.*?)(?P=quote)|(?P<bare>\$\([^()]*\)|\{\{[^{}]*\}\}|[^\s;&|\"'-][^\s;&|\"']*))"
_NAMED_VALUE = re.compile(rf"(?P<name>[A-Za-z_][\w.-]*)={_VALUE}")
_OPTION_AND_VALUE = re.compile(rf"(?<![\w-])--?(?P<name>[A-Za-z][\w-]*)\s+{_VALUE}")
# Programs whose option for a password is a single letter.
_LETTERED = {"sqlcmd": "-P", "bcp": "-P", "redis-cli": "-a", "sshpass": "-p", "mongosh": "-p", "mongodump": "-p"}
_LETTERED_OPTION = re.compile(rf"\b(?P<tool>{'|'.join(_LETTERED)})\b[^|;&]*?\s(?P<option>-[Pap])\s*{_VALUE}")

_KEYS = {"key1": "account-key", "key2": "account-key", "secret": "client-secret", "token": "token"}
_KEYS |= {"authorization": "token", "cookie": "token", "setcookie": "token"}
_KEY_ENDINGS = {
    "connectionstring": "connection-string",
    "instrumentationkey": "instrumentation-key",
    "password": "password",
    "passwd": "password",
    "pwd": "password",
    "passphrase": "password",
    "clientsecret": "client-secret",
    "appsecret": "client-secret",
    "secretvalue": "client-secret",
    "privatekey": "private-key",
    "certificatevalue": "private-key",
    "sastoken": "shared-access-signature",
    "sasuri": "shared-access-signature",
    "phonenumber": "phone-number",
    "mobilephone": "phone-number",
    "businessphones": "phone-number",
    # Persons and their machines, by the contracts of Activity Log, sign-in logs and Microsoft Graph.
    "clientipaddress": "client-address",
    "calleripaddress": "client-address",
    "userprincipalname": "person",
    "givenname": "person",
    "surname": "person",
}
# The claims of who acted (`claims` of an activity event) that tell of no person: which app, tenant and object it was.
_CLAIMS_KEPT = frozenset(
    {
        "aud",
        "iss",
        "iat",
        "nbf",
        "exp",
        "ver",
        "appid",
        "appidacr",
        "azp",
        "azpacr",
        "idtyp",
        "tid",
        "oid",
        "acr",
        "amr",
    }
)
_CLAIM_ENDINGS_KEPT = ("/identity/claims/objectidentifier", "/identity/claims/tenantid", "/claims/authnclassreference")
_KEY_ENDINGS |= dict.fromkeys(("accesstoken", "refreshtoken", "idtoken", "authtoken", "bearertoken"), "token")
_KEY_ENDINGS |= dict.fromkeys(
    (
        *("apikey", "accesskey", "accountkey", "sharedkey", "masterkey", "primarykey", "secondarykey", "secretkey"),
        *("subscriptionkey", "functionkey", "storagekey", "routingkey", "integrationkey", "signingkey"),
    ),
    "account-key",
)
_DATE = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)?")


def tells_of_a_person(claim: str) -> bool:
    """Tell whether a claim of a token may tell of a person: all do but those that are known not to."""
    bare = claim.lower()
    return bare not in _CLAIMS_KEPT and not bare.endswith(_CLAIM_ENDINGS_KEPT)


@lru_cache(maxsize=4096)
def _kind_of_name(key: str) -> str | None:
    bare = re.sub(r"[^a-z0-9]", "", key.lower())
    return _KEYS.get(bare) or next((kind for ending, kind in _KEY_ENDINGS.items() if bare.endswith(ending)), None)


def kind_of_key(key: str, value: str) -> str | None:
    """Return what kind of secret a JSON key says that its value is, or None if it says nothing of the sort.

    A date is none: a storage account's `keyCreationTime` has `key1` and `key2` too.
    """
    kind = _kind_of_name(key)
    return None if kind is None or _DATE.fullmatch(value) else kind


def has_secret_name(name: str, value: str) -> bool:
    """Tell whether a variable is named as one that holds a secret, and its value can be one."""
    words = _SEPARATORS.sub("_", _HUMP.sub("_", name))
    if _ABOUT_A_SECRET.search(words) or not (_SECRET_NAME.search(words) or _SECRET_NAME.search(name)):
        return False
    if is_harmless_value(value):
        return False
    # PASSWORD_MIN_LENGTH=12 and MAX_TOKEN=4096 are harmless, PASSWORD=12 is not.
    return not _NUMBER.fullmatch(value) or bool(_MAY_BE_A_NUMBER.search(words)) or len(value) >= _LONG_NUMBER


def is_harmless_value(value: str) -> bool:
    """Tell whether a value cannot be a secret, whatever it is called: a word, a reference, a place, an address."""
    known = is_reference(value) or _HARMLESS_VALUE.fullmatch(value) is not None
    return known or _is_plain_address(value) or _tells_no_secret(value)


def is_reference(value: str) -> bool:
    """Tell whether a value only refers to one: a variable, the vault, a gap in a template, a file."""
    return _REFERENCE.fullmatch(value) is not None


def option_name(item: str) -> str:
    """Return the name of an option whose value may be the next item of a command line; empty if it is none."""
    return item.lstrip("-") if re.fullmatch(r"--?[A-Za-z][\w.-]*", item) else ""


def named_value(item: str) -> tuple[str, str] | None:
    """Return the name and the value if an item of a command line is `--name=value` or `NAME=value`."""
    match = re.fullmatch(
        r"(?s)(?:--?)(?P<option>[A-Za-z][\w.-]*)=(?P<rest>.*)|(?P<name>[A-Za-z_]\w{0,63})=(?P<value>(?!=)\S*)", item
    )
    if match is None:
        return None
    return (match["option"], match["rest"]) if match["option"] else (match["name"], match["value"])


def is_password_option(option: str, programs: set[str]) -> bool:
    """Tell whether a single-letter option gives a password to one of the programs of a command line."""
    return any(_LETTERED.get(program) == option for program in programs)


def named_values(text: str) -> list[tuple[str, int, int]]:
    """Return what a command or a text names, as `NAME=value`, `--name value` or, of a password, `-P value`.

    Returns:
        The name, and where its value starts and ends.
    """
    spans = [
        (match["name"], *_span(match)) for form in (_NAMED_VALUE, _OPTION_AND_VALUE) for match in form.finditer(text)
    ]
    lettered = [match for match in _LETTERED_OPTION.finditer(text) if _LETTERED[match["tool"]] == match["option"]]
    spans += [("password", *_span(match)) for match in lettered]
    return spans


def names_a_secret(text: str) -> bool:
    """Tell whether a text names a value as a secret."""
    return any(has_secret_name(name, text[start:end]) for name, start, end in named_values(text))


def _span(match: re.Match[str]) -> tuple[int, int]:
    return match.span("quoted" if match["quoted"] is not None else "bare")


def _is_plain_address(value: str) -> bool:
    """Tell an address that names no password: neither before its host nor in its query."""
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s\"'<>]*", value) is None:
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    if parts.password or len(parts.username or "") >= _USER_NAME or parts.fragment:
        return False
    query = parse_qsl(parts.query, keep_blank_values=True)
    return not any(name.casefold() in {"sig", "code"} or has_secret_name(name, given) for name, given in query)


def _tells_no_secret(value: str) -> bool:
    """Tell a connection string each part of which is known to hold no secret, as one by managed identity."""
    separator = ";" if ";" in value or "=" in value.partition(",")[0] else ","
    parts = [part.partition("=") for part in value.split(separator) if part.strip()]
    if not parts or (len(parts) == 1 and not parts[0][1]):
        return False
    first, equals, _ = parts[0]
    # Redis names its host first, without a key.
    host = re.fullmatch(r"[\w-]+(\.[\w-]+)+(:\d+)?", first) is not None and not equals
    begins = host or (bool(equals) and _is_known_part(first))
    return begins and all(equals and _is_known_part(name) for name, equals, _ in parts[1:])


def _is_known_part(name: str) -> bool:
    return _CONNECTION_PART.fullmatch(_SEPARATORS.sub("", name).casefold()) is not None
