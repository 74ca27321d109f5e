"""What Application Insights has recorded of the application, read by queries of our own, judged as service levels."""

from assurance.telemetry.reading import Telemetry

__all__ = [
    "Telemetry",
    "metrics",
    "requests",
    "result",
    "timeline",
    "window",
]
