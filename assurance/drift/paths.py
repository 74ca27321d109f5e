"""Paths into normalised values, such as `properties.securityRules[denyall].properties.access`, and patterns of them."""

from __future__ import annotations

import re
from functools import cache


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile("".join(".*" if one == "*" else re.escape(one) for one in pattern.casefold()), re.S)


def matches(pattern: str, text: str) -> bool:
    """Tell whether a pattern matches a text as a whole, in any casing; `*` stands for any text, also for none."""
    return _compiled(pattern).fullmatch(text.casefold()) is not None


def joined(path: str, key: str) -> str:
    """Return the path of what stands under `key`; the key of a list's item is in brackets."""
    return f"{path}{key}" if key.startswith("[") or not path else f"{path}.{key}"
