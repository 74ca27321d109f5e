"""Goes through the tokens of a query."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sandbox.kql.errors import KqlError, syntax
from sandbox.kql.tokens import Token, tokens_of

T = TypeVar("T")


class TokenReader:
    """Looks at tokens, and takes them one after the other."""

    def __init__(self, query: str) -> None:
        self._tokens = tokens_of(query)
        self._next = 0

    @property
    def token(self) -> Token:
        """The token that comes next."""
        return self._tokens[self._next]

    def after(self) -> Token:
        """The token after the next one."""
        return self._tokens[min(self._next + 1, len(self._tokens) - 1)]

    def take(self) -> Token:
        """Take the next token, whatever it is."""
        token = self.token
        self._next = min(self._next + 1, len(self._tokens) - 1)
        return token

    def mark(self) -> int:
        """Where the reader is, for `back_to`."""
        return self._next

    def back_to(self, mark: int) -> None:
        """Go back to where the reader was."""
        self._next = mark

    def at(self, *texts: str) -> bool:
        """Whether the next token is one of these, and no literal."""
        return self.token.kind in ("name", "symbol") and self.token.text in texts

    def accept(self, *texts: str) -> bool:
        """Take the next token if it is one of these."""
        found = self.at(*texts)
        if found:
            self.take()
        return found

    def expect(self, text: str) -> None:
        """Take this token.

        Raises:
            KqlError: Another one comes.
        """
        if not self.accept(text):
            raise self.wrong(f"{text!r} was expected")

    def name(self) -> str:
        """Take a name.

        Raises:
            KqlError: None comes.
        """
        if self.token.kind != "name":
            raise self.wrong("a name was expected")
        return self.take().text

    def separated(self, parse: Callable[[], T]) -> tuple[T, ...]:
        """Parse one thing, and another after each comma."""
        found = [parse()]
        while self.accept(","):
            found.append(parse())
        return tuple(found)

    def wrong(self, expected: str) -> KqlError:
        """Say that something else was expected here."""
        return syntax(f"{expected}, found {self.token.text!r}", self.token.position)
