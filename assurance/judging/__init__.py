"""From facts to verdicts: what the guide demands, what checks declare and take, who answers for a failure."""

__all__ = [
    "checking",
    "controls",
    "harness",
    "nouns",
    "properties",
    "selection",
    "statistics",
    "waivers",
]
