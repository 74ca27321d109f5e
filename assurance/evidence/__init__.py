"""The evidence pack: sealed by a manifest, signed, chained to the runs before it, and verified without trust in us."""

__all__ = [
    "comparison",
    "container",
    "explanation",
    "findings",
    "freshness",
    "ledger",
    "manifest",
    "outcome",
    "pack",
    "pseudonymising",
    "sealing",
    "signing",
    "verification",
]
