"""Resource ids of Azure Resource Manager, and paths to one property inside a resource's JSON."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any


@dataclass(frozen=True, slots=True)
class ResourcePath:
    """One path of Azure Resource Manager: a resource, a collection, or a scope.

    Attributes:
        scope: What stands before the last `/providers/`, lower case, without a trailing slash; "" is the tenant.
        namespace: The resource provider, lower case, or "" for a subscription or a resource group.
        types: The type segments behind the namespace, lower case: ("virtualnetworks", "subnets").
        names: The name segments, lower case; one fewer than `types` if the path is a collection.
    """

    scope: str
    namespace: str
    types: tuple[str, ...]
    names: tuple[str, ...]

    @classmethod
    @lru_cache(maxsize=131_072)
    def parse(cls, path: str) -> ResourcePath:
        """Take a path apart.

        Args:
            path: An id or a request path; repeated and trailing slashes are ignored, as Azure ignores them.
        """
        segments = [segment for segment in path.lower().split("/") if segment]
        if "providers" not in segments:
            return cls("".join(f"/{segment}" for segment in segments), "", (), ())
        last = len(segments) - 1 - segments[::-1].index("providers")
        scope = "".join(f"/{segment}" for segment in segments[:last])
        namespace, *rest = segments[last + 1 :] or [""]
        return cls(scope, namespace, tuple(rest[0::2]), tuple(rest[1::2]))

    @property
    def is_collection(self) -> bool:
        """Whether the path names all resources of a type instead of one resource."""
        return bool(self.types) and len(self.types) > len(self.names)

    @property
    def parent(self) -> str:
        """The id, lower case, of the resource that the last type segment hangs under; the scope for a top-level one."""
        pairs = list(zip(self.types, self.names, strict=False))[: len(self.types) - 1]
        if not pairs:
            return self.scope
        return f"{self.scope}/providers/{self.namespace}" + "".join(f"/{kind}/{name}" for kind, name in pairs)

    @property
    def subscription(self) -> str:
        """The subscription's id in lower case, or "" for a path outside any subscription."""
        segments = self.scope.split("/")
        return segments[2] if len(segments) > 2 and segments[1] == "subscriptions" else ""

    @property
    def resource_group(self) -> str:
        """The resource group's name in lower case, or ""."""
        segments = self.scope.split("/")
        return segments[4] if len(segments) > 4 and segments[3] == "resourcegroups" else ""


def normalized(path: str) -> str:
    """The path in lower case with single slashes, one in front and none behind."""
    return "".join(f"/{segment}" for segment in path.lower().split("/") if segment)


def is_at_or_below(path: str, scope: str) -> bool:
    """Whether a normalized path is a scope or lies in it; by segments, so that `rg1` does not hold `rg10`."""
    return scope == "" or path == scope or path.startswith(f"{scope}/")


# A key, with dots allowed where it stands in quotes, or an item of a list in brackets.
_STEP = re.compile(r"""\.?(?:"(?P<quoted>[^"]+)"|(?P<key>[^.\[\]"]+)|\[(?P<item>[^\]]+)\])""")


def steps(path: str) -> list[str | int]:
    """Take a path apart.

    Args:
        path: Keys joined by dots; a key that holds dots stands in double quotes; an item of a list is chosen in
            brackets, by position or by its `name`.

    Returns:
        One entry a step: a key or a name as text, a position as a number.

    Raises:
        ValueError: The path is empty or cannot be read to its end.
    """
    steps: list[str | int] = []
    position = 0
    while position < len(path):
        match = _STEP.match(path, position)
        if match is None:
            raise ValueError(f"cannot read the property path {path!r} from position {position}")
        item = match.group("item")
        steps.append(int(item) if item and item.lstrip("-").isdigit() else match.group(match.lastgroup or 0))
        position = match.end()
    if not steps:
        raise ValueError("the property path is empty")
    return steps


def change_property(document: dict[str, Any], path: str, value: object) -> None:
    """Set the value at a path; every step but the last must exist.

    Raises:
        KeyError: A step before the last does not exist.
    """
    holder, last = _holder(document, path)
    holder[last] = value


def remove_property(document: dict[str, Any], path: str) -> None:
    """Remove the value at a path.

    Raises:
        KeyError: It does not exist.
    """
    holder, last = _holder(document, path)
    del holder[last]


def _holder(document: dict[str, Any], path: str) -> tuple[Any, str | int]:
    *before, last = steps(path)
    holder: Any = document
    for step in before:
        holder = holder[_index(holder, step, path)]
    return holder, _index(holder, last, path)


def _index(holder: Any, step: str | int, path: str) -> str | int:  # noqa: ANN401 - a level of Azure's JSON
    if isinstance(holder, dict):
        return str(step)
    if not isinstance(holder, list):
        raise KeyError(f"{path!r}: nothing can be chosen with {step!r} in {type(holder).__name__}")
    if isinstance(step, int):
        return step
    for position, item in enumerate(holder):
        if isinstance(item, dict) and item.get("name") == step:
            return position
    raise KeyError(f"{path!r}: no item of the list is named {step!r}")
