"""Two runs beside each other, of one environment or of two: which verdicts and which resources differ."""

__all__ = [
    "resources",
    "verdicts",
]
