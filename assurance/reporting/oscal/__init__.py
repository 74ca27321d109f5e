"""The run as OSCAL assessment results (NIST, OSCAL 1.1.3)."""

__all__ = ["document"]
