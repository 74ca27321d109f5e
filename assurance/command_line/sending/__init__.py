"""Sends what must be told to services that somebody else runs: webhooks and the hosts of pull requests."""

__all__ = ["pull_requests", "transport"]
