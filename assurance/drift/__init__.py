"""Drift: what differs between the deployment as it was approved, its baseline, and as it is."""

__all__ = [
    "approving",
    "baseline",
    "classify",
    "compare",
    "comparison",
    "normalise",
    "questions",
    "survey",
]
