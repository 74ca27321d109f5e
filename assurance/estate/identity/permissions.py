"""What a role definition or a deny assignment names, as patterns of operations in which `*` is any text.

Source: "Understand Azure role definitions" and "Understand Azure deny assignments", Microsoft Learn: effective are the
actions that `actions` name and `notActions` do not, and the data actions that `dataActions` name and `notDataActions`
do not; each permission of a definition is reduced by its own exceptions, and the permissions add up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from assurance.world.azure.document import Document

# The last segment of every operation is one of these.
VERBS = ("read", "write", "delete", "action")


@dataclass(frozen=True, slots=True)
class Operations:
    """Operations by patterns, as Azure spells them.

    Attributes:
        control: On resources themselves (Azure Resource Manager).
        data: On what resources hold.
    """

    control: frozenset[str] = frozenset()
    data: frozenset[str] = frozenset()

    def __or__(self, other: Operations) -> Operations:
        return Operations(self.control | other.control, self.data | other.data)

    def beyond(self, needed: Operations) -> tuple[str, ...]:
        """Return, sorted, the patterns that reach further than what is needed.

        Reading the configuration of resources is never beyond: it changes nothing, and neither keys nor data are among
        what it reads. Reading data is.
        """
        control = {
            operation for operation in self.control if not _reads(operation) and not _covered(operation, needed.control)
        }
        return tuple(
            sorted(
                control | {operation for operation in self.data if not _covered(operation, needed.data)},
                key=str.casefold,
            )
        )


def granted(definition: Document) -> Operations:
    """Return what a role definition grants in effect.

    Raises:
        BrokenReading: It has no permissions, or they are not as documented.
    """
    operations = Operations()
    for permission in definition.required_items("properties", "permissions"):
        operations |= Operations(
            _effective(permission.texts("actions"), permission.texts("notActions")),
            _effective(permission.texts("dataActions"), permission.texts("notDataActions")),
        )
    return operations


def takes_from(denial: Document, definition: Document) -> bool:
    """Tell whether a deny assignment takes away any operation for which a role is assigned.

    A role that gives access to data is assigned for that: a denial that leaves its data actions alone takes nothing
    that counts, as that of a deployment stack, which denies changes to resources and not the use of them.
    """
    role = granted(definition)
    wanted = ("dataActions", "notDataActions", role.data) if role.data else ("actions", "notActions", role.control)
    taken, excepted, own = wanted
    return any(
        meets(pattern, operation)
        and not _covered(operation, permission.texts(excepted))
        and not _covered(pattern, permission.texts(excepted))
        for permission in denial.items("properties", "permissions")
        for pattern in permission.texts(taken)
        for operation in own
    )


def covers(wide: str, narrow: str) -> bool:
    """Tell whether every operation that `narrow` names is named by `wide`, too."""
    return _pattern(wide.casefold()).fullmatch(narrow.casefold()) is not None


def meets(one: str, other: str) -> bool:
    """Tell whether two patterns can name the same operation."""
    return _meet(one.casefold(), other.casefold())


def _effective(named: tuple[str, ...], excepted: tuple[str, ...]) -> frozenset[str]:
    left: set[str] = set()
    for pattern in named:
        touched = any(meets(pattern, exception) for exception in excepted)
        parts = _by_verb(pattern) if touched else (pattern,)
        kept = [part for part in parts if not _covered(part, excepted)]
        left.update((pattern,) if len(kept) == len(parts) else kept)
    return frozenset(left)


def _by_verb(pattern: str) -> tuple[str, ...]:
    """Return a pattern with an open end as one pattern for each verb that operations end with."""
    if not pattern.endswith("*"):
        return (pattern,)
    return tuple(f"{pattern}/{verb}" for verb in VERBS)


def _reads(pattern: str) -> bool:
    return pattern.casefold().endswith("/read")


def _covered(pattern: str, by: frozenset[str] | tuple[str, ...]) -> bool:
    return any(covers(granted, pattern) for granted in by)


@lru_cache(maxsize=4096)
def _pattern(folded: str) -> re.Pattern[str]:
    # A `*` of the narrow pattern is a character like others here: only a `*` of the wide one takes it.
    return re.compile(re.escape(folded).replace(r"\*", ".*"), re.DOTALL)


@lru_cache(maxsize=4096)
def _meet(one: str, other: str) -> bool:
    if not one or not other:
        return set(one + other) <= {"*"}
    if one[0] == "*":
        return _meet(one[1:], other) or _meet(one, other[1:])
    if other[0] == "*":
        return _meet(other, one)
    return one[0] == other[0] and _meet(one[1:], other[1:])
