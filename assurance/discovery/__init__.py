"""Discovery: what is deployed is found, and an environment file is proposed from it; what must hold is the guide's."""
