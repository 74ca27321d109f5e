"""Log Analytics: synthetic telemetry, and the endpoint that answers queries and metrics from it."""

from sandbox.log_analytics.query_service import LogAnalytics
from sandbox.log_analytics.schema import component_id, workspace_id
from sandbox.log_analytics.store import TelemetryStore, Traffic

__all__ = ["LogAnalytics", "TelemetryStore", "Traffic", "component_id", "workspace_id"]
