"""Takes out of Azure's answers what differs from night to night without a change; pure, with its rules in `noise.toml`.

Two answers about the same state come to equal values: no etags and times, one spelling for ids and regions, keyed or
sorted lists, and no difference between what is null, empty and absent.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, TypeAlias


@cache
def _matcher(pattern: str) -> Callable[[str], object]:
    """Return what tells whether a casefolded text matches; most patterns need no regular expression."""
    text = pattern.casefold()
    within = text.strip("*")
    if "*" in within:
        return re.compile("".join(".*" if segment == "*" else re.escape(segment) for segment in text), re.S).fullmatch
    if not text.startswith("*"):
        return (lambda given: given.startswith(within)) if text.endswith("*") else (lambda given: given == within)
    return (lambda given: within in given) if text.endswith("*") else (lambda given: given.endswith(within))


def matches(pattern: str, text: str) -> bool:
    """Tell whether a pattern matches a text as a whole, in any casing; `*` stands for any text, also for none."""
    return bool(_matcher(pattern)(text.casefold()))


def joined(path: str, key: str) -> str:
    """Return the path of what stands under `key`; the key of a list's item is in brackets."""
    return f"{path}{key}" if key.startswith("[") or not path else f"{path}.{key}"


Values: TypeAlias = Any
"""A JSON value of any kind; `Any` because nothing more is known of what Azure answers."""

# What tells the items of a list apart, the first that all of them have.
IDENTITIES = (
    "name", "id", "key", "type", "value", "ipv4Address", "ipv6Address", "principalId", "server", "revisionName", "fqdn",
)  # fmt: skip
IDENTITY_KEYS = ("id", "name", "type")
REGIONS = frozenset({"location", "locationname", "primarylocation", "secondarylocation"})
_ID = re.compile(r"/(subscriptions|providers)/", re.I)
_TYPE = re.compile(r"microsoft\.[a-z]+(/[\w-]+)+", re.I)


@dataclass(frozen=True, slots=True)
class NoiseRule:
    """One rule of `noise.toml`."""

    reason: str
    path: str = "*"
    type: str = "*"
    values: tuple[str, ...] = ()

    def is_about(self, resource_type: str, path: str) -> bool:
        """Tell whether the rule is about a property of such a resource."""
        return matches(self.type, resource_type) and matches(self.path, path)

    def has(self, value: object) -> bool:
        """Tell whether a value is one that the rule is about."""
        return not self.values or str(value).casefold() in {value.casefold() for value in self.values}


@dataclass(frozen=True, slots=True)
class Noise:
    """All rules of `noise.toml`."""

    properties: tuple[NoiseRule, ...]
    ordered: tuple[NoiseRule, ...]
    events: tuple[NoiseRule, ...]

    def is_event(self, resource_type: str) -> bool:
        """Tell whether what has this type is no part of a deployment's state."""
        return any(matches(rule.type, resource_type) for rule in self.events)


@cache
def noise() -> Noise:
    """Return the rules that ship with the suite."""
    document = tomllib.loads(files(__package__).joinpath("noise.toml").read_text("utf-8"))
    kinds = (tuple(_rule(rule) for rule in document[kind]) for kind in ("property", "ordered", "event"))
    return Noise(*kinds)


def _rule(values: Mapping[str, Any]) -> NoiseRule:
    named: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    return NoiseRule(**named)


@lru_cache(maxsize=65536)
def _noise_at(resource_type: str, path: str) -> tuple[NoiseRule, ...]:
    """Return the rules about a property; remembered, since the resources of a type have much the same ones."""
    return tuple(rule for rule in _noise_of(resource_type) if matches(rule.path, path))


@cache
def _noise_of(resource_type: str) -> tuple[NoiseRule, ...]:
    return tuple(rule for rule in noise().properties if matches(rule.type, resource_type))


def normalised(values: Mapping[str, object], resource_type: str) -> dict[str, Values]:
    """Return a resource's values without noise; its own id, name and type are left out, they say which one it is.

    Lists of objects become tables by what tells the objects apart, with keys in brackets, so that paths are stable.
    """
    own = {key: value for key, value in values.items() if key not in IDENTITY_KEYS}
    normal = _Walk(resource_type).of("", own)
    return normal if isinstance(normal, dict) else {}


@dataclass(frozen=True, slots=True)
class _Walk:
    """The way through one resource's values."""

    type: str

    def of(self, path: str, value: object) -> Values:
        if isinstance(value, Mapping):
            return self._object(path, value)
        if isinstance(value, list):
            return self._list(path, value)
        if isinstance(value, str):
            return _text(path, value)
        if isinstance(value, float) and value.is_integer():
            return int(value)
        return value

    def _object(self, path: str, value: Mapping[str, object]) -> dict[str, Values]:
        found: dict[str, Values] = {}
        for key, item in value.items():
            here = joined(path, str(key))
            if any(rule.has(item) for rule in _noise_at(self.type, here)):
                continue
            walked = self.of(here, item)
            # That an id is named says something, whatever stands under it: so are identities attached.
            if not _is_empty(walked) or _ID.match(str(key)):
                found[_text("", str(key))] = walked
        return dict(sorted(found.items()))

    def _list(self, path: str, items: Sequence[object]) -> Values:
        key = _identity(items)
        if key is not None:
            keyed = {f"[{str(item[key]).rstrip('/').casefold()}]": item for item in items if isinstance(item, Mapping)}
            return self._object(path, keyed)
        walked = [walked_item for walked_item in (self.of(path, item) for item in items) if not _is_empty(walked_item)]
        if len(walked) == 1 and isinstance(walked[0], dict):
            return {"[only]": walked[0]}
        if any(isinstance(item, dict) for item in walked):
            return {f"[{_canonical(item)}]": item for item in sorted(walked, key=_canonical)}
        ordered = any(rule.is_about(self.type, path) for rule in noise().ordered)
        return walked if ordered else sorted(walked, key=_canonical)


def _identity(items: Sequence[object]) -> str | None:
    """Return the key that tells the objects of a list apart; None for other lists."""
    objects = [item for item in items if isinstance(item, Mapping)]
    if not objects or len(objects) < len(items):
        return None
    for key in IDENTITIES:
        if all(isinstance(item.get(key), str) and item.get(key) for item in objects):
            counted = Counter(str(item[key]).casefold() for item in objects)
            if max(counted.values()) == 1:
                return key
    return None


def _text(path: str, text: str) -> str:
    stripped = text.strip()
    if _ID.match(stripped) or _TYPE.fullmatch(stripped):
        return stripped.rstrip("/").casefold()
    if path.rpartition(".")[2].casefold() in REGIONS:
        return stripped.replace(" ", "").casefold()
    return stripped


def _is_empty(value: Values) -> bool:
    return value is None or value in ("", [], {})


def _canonical(value: Values) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
