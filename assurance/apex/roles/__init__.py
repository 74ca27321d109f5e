"""The role matrix: who may do what with APEX, as agreed data, and the trial that puts every cell of it to the test."""

__all__ = ["attempts", "description", "escalation", "matrix", "scene", "trial"]
