"""Paths to one property inside a resource's JSON: `properties.subnets[snet-a].properties.addressPrefix`."""

from __future__ import annotations

import re
from typing import Any

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
    found: list[str | int] = []
    position = 0
    while position < len(path):
        match = _STEP.match(path, position)
        if match is None:
            raise ValueError(f"cannot read the property path {path!r} from position {position}")
        item = match.group("item")
        found.append(int(item) if item and item.lstrip("-").isdigit() else match.group(match.lastgroup or 0))
        position = match.end()
    if not found:
        raise ValueError("the property path is empty")
    return found


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
