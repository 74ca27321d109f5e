"""Writes values as TOML: a run keeps what it was told of its environment in the form in which that is read."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

# What TOML and JSON have in common.
Value = str | int | float | bool | Sequence["Value"] | Mapping[str, "Value"]

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def toml_text(document: Mapping[str, Value]) -> str:
    """Return `document` as TOML 1.0, which reads back as the same values.

    Raises:
        TypeError: It holds what TOML has no form for, such as None.
    """
    return "\n".join(_table(document, "")).strip() + "\n"


def _table(table: Mapping[str, Value], name: str) -> list[str]:
    """Return the lines of a table: its plain values first, since what follows a header belongs to that header."""
    plain = {key: value for key, value in table.items() if not _is_nested(value)}
    lines = [f"{_key(key)} = {_inline(value)}" for key, value in plain.items()]
    for key, value in table.items():
        inner = f"{name}.{_key(key)}" if name else _key(key)
        if isinstance(value, Mapping):
            lines += ["", f"[{inner}]", *_table(value, inner)]
        elif key not in plain and isinstance(value, Sequence) and not isinstance(value, str):
            for item in value:
                if isinstance(item, Mapping):
                    lines += ["", f"[[{inner}]]", *_table(item, inner)]
    return lines


def _is_nested(value: Value) -> bool:
    """Tell whether a value is a table, or a list of tables only."""
    if isinstance(value, str) or not isinstance(value, Sequence):
        return isinstance(value, Mapping)
    return len(value) > 0 and all(isinstance(item, Mapping) for item in value)


def _inline(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(key)} = {_inline(item)}" for key, item in value.items()) + "}"
    if isinstance(value, Sequence):
        return "[" + ", ".join(_inline(item) for item in value) + "]"
    raise TypeError(f"TOML has no form for {value!r}")


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else _text(key)


def _text(text: str) -> str:
    # A JSON string is a basic string of TOML, but for the delete character, which TOML wants escaped.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
