"""Monitoring as found: telemetry, alert rules, dashboards, fired alerts, Defender for Cloud."""

__all__ = [
    "alert_rules",
    "dashboard",
    "defender",
    "monitoring",
]
