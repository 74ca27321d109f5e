"""Deployments of other shapes than the guide's: what can be wrong with each, beside the guide's own catalogue."""

from __future__ import annotations

from collections.abc import Mapping

from falsification.azure.changes import Violation
from falsification.azure.deployments.one_network import EDGE, FRONTED, SMALLEST, SPOKE
from falsification.azure.deployments.several_networks import GATED

CATALOGUES: Mapping[str, tuple[Violation, ...]] = {
    "edge": EDGE,
    "fronted": FRONTED,
    "gated": GATED,
    "smallest": SMALLEST,
    "spoke": SPOKE,
}

__all__ = ["CATALOGUES"]
