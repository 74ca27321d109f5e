"""Log Analytics: synthetic telemetry, and the endpoint that answers queries and metrics from it."""

from sandbox.log_analytics.identities import component_id, workspace_id
from sandbox.log_analytics.query_service import LogAnalytics
from sandbox.log_analytics.store import TelemetryStore
from sandbox.log_analytics.traffic import Traffic

__all__ = ["LogAnalytics", "TelemetryStore", "Traffic", "component_id", "workspace_id"]
