"""Further applications and jobs of the environment, held to the same as the application."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from assurance.environment.container_apps import FurtherApp
from assurance.estate.deployment.container_apps import ContainerApp, Ingress
from assurance.estate.estate import Estate, read_once
from assurance.verdicts import Fact


@dataclass(frozen=True, slots=True)
class FurtherWorkload(ContainerApp):
    """A further application, or a job, which nobody calls.

    Attributes:
        ingress: The ingress that is declared of it.
    """

    NEEDS_SECRETS: ClassVar[bool] = False

    ingress: Ingress

    @property
    def has_its_ingress(self) -> Fact:
        """Whether its ingress is the declared one, or it has none."""
        return self.has_ingress(self.ingress)


@read_once
def read_further_app(estate: Estate, declared: FurtherApp) -> FurtherWorkload:
    """Return a further application."""
    return _read(estate, "container_apps", estate.container_app_id(declared.name), declared.ingress)


@read_once
def read_job(estate: Estate, name: str) -> FurtherWorkload:
    """Return a job."""
    return _read(estate, "jobs", estate.further_job_id(name), "none")


def _read(estate: Estate, group: str, resource_id: str, ingress: Ingress) -> FurtherWorkload:
    operation = estate.questions.operation("container_apps", group, "get", resource_id)
    found = estate.questions.resource(operation, resource_id)
    declared = estate.environment.container_apps
    return FurtherWorkload(resource_id, *found, declared, estate.container_environment_id(), ingress)
