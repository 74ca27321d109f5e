"""What is made of the stage: broken in one thing, or other than before without being wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, get_args

from falsification.apex.stage import ApexStage, Declared

Family = Literal["SMK", "E2E", "RBAC", "AACE", "BAD", "SLA"]
FAMILIES: tuple[Family, ...] = get_args(Family)
Change = Callable[[ApexStage], object]


@dataclass(frozen=True, slots=True)
class Broken:
    """One way in which APEX, or what its telemetry tells, is wrong.

    Attributes:
        name: What it is called, stable.
        wrong: What is wrong, in one sentence.
        change: What makes it so.
        controls: The controls that must report it, and the only ones of their family that may; first the one that it
            is meant for.
        check: The check that must report it.
        declared: What the environment file says otherwise, by table, for what a deployment declares.
    """

    name: str
    wrong: str
    change: Change
    controls: tuple[str, ...]
    check: str
    declared: Declared = field(default_factory=dict)

    @property
    def family(self) -> Family:
        """The family of the controls."""
        return family_of(self.controls[0])


@dataclass(frozen=True, slots=True)
class Different:
    """One difference that must not matter.

    Attributes:
        name: What it is called, stable.
        other: What is other than before, in one sentence.
        change: What makes it so.
        families: Whose controls it could matter to.
        declared: What the environment file says otherwise, by table, for what a deployment declares.
    """

    name: str
    other: str
    change: Change
    families: tuple[Family, ...] = FAMILIES
    declared: Declared = field(default_factory=dict)


def family_of(control: str) -> Family:
    """Return the family of a control, such as SMK of SMK-01."""
    family = control.partition("-")[0]
    if family not in FAMILIES:
        raise ValueError(f"{control} is no control of the application")
    return family
