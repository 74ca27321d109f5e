"""What keys and digests were made of, for who asks; how values that only Azure can compute are marked."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

MAX_REMEMBERED_BYTES = 65_536


@dataclass(slots=True)
class Remembered:
    """What was made since this was begun.

    Attributes:
        questions: The parts of each key.
        contents: The text behind each digest that code other than the tape's own asked for; long ones are left out.
    """

    questions: dict[str, tuple[str, ...]] = field(default_factory=dict)
    contents: dict[str, str] = field(default_factory=dict)

    def digest(self, sha256: str, content: bytes) -> None:
        """Remember what a digest was made of."""
        if len(content) <= MAX_REMEMBERED_BYTES:
            try:
                self.contents[sha256] = content.decode("utf-8")
            except UnicodeDecodeError:
                return


_remembered: list[Remembered] = []


def remember() -> Remembered:
    """Begin to remember in this process, or return what has been remembered since that was begun."""
    if not _remembered:
        _remembered.append(Remembered())
    return _remembered[0]


def remembered() -> Remembered | None:
    """Return what is being remembered; None in a process that remembers nothing."""
    return _remembered[0] if _remembered else None


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
