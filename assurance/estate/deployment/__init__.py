"""The application as deployed: its environment, revisions, set-up and the files of its release."""

__all__ = [
    "application_setup",
    "container_apps",
    "container_environment",
    "inventory",
    "plain_secrets",
    "quality",
    "revisions",
]
