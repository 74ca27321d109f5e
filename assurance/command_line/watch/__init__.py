"""The watch after a deployment: it looks again and again, and comes to a decision (guide, Steps 15, 23 and 26)."""

__all__ = [
    "plan",
    "sight",
    "watching",
]
