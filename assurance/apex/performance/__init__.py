"""Measurements that the suite makes itself, as a client of the application."""

from assurance.performance.baseline import ListBaseline
from assurance.performance.drawing import Measurements

__all__ = ["ListBaseline", "Measurements"]
