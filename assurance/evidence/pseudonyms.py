"""Which parts of a pack tell whose deployment it is, and the pseudonym of each.

Replaced are: every GUID that is not Azure's own; the names of resources and groups, as the environment file and Azure's
ids have them, where they are more than one plain word; the labels of host names that a customer chose; e-mail
addresses; the opaque tokens by which lists go on. One value has one pseudonym in every casing, file, URL and answer.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Any
from urllib.parse import quote, quote_plus

from assurance.estate.identity.identity import BUILT_IN_ROLES, EVERYONE

GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.I)
_SEGMENT = r"[^/\"'\\\s?&#,;()<>|{}\[\]]+"
_GROUP = re.compile(rf"/resourceGroups/(?P<name>{_SEGMENT})", re.I)
_PROVIDER = re.compile(rf"/providers/Microsoft\.[A-Za-z.]+(?P<path>(?:/{_SEGMENT}/{_SEGMENT})+)", re.I)
_HOST = re.compile(r"(?<![\w.@/-])(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(?![\w-])", re.I)
_URL_HOST = re.compile(r"https?://(?P<host>[a-z0-9.-]+)", re.I)
_E_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@(?:[\w-]+\.)+[a-z]{2,}", re.I)
_OPAQUE = re.compile(r"[$&?]\$?skip_?token=(?P<token>[^&\"'\s\\]{8,})", re.I)
_COMPONENT = re.compile(r"[a-z0-9]+")
# Words that say what a resource is for and not whose it is.
_ORDINARY = frozenset({"backup", "copy", "export", "restore", "replica", "before", "migration", "nic", "default"})
_DISTINCTIVE = re.compile(r"(?=.*[0-9-])[a-z0-9][a-z0-9_.-]{4,}", re.I)
_PLAIN = re.compile(r"[a-z0-9][a-z0-9_.-]{4,}", re.I)
# Parts of Azure's own vocabulary that stand where names stand.
_NOT_NAMED = frozenset({"locations", "pricings", "roledefinitions", "securescores", "policydefinitions", "apiversions"})
_MICROSOFT = (
    "windows.net", "azure.com", "azure.net", "azurecontainerapps.io", "azurecr.io", "azurewebsites.net", "azure.us",
    "azure.cn", "chinacloudapi.cn", "usgovcloudapi.net", "microsoft.com", "microsoftonline.com", "microsoftonline.us",
    "microsoft.us", "windows.us", "office.com", "trafficmanager.net", "azurefd.net", "azure-api.net", "msidentity.com",
)  # fmt: skip
# Keys of an environment file under which a resource is named; flows have names of the file's own.
_NAMING = frozenset(
    {
        *("name", "resource_group", "zone_resource_group", "network_security_group", "subnet", "environment", "app"),
        *("job", "image", "registry", "workspace", "component", "database", "repository", "dashboard"),
    }
)
_UNIQUE = frozenset({"services", "resource_group"})
SHORTEST = 5
# GUIDs that begin so are nobody's: they stand for what is not there, in checks as in answers.
PLACEHOLDER = "00000000-0000-"


class Pseudonyms:
    """Gives pseudonyms; the same value gets the same one for as long as the secret is the same.

    Args:
        secret: What the pseudonyms are derived with; without it they cannot be turned back or guessed from.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def table(self, texts: Iterable[str], environment: Mapping[str, Any], also: Iterable[str]) -> dict[str, str]:
        """Return what replaces what.

        Args:
            texts: All that the pack holds.
            environment: The values of its environment file.
            also: Further words to be replaced, such as the name of a company.
        """
        held = list(texts)
        location = str(environment["location"]).casefold()
        table: dict[str, str] = {}
        for word in also:
            table |= self._forms(word, f"word-{self._hex('word', word)[:10]}")
        # Pseudonyms stand in the order of what they replace: what is told sorted stays told so.
        for rank, guid in enumerate(sorted(_guids(held)), 1):
            token = self._guid(guid, rank)
            table |= {guid: token, guid.replace("-", ""): token.replace("-", "")}
        declared = _declared_names(environment)
        names = declared | _names_in(held)
        hosts = _hosts(held, declared_texts(environment))
        labels = {label for host in hosts for label in _own_labels(host)} - {location}
        ranks = {name: rank for rank, name in enumerate(sorted(names | labels), 1)}
        table |= {name: self._name(name, ranks, declared) for name in ranks}
        for rank, host in enumerate(sorted(host for host in hosts if not _is_microsoft(host)), 1):
            table[host] = f"h{rank:04d}{self._hex('host', host)[:6]}.example"
        for address in {address.casefold() for text in held for address in _E_MAIL.findall(text)}:
            table |= self._forms(address, f"p{self._hex('e-mail', address)[:10]}@example.invalid")
        for opaque in {match.group("token") for text in held for match in _OPAQUE.finditer(text)}:
            table |= self._forms(opaque, f"t{self._hex('token', opaque)[:16]}")
        return {original: token for original, token in table.items() if len(original) >= SHORTEST}

    def _hex(self, kind: str, value: str) -> str:
        return hmac.new(self._secret, f"{kind}\n{value.casefold()}".encode(), hashlib.sha256).hexdigest()

    def _name(self, name: str, ranks: Mapping[str, int], declared: Set[str]) -> str:
        """Return the pseudonym of a name; one that begins with a declared name, such as a copy's, still does."""
        begins = max(
            (prefix for prefix in declared if name.startswith((f"{prefix}-", f"{prefix}_"))), key=len, default=""
        )
        if name in declared or not begins:
            return f"n{ranks[name]:04d}{self._hex('name', name)[:6]}"

        def component(match: re.Match[str]) -> str:
            word = match.group()
            ordinary = word.isdigit() or word in _ORDINARY
            return word if ordinary else f"n{ranks[name]:04d}{self._hex('component', word)[:6]}"

        return self._name(begins, ranks, declared) + _COMPONENT.sub(component, name[len(begins) :])

    def _guid(self, value: str, rank: int) -> str:
        digits = self._hex("guid", value)
        return f"{rank:08x}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:32]}"

    @staticmethod
    def _forms(value: str, token: str) -> dict[str, str]:
        """Return a value in the forms that it takes in URLs too."""
        return {value: token, quote(value, safe=""): quote(token, safe=""), quote_plus(value): quote_plus(token)}


def _guids(texts: Iterable[str]) -> set[str]:
    """Return the GUIDs that are not Azure's own: built-in roles are the same everywhere, and are judged by their id."""
    own = {EVERYONE, *BUILT_IN_ROLES.values()}
    guids: set[str] = set()
    for text in texts:
        guids |= {guid.casefold() for guid in GUID.findall(text)}
        own |= _built_in_roles(text)
    return {guid for guid in guids - own if not guid.startswith(PLACEHOLDER)}


def _built_in_roles(text: str) -> set[str]:
    """Return the ids of the built-in roles whose definitions an answer holds."""
    if '"BuiltInRole"' not in text:
        return set()
    try:
        waiting: list[object] = [json.loads(text)]
    except (ValueError, RecursionError):
        return set()
    roles: set[str] = set()
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            properties = value.get("properties")
            if isinstance(properties, dict) and properties.get("type") == "BuiltInRole":
                roles.add(str(value.get("name")).casefold())
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return roles


def _declared_names(environment: Mapping[str, Any]) -> set[str]:
    """Return the names that an environment file gives to resources; those unique in all Azure even if plain words."""
    names: set[str] = set()
    for path, value in _leaves(environment, ()):
        top_level = len(path) == 1 and path[0] != "resource_group"  # the environment's own name, and its description
        if top_level or path[-1] not in _NAMING:
            continue
        if any("flow" in part or part == "roles" for part in path):
            continue
        form = _PLAIN if path[0] in _UNIQUE and "private_endpoint" not in path else _DISTINCTIVE
        if form.fullmatch(value):
            names.add(value.casefold())
    return names


def _names_in(texts: Iterable[str]) -> set[str]:
    """Return the names that stand in Azure's resource ids, where they are more than one plain word."""
    names: set[str] = set()
    for text in texts:
        names |= {match["name"].casefold() for match in _GROUP.finditer(text)}
        for match in _PROVIDER.finditer(text):
            parts = match["path"].split("/")[1:]
            pairs = zip(parts[::2], parts[1::2], strict=True)
            names |= {name.casefold() for kind, name in pairs if kind.casefold() not in _NOT_NAMED}
    return {name for name in names if _DISTINCTIVE.fullmatch(name) and "." not in name and not GUID.fullmatch(name)}


def _hosts(texts: Iterable[str], declared: Iterable[str]) -> set[str]:
    """Return host names: those that are declared, those of URLs, and those below Microsoft's domains."""
    hosts = {host.casefold() for text in declared for host in _HOST.findall(text)}
    for text in texts:
        hosts |= {match["host"].casefold() for match in _URL_HOST.finditer(text) if "." in match["host"]}
        hosts |= {host.casefold() for host in _HOST.findall(text) if _is_microsoft(host.casefold())}
    return {host for host in hosts if re.search(r"[a-z]{2,}$", host) and not host.endswith((".invalid", ".example"))}


def _is_microsoft(host: str) -> bool:
    return host.endswith(_MICROSOFT) or host.startswith("microsoft.")


def _own_labels(host: str) -> list[str]:
    """Return the labels of a host below Microsoft's domains that a customer chose, or that were made for one."""
    if not _is_microsoft(host) or "privatelink" in host.split(".")[0]:
        return []
    return [label for label in host.split(".")[:-2] if _DISTINCTIVE.fullmatch(label)]


def declared_texts(values: Mapping[str, Any]) -> Iterator[str]:
    """Give every text that an environment file declares."""
    for _, value in _leaves(values, ()):
        yield value


def _leaves(value: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Give every text of a document with the keys that lead to it."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(item, (*path, str(key)))
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _leaves(item, path)
    elif isinstance(value, str):
        yield path, value
