"""How roles come to their access on projects: granted, by the operator's command, or already there."""

__all__ = [
    "giving",
]
