"""What is wrong with a query, in the terms of the service's error body."""

from __future__ import annotations

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
