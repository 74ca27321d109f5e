"""The one HTTP seam: bounded answers, one policy of retries, and readings on the tape, for Azure and APEX alike."""

__all__ = [
    "attempts",
    "throttling",
    "upstream",
]
