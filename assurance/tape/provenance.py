"""What keys and digests were made of, remembered in a process that asks for it, and in no other.

Neither can be turned back, and what they are made of may hold what must not be written on a tape. Who translates a tape
(`assurance.evidence.pseudonymising`) learns it from a replay.
"""

from __future__ import annotations

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
