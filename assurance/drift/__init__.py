"""Drift: what differs between the deployment as it was approved, its baseline, and as it is."""

__all__ = [
    "approving",
    "asking",
    "baseline",
    "classify",
    "compare",
    "comparison",
    "families",
    "inventory",
    "locating",
    "normalise",
    "paths",
    "questions",
    "snapshot",
    "survey",
    "traffic",
]
