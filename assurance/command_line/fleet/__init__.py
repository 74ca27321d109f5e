"""Many environments judged as one: each is a run of its own, and one page, summary and exit status tell of all."""

__all__ = [
    "outcomes",
    "running",
    "telling",
]
