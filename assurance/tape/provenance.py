"""What keys and digests were made of, for who asks; how values that only Azure can compute are marked."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field

from assurance.tape.reading import key_of, sha256

MAX_REMEMBERED_BYTES = 65_536


@dataclass(slots=True)
class Remembered:
    """What was asked since this was begun.

    Attributes:
        questions: The parts of each key.
        contents: The text behind each digest that a question is made with; long ones are left out.
    """

    questions: dict[str, tuple[str, ...]] = field(default_factory=dict)
    contents: dict[str, str] = field(default_factory=dict)


class Keys:
    """Makes the keys under which answers stand, and remembers what they were made of where it was asked to."""

    def __init__(self) -> None:
        self._remembered: Remembered | None = None

    def remember(self) -> Remembered:
        """Begin to remember, or return what has been remembered since that was begun."""
        self._remembered = self._remembered or Remembered()
        return self._remembered

    def key(self, *parts: str) -> str:
        """Return the key under which the answer to a question stands."""
        key = key_of(*parts)
        if self._remembered is not None:
            self._remembered.questions[key] = parts
        return key

    def digest(self, content: bytes) -> str:
        """Return the SHA-256 of what a question carries, in hexadecimal: a part of its key."""
        digest = sha256(content)
        if self._remembered is not None and len(content) <= MAX_REMEMBERED_BYTES:
            with suppress(UnicodeDecodeError):
                self._remembered.contents[digest] = content.decode("utf-8")
        return digest


UNKNOWN_UNTIL_DEPLOYED = "\x01unknown until deployed: "
"""How a text begins that stands for a value which a plan leaves to Azure; the expression follows."""

EXPRESSION = re.compile(r"\[[A-Za-z_][\w.]*\(.*\].*", re.S)
LITERAL = re.compile(r"'((?:[^']|'')*)'")


def is_expression(text: str) -> bool:
    """Tell whether a text is an expression that a plan left as it was."""
    return text.rstrip().endswith("]") and EXPRESSION.fullmatch(text) is not None


def is_left_to_azure(text: str) -> bool:
    """Tell whether a text is such a value, marked or as the plan has it."""
    return text.startswith(UNKNOWN_UNTIL_DEPLOYED) or is_expression(text)
