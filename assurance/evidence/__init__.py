"""The evidence pack: sealed by a manifest, signed, chained to the runs before it, and verified without trust in us."""

__all__ = [
    "blobs",
    "container",
    "explanation",
    "findings",
    "ledger",
    "manifest",
    "outcome",
    "pack",
    "pseudonymising",
    "rederiving",
    "sealing",
    "signing",
    "verification",
]
