"""Deployments of other shapes than the guide's: what can be wrong with each, beside the guide's own catalogue."""

from __future__ import annotations

from collections.abc import Mapping

from falsification.azure.changes import Violation
from falsification.azure.deployments import fronted, smallest, spoke

CATALOGUES: Mapping[str, tuple[Violation, ...]] = {
    "fronted": fronted.VIOLATIONS,
    "smallest": smallest.VIOLATIONS,
    "spoke": spoke.VIOLATIONS,
}

__all__ = ["CATALOGUES", "fronted", "smallest", "spoke"]
