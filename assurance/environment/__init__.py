"""Environments: one deployment each, described by a TOML file."""

from assurance.environment.loading import find, load, load_packed, load_running, with_release
from assurance.environment.model import Environment

__all__ = [
    "Environment",
    "application",
    "application_tables",
    "container_apps",
    "deployment",
    "find",
    "kinds",
    "left_out",
    "load",
    "load_packed",
    "load_running",
    "loading",
    "model",
    "network",
    "reference",
    "suite_tables",
    "toml_files",
    "values",
    "with_release",
]
