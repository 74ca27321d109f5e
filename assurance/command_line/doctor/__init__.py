"""Says, before anything is judged, whether this machine and this identity can judge an environment."""

from assurance.command_line.doctor.examination import Finding, State, examine

__all__ = ["Finding", "State", "examine"]
