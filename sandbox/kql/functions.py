"""Functions of values, by the names that queries call them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sandbox.kql.arithmetic import binned
from sandbox.kql.table import NUMBERS, Kind, Value, semantic

Apply = Callable[[Sequence[Value]], Value]
Function = Callable[[Sequence[Kind]], tuple[Kind, Apply]]


def _takes(name: str, kinds: Sequence[Kind], *wanted: frozenset[Kind]) -> None:
    """Refuse arguments of another number or of other kinds."""
    if len(kinds) != len(wanted) or any(kind not in known for kind, known in zip(kinds, wanted, strict=False)):
        raise semantic(f"{name}() does not take arguments of types ({', '.join(kinds)})")


_CONDITION: frozenset[Kind] = frozenset({"bool"})
_TEXT: frozenset[Kind] = frozenset({"string"})
_DURATION: frozenset[Kind] = frozenset({"timespan"})
_ANY: frozenset[Kind] = NUMBERS | {"bool", "datetime", "string", "timespan", "dynamic"}


def _iff(kinds: Sequence[Kind]) -> tuple[Kind, Apply]:
    _takes("iff", kinds, _CONDITION, _ANY, _ANY)
    _, yes, no = kinds
    if yes != no and not {yes, no} <= NUMBERS:
        raise semantic(f"iff() has branches of types {yes} and {no}")
    kind: Kind = yes if yes == no else "real" if "real" in (yes, no) else "long"
    return kind, lambda values: values[1] if values[0] is True else values[2]


def _not(kinds: Sequence[Kind]) -> tuple[Kind, Apply]:
    _takes("not", kinds, _CONDITION)
    return "bool", lambda values: None if values[0] is None else not values[0]


def _isnull(kinds: Sequence[Kind]) -> tuple[Kind, Apply]:
    _takes("isnull", kinds, _ANY - _TEXT)
    return "bool", lambda values: values[0] is None


def _bin(kinds: Sequence[Kind]) -> tuple[Kind, Apply]:
    value, size = kinds if len(kinds) == 2 else ("dynamic", "dynamic")
    if (value in NUMBERS and size in NUMBERS) or (value in ("datetime", "timespan") and size == "timespan"):
        return value, lambda values: binned(values[0], values[1])
    raise semantic(f"bin() does not take arguments of types ({', '.join(kinds)})")


FUNCTIONS: Mapping[str, Function] = {"bin": _bin, "iff": _iff, "iif": _iff, "isnull": _isnull, "not": _not}
