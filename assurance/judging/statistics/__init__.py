"""Statistics on samples: what they say of a percentile, and how surely. Pure functions, of nothing but numbers."""

__all__ = ["percentiles", "sequential"]
