"""Says, before anything is judged, whether this machine and this identity can judge an environment."""

from assurance.command_line.doctor.examination import examine
from assurance.command_line.doctor.findings import Finding, State

__all__ = ["Finding", "State", "examine"]
