"""The estate: frozen, typed views of what Azure, DNS and the network answered, for checks to assert on."""

from assurance.estate.estate import Estate

__all__ = [
    "Estate",
    "deployment",
    "estate",
    "identity",
    "inventory",
    "monitoring",
    "network",
    "resources",
    "services",
]
