"""Environments: one deployment each, described by a TOML file."""

from assurance.environment.loading import find, load, load_packed, load_running, with_release
from assurance.environment.model import Environment

__all__ = [
    "Environment",
    "access",
    "applicability",
    "application",
    "base",
    "bounds",
    "classification",
    "container_apps",
    "deployment",
    "drift",
    "evidence",
    "find",
    "inventory",
    "kinds",
    "left_out",
    "load",
    "load_packed",
    "load_running",
    "loading",
    "model",
    "network",
    "problems",
    "reference",
    "reports",
    "telemetry",
    "toml_files",
    "with_release",
]
