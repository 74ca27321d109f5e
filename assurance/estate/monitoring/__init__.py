"""Monitoring as found: telemetry, alert rules, dashboards, fired alerts, Defender for Cloud."""
