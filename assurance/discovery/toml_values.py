"""Keys and values as TOML writes them on one line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import tomli_w


def as_key(name: str) -> str:
    """Return a key, quoted where it must be."""
    return tomli_w.dumps({name: 0}).removesuffix(" = 0\n")


def as_value(value: object) -> str:
    """Return a value on one line: tables are inline tables.

    Raises:
        TypeError: It is none of TOML's values.
    """
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{as_key(key)} = {as_value(one)}" for key, one in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(as_value, value)) + "]"
    return tomli_w.dumps({"value": value}).removeprefix("value = ").removesuffix("\n")
