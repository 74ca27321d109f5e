"""What exists in the environment's resource groups: who accounts for it, and whether its public doors are shut."""

__all__ = [
    "accounts",
    "contents",
    "reading",
]
