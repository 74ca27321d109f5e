"""The catalogue of violations, by control."""

from __future__ import annotations

import importlib
import pkgutil

from falsification.azure.changes import Violation

CATALOGUE: tuple[Violation, ...] = tuple(
    violation
    for module in sorted(module.name for module in pkgutil.iter_modules(__path__))
    for violation in importlib.import_module(f"{__name__}.{module}").VIOLATIONS
)

__all__ = ["CATALOGUE"]
