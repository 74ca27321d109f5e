"""What a secret looks like: its form, the name of the key or variable that holds it, or its randomness.

Sources: Microsoft's documentation of Azure's key formats (identifiable keys carry a fixed signature), RFC 7519 for JSON
web tokens, and the vendors' own documentation of their token prefixes.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from functools import lru_cache
from itertools import pairwise

from assurance.tape.secret_names import has_secret_name, is_harmless_value, is_reference, names_a_secret

# What introduces a value in text: `name=value`, `name: value`, `"name": "value"`, also with escaped quotes.
_INTRODUCED = (
    r"\\?[\"']?\s*[=:]\s*(?P<quote>\\?[\"'])?"
    r"(?P<secret>(?(quote)(?:(?!(?P=quote)).)+|(?:[^;\"'\r\n<>]{1,128}(?=;)|[^;\s\"'<>]+)))"
)
_LETTERS = r"A-Za-z0-9"
_WEBHOOK_HOSTS = r"(?:hooks\.slack\.com/\w+|webhook\.office\.com/\w+|discord(?:app)?\.com/api/webhooks)"


# Tokens that their vendors begin in one way, so that scanners find them.
_PREFIXES = (
    r"gl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|soat|ffct)-[\w.-]{20,}",  # GitLab
    r"(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,}", r"whsec_[A-Za-z0-9+/=]{16,}",  # Stripe
    r"SG\.[\w-]{16,}\.[\w-]{16,}",  # SendGrid
    r"npm_[A-Za-z0-9]{30,}", r"pypi-[\w-]{32,}", r"dckr_pat_[\w-]{20,}",  # registries of packages and images
    r"AIza[\w-]{35}", r"ya29\.[\w-]{20,}", r"GOCSPX-[\w-]{20,}",  # Google
    r"A[KS]IA[0-9A-Z]{16}\b",  # Amazon
    r"hf_[A-Za-z0-9]{30,}", r"dapi[0-9a-f]{32}", r"xapp-[A-Za-z0-9-]{20,}",  # Hugging Face, Databricks, Slack
    r"AT[A-Z]TT3[\w=-]{30,}", r"shp[a-z]{2}_[0-9a-fA-F]{32}", r"do[opr]_v1_[0-9a-f]{64}",  # Atlassian, Shopify
    r"glsa_\w{32,}", r"hv[sbr]\.[\w-]{20,}", r"lin_api_[A-Za-z0-9]{32,}", r"AGE-SECRET-KEY-1[0-9A-Z]{50,}",
)  # fmt: skip


def _named(names: str) -> re.Pattern[str]:
    return re.compile(rf"(?i:{names}){_INTRODUCED}")


# Secrets recognised by their form wherever they stand. The named group `secret` is what is replaced.
SECRET_FORMS = tuple(
    (kind, re.compile(form) if isinstance(form, str) else form)
    for kind, form in (
        (
            "private-key",
            r"(?s)(?P<secret>-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z))",
        ),
        ("json-web-token", rf"(?P<secret>eyJ[{_LETTERS}_-]{{8,}}\.[{_LETTERS}_-]{{8,}}(?:\.[{_LETTERS}_-]*){{0,3}})"),
        (
            "token",
            rf"\b(?i:Bearer)\s+(?P<secret>(?=[{_LETTERS}._~+/=-]*(?:\d|[a-z][A-Z]))[{_LETTERS}._~+/=-]{{16,}})",
        ),
        ("password", rf"\b[Bb]asic\s+(?P<secret>(?=[{_LETTERS}+/]*(?:[\d=]|[a-z][A-Z]))[{_LETTERS}+/]{{8,}}={{0,2}})"),
        ("token", rf"(?P<secret>(?:gh[pousr]_[{_LETTERS}]{{30,}}|github_pat_\w{{22,}}|xox[a-z]-[{_LETTERS}-]{{10,}}))"),
        ("token", rf"(?P<secret>\b(?:{'|'.join(_PREFIXES)}))"),
        # Personal access tokens of Azure DevOps: 84 characters with a signature.
        ("token", rf"(?<![{_LETTERS}])(?P<secret>[{_LETTERS}]{{76}}AZDO[{_LETTERS}]{{4}})"),
        ("password", r"(?i)(?<![\w-])(?:-u|--user|--proxy-user)[\s=]+[\"']?[^\s:\"']{1,128}:(?P<secret>[^\s\"']+)"),
        # An option and its value; a word of a sentence about an option has neither a digit nor a sign.
        (
            "named-secret",
            (
                r"(?i)(?<![\w-])--?[\w-]*(?:passw(?:or)?d|pwd|secret|token|key|connection-?string)[\s=]+[\"']?"
                r"(?P<secret>(?=[^\s\"']*[\d=+/;!$])[^\s\"'-][^\s\"']{3,})"
            ),
        ),
        ("account-key", rf"(?P<secret>\bsk-(?=[\w-]*\d)[{_LETTERS}_-]{{20,}})"),
        ("webhook", rf"(?i){_WEBHOOK_HOSTS}/(?P<secret>[^\s\"'<>?]{{8,}})"),
        ("account-key", r"(?i)pagerduty\.com/[^\s\"']*?(?P<secret>\b[0-9a-z]{32}\b)"),
        # Keys of Azure AI services: 84 characters with a signature in the middle.
        ("account-key", rf"(?P<secret>[{_LETTERS}]{{52}}JQQJ9[9DH][{_LETTERS}]{{26}}(?:[{_LETTERS}]{{2}}==)?)"),
        # Keys of storage and Cosmos DB accounts: 64 bytes in base 64.
        ("account-key", rf"(?<![{_LETTERS}+/])(?P<secret>[{_LETTERS}+/]{{86}}==)"),
        # Client secrets of Microsoft Entra: 40 characters with a signature.
        ("client-secret", r"(?<![\w~.-])(?P<secret>[\w~.-]{3}\dQ~[\w~.-]{31,34})"),
        (
            "instrumentation-key",
            r"(?i)InstrumentationKey\\?[\"']?\s*[=:]\s*\\?[\"']?(?P<secret>[0-9a-f-]{32,36})",
        ),
        ("account-key", _named(r"account_?key|shared_?access_?key(?!name)|(?:api|access|subscription)[-_]?key")),
        ("account-key", _named(r"(?:master|functions?|routing|integration|storage)[-_]?key")),
        (
            "shared-access-signature",
            r"(?i)(?:\bsig|%26sig|SharedAccessSignature)(?:=|%3D)(?P<secret>[^&;\s\"'<>]{8,})",
        ),
        ("function-key", rf"[?&]code=(?P<secret>[{_LETTERS}_/+=%.~-]{{20,}})"),
        ("client-secret", _named(r"client[-_]?secret|(?<![A-Za-z])secret(?=\\?[\"']?\s*=)")),
        ("password", _named(r"passw(?:or)?d|pwd|passphrase")),
        ("token", _named(r"(?:access|refresh|id|auth|bearer|sas)[-_]?token")),
        ("password", r"(?i)<(?:\w*(?:password|secret|accountkey|accesskey|connectionstring))>(?P<secret>[^<]+)</"),
        ("password", r"(?i)\b[a-z][a-z0-9+.-]*://[^/\s:@\"']*:(?P<secret>[^@\s/\"']+)@"),
        ("token", rf"(?i)\b[a-z][a-z0-9+.-]*://(?P<secret>[{_LETTERS}_-]{{20,}})@"),
        (
            "e-mail-address",
            r"(?P<secret>(?<![\w.+#-])[\w.+#-]++(?:'[\w.+#-]++)*+(?:@|%40|\uff20)[\w-]+(?:[.\u3002][\w-]+)*[.\u3002][^\W\d_]{2,})",
        ),
    )
)
# A text without any of these holds none of the forms; most texts are spared the forms in this way.
TEXT_HINT = re.compile(
    r"(?:key|secret|token|passw(?:or)?d|pwd|passphrase|connectionstring)\\?[\"']?\s*[=:>]|sig(?:nature)?(?:=|%3D)|code="
    r"|eyJ|(?:bearer|basic)\s|@|%40|PRIVATE KEY|gh[pousr]_|github_pat|xox|sk-|slack|office\.com|discord"
    r"|pagerduty|JQQJ9|==|Q~|\uff20|AZDO|(?:-u|--user|--proxy-user)[\s=]|(?:key|secret|token|passw(?:or)?d|pwd|string)\s"
    r"|gl[a-z]{2,6}-|[spr]k_(?:live|test)_|whsec_|SG\.|npm_|AIza|ya29\.|GOCSPX-|A[KS]IA[0-9A-Z]|pypi-|dckr_pat_|hf_|dapi"
    r"|xapp-|AT[A-Z]TT3|shp[a-z]{2}_|do[opr]_v1_|glsa_|hv[sbr]\.|lin_api_|AGE-SECRET",
    re.I,
)
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


def tells_of_a_person(claim: str) -> bool:
    """Tell whether a claim of a token may tell of a person: all do but those that are known not to."""
    bare = claim.lower()
    return bare not in _CLAIMS_KEPT and not bare.endswith(_CLAIM_ENDINGS_KEPT)


_DATE = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)?")
_OPAQUE = re.compile(r"[A-Za-z0-9+/_~.=-]{24,}")
_NAMES_A_DIGEST = re.compile(
    r"(^|[_.:/-])(git|commit|sha\d*|digest|hash|checksum|revision|rev|build|release|image|etag|\w*(?<=[a-z_])id|guid|uuid"
    r"|fingerprint|thumbprint)([_.:/-]|$)|[a-z](Commit|Sha\d*|Digest|Hash|Checksum|Revision|Id|Guid|Thumbprint)$",
    re.I,
)
_CONNECTION = re.compile(r"CONN(ECTION)?[_-]?STR", re.I)
_VERSION = re.compile(r"v?\d+\.\d+(\.\d+)*([-+][\w.+-]*)?")
_HEXADECIMAL = re.compile(r"[0-9a-f]+", re.I)
# Below these shares of adjacent characters of different classes a string reads as words, above them as a key. Random
# base 64 has 0.65 of them, random base 36 has 0.40; CamelCase words have fewer than 0.3.
_MIXED_CASE_CHANGES = 0.4
_ONE_CASE_CHANGES = 0.25
_MIN_ENTROPY_BITS = 2.8
_MIN_SEGMENT = 16


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


def kind_by_form(value: str) -> str | None:
    """Return what kind of secret a text holds by its form, other than an e-mail address; None if none."""
    if TEXT_HINT.search(value) is None:
        return None
    for kind, form in SECRET_FORMS:
        if kind != "e-mail-address" and any(not is_reference(one["secret"]) for one in form.finditer(value)):
            return kind
    return None


def secret_kind(name: str, value: str) -> str | None:
    """Return what kind of secret an environment variable holds in plain text, or None if it seems to hold none.

    Recognised by form (keys, tokens, connection strings), by a telling name, or as a long string that looks random.
    """
    by_form = kind_by_form(value)
    if by_form is not None:
        return by_form
    if is_harmless_value(value):
        return None
    if has_secret_name(name, value):
        return "connection-string" if _CONNECTION.search(name) else "named-secret"
    if names_a_secret(value):
        return "named-secret"
    is_digest = _NAMES_A_DIGEST.search(name) and _HEXADECIMAL.fullmatch(value)
    return "opaque-string" if _OPAQUE.fullmatch(value) and not is_digest and _looks_random(value) else None


def _looks_random(value: str) -> bool:
    """Tell a generated key from words, paths, host names and GUIDs."""
    if _VERSION.fullmatch(value):
        return False
    if value.endswith("=") or re.search(r"[A-Za-z0-9]\+[A-Za-z0-9]", value):
        return _changes(value) > _MIXED_CASE_CHANGES
    longest = max(re.split(r"[^A-Za-z0-9]+", value), key=len)
    if len(longest) < _MIN_SEGMENT or _entropy_bits(longest) < _MIN_ENTROPY_BITS:
        return False
    one_case = longest.islower() or longest.isupper()
    return _changes(longest) > (_ONE_CASE_CHANGES if one_case else _MIXED_CASE_CHANGES)


def _changes(value: str) -> float:
    """Return the share of adjacent characters that are of different classes: lower, upper, digit, other."""
    classes = [(c.islower(), c.isupper(), c.isdigit()) for c in value]
    return sum(left != right for left, right in pairwise(classes)) / max(1, len(value) - 1)


def _entropy_bits(value: str) -> float:
    """Return the entropy of a character of `value`, in bits."""
    counts = Counter(value)
    return -sum(count / len(value) * math.log2(count / len(value)) for count in counts.values())
