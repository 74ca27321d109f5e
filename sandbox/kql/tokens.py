"""Takes a query apart into tokens."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, TypeVar

from sandbox.kql.table import Kind, KqlError, Value, syntax, unsupported

TokenKind = Literal["end", "literal", "name", "symbol"]

_UNITS = {
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
    "ms": timedelta(milliseconds=1),
}
TYPES: dict[str, Kind] = {
    "bool": "bool", "datetime": "datetime", "double": "real", "int": "int", "long": "long", "real": "real",
    "time": "timespan", "timespan": "timespan",
}  # fmt: skip
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", '"': '"', "'": "'"}
_PATTERN = re.compile(
    r"""(?P<skip>\s+|//[^\n]*)
    |(?P<dynamic>dynamic\s*\(\s*\[(?:"(?:[^"\\]|\\.)*"|[^\]"])*\]\s*\))
    |(?P<typed>(?:bool|datetime|double|int|long|real|time|timespan)\s*\(\s*[^()'",\s]+\s*\))
    |(?P<timespan>\d+(?:\.\d+)?(?:ms|[dhms])(?![\w]))
    |(?P<real>\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+)
    |(?P<long>\d+(?![\w]))
    |(?P<verbatim>@"[^"]*"|@'[^']*')
    |(?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<name>!?in~?(?!\w)|!(?:contains|startswith)(?!\w)
        |project-(?:away|keep|rename|reorder)|[A-Za-z_]\w*)
    |(?P<symbol>==|=~|!=|!~|<=|>=|<>|\.\.|[-+*/%<>=(),|;\[\]:.])""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """One token.

    Attributes:
        kind: What it is.
        text: How it was written.
        position: Where it begins, in characters from the start of the query.
        value: What a literal stands for.
        literal: The kind of a literal's value; a null has one too.
    """

    kind: TokenKind
    text: str
    position: int
    value: Value = None
    literal: Kind = "string"


def tokens_of(query: str) -> list[Token]:
    """Return the tokens of a query, ended by one of kind `end`.

    Raises:
        KqlError: Something in it is no token.
    """
    tokens: list[Token] = []
    position = 0
    while position < len(query):
        match = _PATTERN.match(query, position)
        if match is None:
            raise syntax(f"unexpected {query[position : position + 12]!r}", position)
        if match.lastgroup != "skip":
            tokens.append(_token(match))
        position = match.end()
    return [*tokens, Token("end", "end of query", len(query))]


def _token(match: re.Match[str]) -> Token:
    text, position = match.group(), match.start()
    match match.lastgroup:
        case "typed":
            name, _, inner = text.removesuffix(")").partition("(")
            kind = TYPES[name.strip()]
            return Token("literal", text, position, _value(kind, inner.strip(), position), kind)
        case "dynamic":
            return Token("literal", text, position, _texts(text, position), "dynamic")
        case "long":
            return Token("literal", text, position, int(text), "long")
        case "real":
            return Token("literal", text, position, float(text), "real")
        case "timespan":
            return Token("literal", text, position, timespan_of(text), "timespan")
        case "verbatim":
            return Token("literal", text, position, text[2:-1])
        case "string":
            return Token("literal", text, position, _unescaped(text[1:-1], position))
        case "name":
            return Token("name", text, position)
        case _:
            return Token("symbol", text, position)


def _value(kind: Kind, text: str, position: int) -> Value:
    """Return what `datetime(2026-03-01T10:00:00Z)`, `real(null)`, `timespan(5m)` and the like stand for."""
    if text == "null":
        return None
    try:
        match kind:
            case "datetime":
                moment = datetime.fromisoformat(text)
                return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
            case "bool":
                return {"true": True, "false": False}[text]
            case "real":
                return {"nan": math.nan, "+inf": math.inf, "-inf": -math.inf}.get(text) or float(text)
            case "timespan":
                return timespan_of(text)
            case _:
                return int(text)
    except (ValueError, KeyError) as error:
        raise syntax(f"{text!r} is no {kind}", position) from error


def _texts(text: str, position: int) -> tuple[str, ...]:
    """Return the texts of an array such as `dynamic(["a", "b"])`; arrays of anything else are not known here."""
    try:
        texts = json.loads(text[text.index("[") : text.rindex("]") + 1])
    except ValueError as error:
        raise syntax(f"{text!r} is no JSON array", position) from error
    if not all(isinstance(item, str) for item in texts):
        raise unsupported("A dynamic array of other values than texts")
    return tuple(texts)


def timespan_of(text: str) -> timedelta:
    """Return the duration that a literal such as `5m` or `1.5h` stands for."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|[dhms])", text)
    if match is None:
        raise syntax(f"{text!r} is no timespan such as 30m", 0)
    return _UNITS[match.group(2)] * float(match.group(1))


def _unescaped(text: str, position: int) -> str:
    def replace(match: re.Match[str]) -> str:
        if match.group(1) not in _ESCAPES:
            raise syntax(f"unknown escape {match.group()!r}", position)
        return _ESCAPES[match.group(1)]

    return re.sub(r"\\(.)", replace, text)


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
        token = self.at(*texts)
        if token:
            self.take()
        return token

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
        items = [parse()]
        while self.accept(","):
            items.append(parse())
        return tuple(items)

    def wrong(self, expected: str) -> KqlError:
        """Say that something else was expected here."""
        return syntax(f"{expected}, found {self.token.text!r}", self.token.position)
