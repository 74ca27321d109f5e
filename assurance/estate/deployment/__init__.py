"""The application as deployed: its environment, revisions, set-up and the files of its release."""

__all__ = [
    "application_setup",
    "container_apps",
    "container_environment",
    "gateways",
    "inventory",
    "plain_secrets",
    "public_ingress",
    "quality",
    "revisions",
]
