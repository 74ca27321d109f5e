"""The catalogue of violations, by control."""

from __future__ import annotations

from falsification.changes import Violation
from falsification.violations import sec_01, sec_02, sec_03, sec_04, sec_05, sec_06, sec_07, sec_08, sec_09, sec_10

CATALOGUE: tuple[Violation, ...] = tuple(
    violation
    for module in (sec_01, sec_02, sec_03, sec_04, sec_05, sec_06, sec_07, sec_08, sec_09, sec_10)
    for violation in module.VIOLATIONS
)

__all__ = ["CATALOGUE"]
