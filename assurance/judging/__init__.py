"""From facts to verdicts: what the guide demands, what checks declare and take, who answers for a failure."""

__all__ = [
    "cases",
    "checking",
    "controls",
    "deciding",
    "harness",
    "nouns",
    "once",
    "properties",
    "selection",
    "statistics",
    "waivers",
]
