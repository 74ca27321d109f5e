"""The families of the application's controls, and the entries of its catalogues."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

from falsification import catalogue
from falsification.apex.stand_ins import ApexStandIns, Declared

Family = Literal["SMK", "E2E", "RBAC", "AACE", "BAD", "SLA"]
FAMILIES: tuple[Family, ...] = get_args(Family)
Change = Callable[[ApexStandIns], object]
Violation = catalogue.Violation[ApexStandIns]
Harmless = catalogue.Harmless[ApexStandIns]
Inability = catalogue.Inability[ApexStandIns]


def declares(tables: Declared) -> Change:
    """Let the environment file say something else, by table, of what a deployment declares."""

    def change(stand_ins: ApexStandIns) -> None:
        stand_ins.declared = tables

    return change


def both(first: Change, second: Change) -> Change:
    """Make two changes."""

    def change(stand_ins: ApexStandIns) -> None:
        first(stand_ins)
        second(stand_ins)

    return change


def family_of(control: str) -> Family:
    """Return the family of a control, such as SMK of SMK-01.

    Raises:
        ValueError: It is no control of the application.
    """
    family = control.partition("-")[0]
    if family not in FAMILIES:
        raise ValueError(f"{control} is no control of the application")
    return family
