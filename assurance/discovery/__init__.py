"""Discovery: what is deployed is found, and an environment file is proposed from it; what must hold is the guide's."""

__all__ = [
    "draft",
    "found",
    "from_azure",
    "proposal",
]
