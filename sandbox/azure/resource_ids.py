"""Resource ids of Azure Resource Manager, taken apart by segments and compared without regard to case."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache


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
    @lru_cache(maxsize=4096)
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
