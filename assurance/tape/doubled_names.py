"""JSON whose objects may have a name twice, as a text and back."""

from __future__ import annotations

import json
from typing import Any

# In the place of each value of an object that has a name twice.
WITHHELD = "[withheld: a name stands twice in this object]"


class Repeated(str):
    """A name in an object that has a name twice: equal to itself only, so that a dictionary holds each of them."""

    __slots__ = ()
    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other


def parsed(text: bytes | str) -> tuple[Any, bool]:
    """Return the JSON value that a text is, and whether an object in it has a name twice.

    Which value such an object means is open, so nobody judges it (`assurance.tape.strict_json`). Its names stay, each
    as often as it came; its values go, since what they are cannot be known by their names.

    Raises:
        ValueError: It is no JSON.
    """
    doubled = False

    def each(pairs: list[tuple[str, object]]) -> dict[str, object]:
        nonlocal doubled
        found = dict(pairs)
        if len(found) == len(pairs):
            return found
        doubled = True
        return {Repeated(name): WITHHELD for name, _ in pairs}

    return json.loads(text, object_pairs_hook=each), doubled


def written(document: object) -> str:
    """Return a JSON value as text, each repeated name as often as it came."""
    return json.dumps(document, ensure_ascii=False)
