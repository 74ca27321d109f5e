"""What an environment file would gain from a proposal: keys that it lacks, and values that it has otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assurance.discovery.toml_values import as_value
from assurance.environment import Environment

# By what the items of a list of tables are told apart.
NAMES = ("name", "role", "resource", "control")


def gains(present: Environment, proposed: Environment) -> tuple[str, ...]:
    """Return a line for each key: `+` for one that the file lacks, `~` for one that it has with another value."""
    has = dict(_flat(present.model_dump(mode="json"), ""))
    told = []
    for key, value in _flat(proposed.model_dump(mode="json", exclude_unset=True), ""):
        mine = has.get(key)
        if mine is None and value not in (None, [], {}):
            told.append(f"+ {key} = {_shown(value)}")
        elif mine is not None and mine != value:
            told.append(f"~ {key} = {_shown(mine)}, and init would write {_shown(value)}")
    return tuple(told)


def _flat(value: Any, key: str) -> Iterator[tuple[str, Any]]:  # noqa: ANN401  (JSON values of any kind)
    if isinstance(value, Mapping):
        for name, one in value.items():
            yield from _flat(one, f"{key}.{name}".lstrip("."))
    elif isinstance(value, Sequence) and value and all(isinstance(one, Mapping) for one in value):
        for number, one in enumerate(value):
            yield from _flat(one, f"{key}[{_name(one, number)}]")
    else:
        yield key, value


def _name(item: Mapping[str, Any], number: int) -> str:
    return next((str(item[name]) for name in NAMES if item.get(name)), str(number))


def _shown(value: object) -> str:
    return as_value(value) if value is not None else "nothing"
