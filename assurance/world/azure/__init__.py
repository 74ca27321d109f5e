"""The seams to the outside world: Azure's HTTP APIs, DNS and sockets."""

__all__ = [
    "clients",
    "credential",
    "document",
    "jobs",
    "reader",
    "response",
    "transport",
]
