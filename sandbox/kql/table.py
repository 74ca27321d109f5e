"""Tables of typed columns: what queries read and what they return.

What is wrong with a query, in the service's terms.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

ErrorFamily = Literal["SyntaxError", "SemanticError"]


class KqlError(Exception):
    """A query that cannot be evaluated.

    Attributes:
        family: Whether its form is wrong, or what it means.
        code: The engine's own code, such as `SYN0002` or `SEM0100`.
        message: What is wrong.
    """

    def __init__(self, family: ErrorFamily, code: str, message: str) -> None:
        super().__init__(message)
        self.family: ErrorFamily = family
        self.code = code
        self.message = message


def syntax(message: str, position: int) -> KqlError:
    """A query that is not of the language, or of the part of it that is known here."""
    return KqlError("SyntaxError", "SYN0002", f"Query could not be parsed at position {position}: {message}")


def semantic(message: str) -> KqlError:
    """A query whose names or types do not fit."""
    return KqlError("SemanticError", "SEM0100", message)


def unsupported(what: str) -> KqlError:
    """A construct that this interpreter does not know; it is refused, never skipped."""
    return KqlError("SemanticError", "SEM0001", f"{what} is not supported.")


Kind = Literal["bool", "datetime", "dynamic", "int", "long", "real", "string", "timespan"]
# A tuple is an array of texts, which only constants can be.
Value = bool | datetime | timedelta | int | float | str | tuple[str, ...] | None
Row = Sequence[Value]

NUMBERS: frozenset[Kind] = frozenset({"int", "long", "real"})


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, which is case-sensitive, and the kind of its values."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Source:
    """A table that is there to be read: its columns, and what gets its rows when they are needed."""

    columns: tuple[Column, ...]
    rows: Callable[[], Sequence[Row]]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows with their columns."""

    columns: tuple[Column, ...]
    rows: Sequence[Row]
