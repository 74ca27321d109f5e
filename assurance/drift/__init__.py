"""Drift: what differs between the deployment as it was approved, its baseline, and as it is."""
