"""The history of an environment's runs: what its ledger and its packs tell of a period, and what is missing in it."""

__all__ = [
    "courses",
    "model",
    "page",
    "reading",
    "text",
]
