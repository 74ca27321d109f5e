"""What is declared of the release that is deployed."""

from __future__ import annotations

from assurance.environment.deployment import DeclaredRelease
from assurance.estate.estate import Estate
from assurance.estate.ids import demanded


def declared_release(estate: Estate) -> DeclaredRelease:
    """Return the release that is declared.

    Raises:
        NotEvaluated: None is.
    """
    hint = "Give --release FILE, or add [deployment.release] to the environment file."
    return demanded(estate.environment.deployment.release, "which release is deployed", hint)


def declared_repository(estate: Estate) -> str:
    """Return the repository of the application's image.

    Raises:
        NotEvaluated: None is declared.
    """
    hint = "Add image to [container_apps] of the environment file."
    return demanded(estate.environment.container_apps.image, "what the application's image is called", hint)
