"""Discovery: what is deployed is found, and an environment file is proposed from it; what must hold is the guide's."""

__all__ = ["found", "from_azure", "from_plan", "from_tape", "gains", "proposal"]
