"""Environments: one deployment each, described by a TOML file."""

from assurance.environment.loading import find, load, load_packed, load_running, with_release
from assurance.environment.model import Environment

__all__ = ["Environment", "find", "load", "load_packed", "load_running", "with_release"]
