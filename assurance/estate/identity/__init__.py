"""The application's identity as found, and what it may do."""

__all__ = [
    "access",
    "access_reading",
    "identity",
]
