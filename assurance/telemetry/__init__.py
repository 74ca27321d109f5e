"""What Application Insights has recorded of the application, read by queries of our own, judged as service levels."""

from assurance.telemetry.reading import Telemetry

__all__ = [
    "Telemetry",
    "availability",
    "dependencies",
    "metrics",
    "minutes",
    "query",
    "requests",
    "result",
    "targets",
    "timeline",
    "window",
]
