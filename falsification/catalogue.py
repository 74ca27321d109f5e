"""The entries of the catalogues, the same for every kind of world: what is wrong, what must not matter, what is unable.

A world is whatever a stage lets the checks judge: the sandbox's Azure, its APEX, or a change record.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

World = TypeVar("World")

# Without slots: Python 3.11 cannot make an object of a frozen, slotted class by way of `Violation[World]`.


@dataclass(frozen=True)
class Violation(Generic[World]):
    """One way in which reality breaks a requirement.

    Attributes:
        name: What it is called, stable.
        wrong: What is wrong, in one sentence.
        change: What makes a world so.
        controls: The controls that must report it; first the one that it is meant for.
        check: The check that must report it, where it is meant for one; empty if any check of the controls will do.
        is_exclusive: Whether no other control of the same families may report it.
    """

    name: str
    wrong: str
    change: Callable[[World], object]
    controls: tuple[str, ...]
    check: str = ""
    is_exclusive: bool = True

    @property
    def family(self) -> str:
        """The family of the control that it is meant for, such as SEC."""
        return self.controls[0].partition("-")[0]


@dataclass(frozen=True)
class Harmless(Generic[World]):
    """One change that must not matter.

    Attributes:
        name: What it is called, stable.
        other: What is other than before, in one sentence.
        change: What makes a world so.
        families: The families of controls that it is tried on; none where all are judged at once.
    """

    name: str
    other: str
    change: Callable[[World], object]
    families: tuple[str, ...] = ()


@dataclass(frozen=True)
class Inability(Generic[World]):
    """One fault in the place of one reading.

    Attributes:
        name: The fault, and the reading's question.
        key: The reading's key in the compliant world; empty where it is no single reading that is taken away.
        change: What brings the fault into a world.
        family: The family of controls that it is tried on; empty where all are judged at once.
        check: The check that rests on what is taken away, where that is no single reading.
    """

    name: str
    key: str
    change: Callable[[World], object]
    family: str = ""
    check: str = ""
