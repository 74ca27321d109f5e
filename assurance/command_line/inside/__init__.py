"""A run inside the virtual network: its job is started and followed, and its evidence fetched."""

__all__ = ["evidence", "following"]
