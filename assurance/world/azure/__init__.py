"""The seams to the outside world: Azure's HTTP APIs, DNS and sockets."""

__all__ = ["blobs", "clients", "credential", "document", "jobs", "plain_requests", "reader", "transport"]
