"""Replaces many texts at once, in any casing and in one pass, so that a replacement is never replaced again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

# The end of a text within the tree; no text holds it as a key, since keys are single characters.
END = ""
Tree = dict[str, Any]  # Any: trees within trees


class Substitution:
    """Replaces each key of a table by its value wherever it stands; of two that begin alike, the longer one.

    Args:
        table: What replaces what; keys are compared without regard to case.
    """

    def __init__(self, table: Mapping[str, str]) -> None:
        self.table = {original.casefold(): token for original, token in table.items() if original}
        tree: Tree = {}
        for original in self.table:
            _grow(tree, original)
        # A pattern by common beginnings: a plain list of thousands of texts would be tried one by one at each place.
        self._pattern = re.compile(_pattern(tree), re.I) if tree else None

    def text(self, text: str) -> str:
        """Return a text with all replaced."""
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda match: self.table[match.group().casefold()], text)

    def content(self, content: bytes) -> bytes:
        """Return bytes with all replaced; what is no UTF-8 in them stays."""
        return self.text(content.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")

    def left_in(self, content: bytes) -> list[str]:
        """Return the originals that still stand in some bytes."""
        if self._pattern is None:
            return []
        found = self._pattern.findall(content.decode("utf-8", "surrogateescape"))
        return sorted({match.casefold() for match in found})


def _grow(tree: Tree, text: str) -> None:
    for character in text:
        tree = tree.setdefault(character, {})
    tree[END] = {}


def _pattern(tree: Tree) -> str:
    """Return the pattern of what a tree holds; the longest branch is tried first, and the end of a text last."""
    branches = [re.escape(character) + _pattern(below) for character, below in tree.items() if character != END]
    if not branches:
        return ""
    if END in tree:
        return f"(?:{'|'.join(branches)})?"
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"
