"""The HTML report: its page, its parts and its figures."""

__all__ = [
    "charts",
    "figures",
    "parts",
    "report",
]
