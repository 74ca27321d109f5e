"""The form of the expressions of ARM templates: constants, calls, and what is taken out of what they come to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

TOKEN = re.compile(r"\s*(?:(?P<number>-?\d+)|'(?P<text>(?:[^']|'')*)'|(?P<name>[A-Za-z_][\w]*)|(?P<mark>[()\[\],.]))")


class NotUnderstood(Exception):  # noqa: N818  (it does not leave this room)
    """An expression uses what is not known here; its value is taken to be unknown."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A number or a text."""

    value: int | str


@dataclass(frozen=True, slots=True)
class Access:
    """What stands under a key of a value; `text` is the whole expression."""

    of: Node
    key: Node
    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments, its name in lower case; `text` is the whole expression."""

    name: str
    arguments: tuple[Node, ...]
    text: str


Node: TypeAlias = Constant | Access | Call
"""A part of an expression."""


@lru_cache(maxsize=4096)
def parsed(text: str) -> Node:
    """Return an expression by its parts.

    Args:
        text: The expression without its brackets.

    Raises:
        NotUnderstood: It has another form.
    """
    parser = _Parser(text)
    node = parser.expression()
    parser.end()
    return node


class _Parser:
    """Reads one expression from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._whole = f"[{text}]"
        self._place = 0

    def end(self) -> None:
        if self._text[self._place :].strip():
            raise NotUnderstood

    def expression(self) -> Node:
        token = self._next()
        node: Node
        if token.lastgroup == "number":
            node = Constant(int(token["number"]))
        elif token.lastgroup == "text":
            node = Constant(token["text"].replace("''", "'"))
        elif token.lastgroup == "name":
            node = self._call(token["name"])
        else:
            raise NotUnderstood
        return self._accessed(node)

    def _accessed(self, node: Node) -> Node:
        while (mark := self._peek()) in {".", "["}:
            self._next()
            key: Node
            if mark == ".":
                key = Constant(self._next()["name"])
            else:
                key = self.expression()
                self._expect("]")
            node = Access(node, key, self._whole)
        return node

    def _call(self, name: str) -> Node:
        while self._peek() == ".":  # a function of the template itself: namespace.name(...)
            self._next()
            name = f"{name}.{self._next()['name']}"
        self._expect("(")
        arguments: list[Node] = []
        while self._peek() != ")":
            arguments.append(self.expression())
            if self._peek() == ",":
                self._next()
        self._expect(")")
        return Call(name.casefold(), tuple(arguments), self._whole)

    def _next(self) -> re.Match[str]:
        token = TOKEN.match(self._text, self._place)
        if token is None:
            raise NotUnderstood
        self._place = token.end()
        return token

    def _peek(self) -> str:
        token = TOKEN.match(self._text, self._place)
        return token["mark"] or "" if token is not None else ""

    def _expect(self, mark: str) -> None:
        if self._next()["mark"] != mark:
            raise NotUnderstood
