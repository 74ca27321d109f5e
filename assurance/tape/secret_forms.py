"""What a secret looks like: its form, the name of the key or variable that holds it, or its randomness.

Sources: Microsoft's documentation of Azure's key formats (identifiable keys carry a fixed signature), RFC 7519 for JSON
web tokens, and the vendors' own documentation of their token prefixes.
"""

from __future__ import annotations

import base64
import math
import re
from collections import Counter
from itertools import pairwise

from assurance.tape.secret_names import has_secret_name, is_harmless_value, is_reference, names_a_secret

# What introduces a value in text: `name=value`, `name: value`, `"name": "value"`, also with escaped quotes.
_INTRODUCED = (
    r"\\*[\"']?\s*[=:]\s*(?P<quote>\\*[\"'])?"
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
    r"NRAK-[A-Z0-9]{27}", r"SK[0-9a-f]{32}\b", r"key-[0-9a-f]{32}\b", r"xkeysib-[0-9a-f]{64}",  # New Relic
    r"\d{8,10}:AA[\w-]{30,}", r"ntn_\w{30,}", r"figd_[\w-]{30,}", r"sq0[a-z]{3}-[\w-]{22,}",  # Telegram
    r"dp\.(?:pt|st|ct|sa)\.[\w.]{30,}", r"pscale_(?:tkn|pw|oauth)_[\w.-]{30,}", r"sbp_[0-9a-f]{40}",  # Doppler
    r"rubygems_[0-9a-f]{48}", r"oy2[a-z0-9]{43}\b", r"AKC[pb][A-Za-z0-9]{60,}", r"cmVmdGtu[A-Za-z0-9+/=]{30,}",
    r"[A-Za-z0-9]{14}\.atlasv1\.[\w-]{50,}", r"pul-[0-9a-f]{40}",  # Terraform, Pulumi
    r"sntry[su]_[\w=+/-]{30,}", r"dt0[a-z]\d\d\.[A-Z0-9]{24}\.[A-Z0-9]{64}",  # Sentry, Dynatrace
    r"pat[A-Za-z0-9]{14}\.[0-9a-f]{64}", r"PMAK-[0-9a-f]{24}-[0-9a-f]{34}",  # Airtable, Postman
    r"v1\.0-[0-9a-f]{24}-[0-9a-f]{140,}",  # Cloudflare
)  # fmt: skip


_PASSWORDS = r"passw(?:or)?[dt]|kennwort|contrase[n\xf1]a|mot[ _-]de[ _-]passe"
_SECRET_WORDS = rf"(?:{_PASSWORDS}|pwd|passphrase|passcode|secret(?:[ _-]key)?|(?:api|access|account)[ _-]key|token)\b"
_FORM_FIELDS = (
    r"(?:SAML(?:Request|Response)|(?:client_|subject_)?assertion|device_code|code_verifier"
    r"|X-(?:Amz|Goog)-(?:Signature|Security-Token))"
)
_LETTERED = (
    r"(?:\b(?:sqlcmd|bcp|zip)\b[^|;&\r\n]{0,200}?\s-P|\bredis-cli\b[^|;&\r\n]{0,200}?\s-a"
    r"|\b(?:sshpass|mongo(?:sh|dump)|(?:mysql|mariadb)(?:dump)?|(?:az|docker|podman|registry|oras)\s+login)\b[^|;&\r\n]{0,200}?\s-p)"
)
# At, as it is written in addresses, in links, in markup and in JSON that was not read as such.
_AT = r"(?:@|%40|\uff20|&#(?:64|x40);|&commat;|\\u0040)"


def _named(names: str) -> re.Pattern[str]:
    return re.compile(rf"(?i:{names}){_INTRODUCED}")


# Secrets recognised by their form wherever they stand. The named group `secret` is what is replaced.
SECRET_FORMS = tuple(
    (kind, re.compile(form) if isinstance(form, str) else form)
    for kind, form in (
        (
            "private-key",
            (
                r"(?s)(?P<secret>-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----.*?"
                r"(?:-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----|\Z))"
            ),
        ),
        ("private-key", r"(?s)Private-Lines:\s*\d+\s+(?P<secret>.+?)(?=\s+Private-MAC|\Z)"),  # PuTTY
        ("json-web-token", rf"(?P<secret>eyJ[{_LETTERS}_-]{{8,}}\.[{_LETTERS}_-]{{8,}}(?:\.[{_LETTERS}_-]*){{0,3}})"),
        (
            "token",
            rf"\b(?i:Bearer)\s+(?P<secret>(?=[{_LETTERS}._~+/=-]*(?:\d|[a-z][A-Z]))[{_LETTERS}._~+/=-]{{16,}})",
        ),
        ("password", rf"\b[Bb]asic\s+(?P<secret>(?=[{_LETTERS}+/]*(?:[\d=]|[a-z][A-Z]))[{_LETTERS}+/]{{8,}}={{0,2}})"),
        # Headers, as an error or a command quotes them. The challenge of a vault names addresses in this place.
        (
            "token",
            (
                r"(?i)\bauthorization:\s*(?:[a-z]+\s+)?(?!https?:)"
                r"(?P<secret>(?=[^\s\"'<>,;]*[\d=+/])[^\s\"'<>,;]{6,})"
            ),
        ),
        ("token", r"(?i)\bDigest\s[^\r\n]{0,500}?\bresponse=\\*[\"']?(?P<secret>[0-9a-f]{32,})"),
        ("token", r"(?i)\b(?:set-)?cookie:\s*(?P<secret>[^\r\n\"'<>]+)"),
        ("token", rf"(?P<secret>(?:gh[pousr]_[{_LETTERS}]{{30,}}|github_pat_\w{{22,}}|xox[a-z]-[{_LETTERS}-]{{10,}}))"),
        ("token", rf"(?P<secret>\b(?:{'|'.join(_PREFIXES)}))"),
        # Personal access tokens of Azure DevOps: 84 characters with a signature.
        ("token", rf"(?<![{_LETTERS}])(?P<secret>[{_LETTERS}]{{76}}AZDO[{_LETTERS}]{{4}})"),
        ("password", r"(?i)(?<![\w-])(?:-u|--user|--proxy-user)[\s=]+[\"']?[^\s:\"']{1,128}:(?P<secret>[^\s\"']+)"),
        # Programs whose option for a password is a single letter, whose value may follow without a blank.
        ("password", rf"{_LETTERED}\s*[\"']?(?P<secret>[^\s\"'-][^\s\"']{{2,}})"),
        # What forms and links carry.
        ("token", rf"(?i)(?<![A-Za-z]){_FORM_FIELDS}(?:=|%3D)(?P<secret>[^&;\s\"'<>]{{6,}})"),
        # Prose: a word of a sentence about a password has neither a digit nor a sign.
        (
            "password",
            (
                rf"(?i)\b{_SECRET_WORDS}\s*(?:\bis\b|\bwas\b|=>|->|:=|\|)\s*[\"'`]?(?!https?:|/|@Microsoft)"
                r"(?P<secret>(?=[^\s\"'|`]*[\d!$%&*+=@#^~])[^\s\"'|`]{4,})"
            ),
        ),
        ("password", r"(?i)\blogin\s+\S{1,128}\s+password\s+(?P<secret>\S+)"),
        # Docker's and Kubernetes' own files.
        ("password", r"\\*[\"']auth\\*[\"']\s*:\s*\\*[\"'](?P<secret>[A-Za-z0-9+/]{8,}={0,2})"),
        ("token", r"(?<![\w.$-])token\\*[\"']?\s*:\s*\\*[\"']?(?P<secret>(?=[^\s\"',;&<>\\]*\d)[^\s\"',;&<>\\]{8,})"),
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
        ("account-key", _named(r"account_?key|shared_?access_?key(?!name)|(?:api|access|subscription|sas)[-_]?key")),
        ("account-key", _named(r"(?:master|functions?|routing|integration|storage)[-_]?key")),
        (
            "shared-access-signature",
            r"(?i)(?:\bsig|%26sig|SharedAccessSignature)(?:=|%3D)(?P<secret>[^&;\s\"'<>]{8,})",
        ),
        ("function-key", rf"[?&]code=(?P<secret>[{_LETTERS}_/+=%.~-]{{20,}})"),
        ("client-secret", _named(r"client[-_]?secret|secret[-_ ]key|(?<![A-Za-z])secret(?=\\*[\"']?\s*=)")),
        ("password", _named(rf"{_PASSWORDS}|pwd|passphrase")),
        ("token", _named(r"(?:access|refresh|id|auth|bearer|sas|private|vault|session|security|deployment)[-_]?token")),
        ("password", r"(?i)<(?:\w*(?:password|secret|accountkey|accesskey|connectionstring))>(?P<secret>[^<]+)</"),
        ("password", r"(?i)\b[a-z][a-z0-9+.-]*://[^/\s:@\"']*:(?P<secret>[^@\s/\"']+)@"),
        ("token", rf"(?i)\b[a-z][a-z0-9+.-]*://(?P<secret>[{_LETTERS}_-]{{20,}})@"),
        (
            "e-mail-address",
            (
                rf"(?P<secret>(?:\"[^\"\r\n@]{{1,64}}\"|(?<![\w.+#-])[\w.+#-]++(?:'[\w.+#-]++)*+){_AT}"
                r"(?:[\w-]+(?:[.\u3002][\w-]+)*[.\u3002][^\W\d_]{2,}|\[[0-9A-Fa-f.:]+\]))"
            ),
        ),
    )
)
# A text without any of these holds none of the forms; most texts are spared the forms in this way.
TEXT_HINT = re.compile(
    r"(?:key|secret|token|passw(?:or)?[dt]|pwd|passphrase|connectionstring|kennwort|contrase.a|de.passe)\\*[\"']?\s*[=:>|]"
    r"|(?:key|secret|token|passw(?:or)?[dt]|pwd|passphrase|passcode|kennwort)\W{1,3}(?:is|was|->|:=)\W|sig(?:nature)?(?:=|%3D)|code="
    r"|eyJ|(?:bearer|basic)\s|@|%40|PRIVATE KEY|gh[pousr]_|github_pat|xox|sk-|slack|office\.com|discord"
    r"|pagerduty|JQQJ9|==|Q~|\uff20|AZDO|(?:-u|--user|--proxy-user)[\s=]|(?:key|secret|token|passw(?:or)?d|pwd|string)\s"
    r"|gl[a-z]{2,6}-|[spr]k_(?:live|test)_|whsec_|SG\.|npm_|AIza|ya29\.|GOCSPX-|A[KS]IA[0-9A-Z]|pypi-|dckr_pat_|hf_|dapi"
    r"|xapp-|AT[A-Z]TT3|shp[a-z]{2}_|do[opr]_v1_|glsa_|hv[sbr]\.|lin_api_|AGE-SECRET|NRAK-|SK[0-9a-f]{32}|key-[0-9a-f]{32}|xkeysib"
    r"|\d:AA|ntn_|figd_|sq0|dp\.|pscale_|sbp_|rubygems_|oy2|AKC[pb]|cmVmdGtu|atlasv1|pul-|sntry|dt0|pat[a-z0-9]{14}\.|PMAK-|v1\.0-"
    r"|authorization:|cookie:|response=|assertion=|device_code|verifier=|SAMLRe|X-Goog|Security-Token|Private-Lines|auth\\*[\"']"
    r"|sqlcmd|bcp|zip|redis-cli|sshpass|mongo|mysql|mariadb|\slogin\b|&#(?:64|x40);|&commat;|u0040",
    re.I,
)
_URL_SAFE = str.maketrans("-_", "+/")
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


def kind_by_form(value: str) -> str | None:
    """Return what kind of secret a text holds by its form, other than an e-mail address; None if none."""
    if TEXT_HINT.search(value) is None:
        return None
    for kind, form in SECRET_FORMS:
        if kind != "e-mail-address" and any(not is_reference(match["secret"]) for match in form.finditer(value)):
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


def text_in_base64(text: str) -> str | None:
    """Return the text that a word is in base 64; None if it is none, as with almost every hash, id or path."""
    standard = text.rstrip("=").translate(_URL_SAFE)
    if len(standard) % 4 == 1:
        return None
    try:
        decoded = base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True).decode("utf-8")
    except ValueError:
        return None
    return decoded if decoded.isprintable() or "\n" in decoded else None
