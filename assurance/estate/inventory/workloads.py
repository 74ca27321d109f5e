"""The other applications and the jobs that run in the environment, or stand in its own resource groups."""

from __future__ import annotations

from assurance.errors import NotEvaluated
from assurance.estate.deployment.container_apps import read_container_app
from assurance.estate.deployment.plain_secrets import Workloads
from assurance.estate.estate import Estate, read_once
from assurance.estate.inventory.reading import own_groups
from assurance.estate.resources.resource import resource_group_of, same_id
from assurance.world.azure.document import Document


@read_once
def read_other_applications(estate: Estate) -> Workloads:
    """Return all applications but APEX's own that belong to the environment.

    Raises:
        NotEvaluated: The list leaves out the application, which exists: whoever asks may not see all.
    """
    app = read_container_app(estate)
    apps, cited = _listing(estate, "container_apps", app.id)
    readings = (*app.readings, *cited)
    others = tuple(one for one in apps if not same_id(one.id, app.id))
    if app.document is not None and len(others) == len(apps):
        reason = f"Azure's list of container apps leaves out {app.name}, which exists."
        raise NotEvaluated(reason, "Grant the suite's identity Reader on the subscription.", readings)
    return Workloads(estate.container_environment_id(), _belonging(estate, others), readings)


@read_once
def read_jobs(estate: Estate) -> Workloads:
    """Return all jobs that belong to the environment."""
    environment_id = estate.container_environment_id()
    jobs, readings = _listing(estate, "jobs", environment_id)
    return Workloads(environment_id, _belonging(estate, jobs), readings)


def _belonging(estate: Estate, workloads: tuple[Document, ...]) -> tuple[Document, ...]:
    groups = {group.casefold() for group in own_groups(estate)}
    environment_id = estate.container_environment_id()
    return tuple(one for one in workloads if _belongs(one, groups, environment_id))


def _listing(estate: Estate, group: str, place: str) -> tuple[tuple[Document, ...], tuple[str, ...]]:
    operation = estate.questions.operation("container_apps", group, "list_by_subscription", place)
    subscription = "/".join(place.split("/")[:3])
    return estate.questions.listing(operation, subscription)


def _belongs(workload: Document, groups: set[str], environment_id: str) -> bool:
    fields = ("managedEnvironmentId", "environmentId")
    runs_there = any(same_id(workload.text("properties", field), environment_id) for field in fields)
    return runs_there or resource_group_of(workload.id).casefold() in groups
