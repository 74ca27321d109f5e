"""A run: its tape and seams, its decision, and the revision of the suite that made it."""

__all__ = [
    "basis",
    "gates",
    "given_plan",
    "keeping",
    "run",
]
