"""Measurements that the suite makes itself, as a client of the application."""

from assurance.apex.performance.baseline import ListBaseline
from assurance.apex.performance.drawing import Measurements

__all__ = [
    "ListBaseline",
    "Measurements",
    "drawing",
    "load_level",
    "load_running",
    "load_samples",
]
