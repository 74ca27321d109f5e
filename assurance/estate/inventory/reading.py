"""Reads what SEC-11 looks at: all that exists in the environment's resource groups.

The other applications and jobs there.
"""

from __future__ import annotations

from azure.core.exceptions import ResourceNotFoundError

from assurance.environment.container_apps import FurtherEnvironment
from assurance.errors import NotEvaluated
from assurance.estate.deployment.container_apps import read_container_app
from assurance.estate.deployment.container_environment import read_apps_environment
from assurance.estate.deployment.plain_secrets import Workloads
from assurance.estate.estate import DeclaredIds, Estate, read_once
from assurance.estate.inventory.accounts import INTERFACES, Accounts, kind_of
from assurance.estate.inventory.contents import GroupContents, InfrastructureContents, OtherDoors
from assurance.estate.inventory.doors import KINDS, open_doors
from assurance.estate.resources.questions import Documents
from assurance.estate.resources.resource import resource_group_of, same_id, segments
from assurance.world.azure import reader
from assurance.world.azure.document import Document

Ids = frozenset[tuple[str, ...]]


def own_groups(ids: DeclaredIds) -> tuple[str, ...]:
    """Return the names of the resource groups that belong to this deployment alone, each once."""
    environment = ids.environment
    apps, identity = environment.container_apps, environment.identity
    group_names = [environment.resource_group, environment.group_of(apps.resource_group)]
    group_names += [
        environment.group_of(service.resource_group)
        for service in environment.services.values()
        if not service.subscription
    ]
    group_names += [environment.group_of(identity.resource_group)] if not identity.subscription else []
    groups = environment.inventory.resource_groups or group_names
    return tuple({group.casefold(): group for group in reversed(groups)}.values())[::-1]


@read_once
def read_contents(estate: Estate, group: str) -> GroupContents:
    """Return all that is in a resource group."""
    documents, readings = _listing(estate, group)
    accounts = _accounts(estate, frozenset())
    cited: tuple[str, ...] = ()
    # Most interfaces tell by their names whose they are; the endpoints are asked about the others only.
    if any(kind_of(document.id) == INTERFACES and not accounts.judges(document.id) for document in documents):
        interfaces, cited = _interfaces(estate)
        accounts = _accounts(estate, interfaces)
    return GroupContents(_group_id(estate, group), documents, accounts, readings, cited)


@read_once
def read_infrastructure(estate: Estate, declared: FurtherEnvironment) -> InfrastructureContents:
    """Return all that is in the resource group in which Azure keeps a Container Apps environment's own parts."""
    environment = read_apps_environment(estate, declared)
    group = None
    if environment.document is not None:
        group = environment.document.text("properties", "infrastructureResourceGroup")
    documents, readings = _listing(estate, group, may_be_absent=True) if group else ((), ())
    cited = (*environment.readings, *readings)
    return InfrastructureContents(environment.id, group, documents, _accounts(estate, frozenset()), cited)


@read_once
def read_other_doors(estate: Estate, group: str) -> OtherDoors:
    """Return the public doors of what is in a group and is judged by no other check."""
    contents = read_contents(estate, group)
    opened: dict[str, tuple[str, ...]] = {}
    refusals: list[NotEvaluated] = []
    readings = list(contents.readings)
    others = [document for document in contents.documents if not contents.accounts.judges(document.id)]
    looked_at = 0
    for other in others:
        known = contents.accounts.known_as(other.id)
        if known is not None and known.public:
            continue
        looked_at += 1
        try:
            doors, cited = _doors(estate, other)
        except NotEvaluated as error:
            refusals.append(error)
            continue
        readings += cited
        if doors:
            opened[other.id] = doors
    return OtherDoors(contents.group_id, opened, looked_at, tuple(refusals), tuple(dict.fromkeys(readings)))


def _doors(estate: Estate, listed: Document) -> tuple[tuple[str, ...], tuple[str, ...]]:
    kind = KINDS.get(kind_of(listed.id))
    if kind is not None and kind.by_existing:
        return open_doors(listed, kind), listed.readings
    version, cited = (kind.api_version, ()) if kind is not None else _api_version(estate, listed.id)
    operation = estate.questions.operation("resources", "resources", "get_by_id", listed.id)
    document, readings = reader.get(operation(), listed.id.removeprefix("/"), api_version=version)
    if document is not None and not same_id(document.id, listed.id):
        reason = f"Azure was asked for {listed.id} and answered with {document.id}."
        raise NotEvaluated(reason, "Look at the reading.", readings)
    # What has gone since it was listed has no door.
    return (open_doors(document, kind) if document is not None else ()), (*cited, *readings)


def _api_version(estate: Estate, resource_id: str) -> tuple[str, tuple[str, ...]]:
    """Return the newest api-version in which a provider answers for a kind, if there is one that is no preview."""
    namespace, _, kind = kind_of(resource_id).partition("/")
    operation = estate.questions.operation("resources", "providers", "get")
    provider, readings = estate.questions.once(("provider", namespace), lambda: reader.ask(operation(), namespace))
    for item in provider.items("resourceTypes"):
        versions = item.texts("apiVersions")
        if (item.text("resourceType") or "").casefold() == kind and versions:
            settled = [version for version in versions if "preview" not in version]
            return max(settled or versions), readings
    raise NotEvaluated(
        f"{namespace} tells no api-version for {kind}, so {resource_id} cannot be looked at.",
        "Look whether it is open to public networks; if it may be, say public = true in [[inventory.known]].",
        readings,
    )


def _listing(estate: Estate, group: str, *, may_be_absent: bool = False) -> Documents:
    """Return the plain list of a group's resources: it has no properties, so no other look at its form is taken."""
    operation = estate.questions.operation("resources", "resources", "list_by_resource_group")

    def read() -> Documents:
        try:
            documents, readings = reader.list_all(operation(), group)
        except NotEvaluated as error:
            # Azure keeps the parts of some environments in a subscription of its own.
            if may_be_absent and isinstance(error.__cause__, ResourceNotFoundError):
                return (), error.readings
            raise
        for document in documents or ():
            if segments(document.id)[:4] != segments(_group_id(estate, group)):
                raise NotEvaluated(f"Azure was asked for what is in {group} and listed {document.id}.", "", readings)
        return documents or (), readings

    return estate.questions.once(("resources of", group.casefold()), read)


def _interfaces(estate: Estate) -> tuple[Ids, tuple[str, ...]]:
    """Return the ids of the network interfaces that declared private endpoints bring along."""
    endpoints = [endpoint_id for service in estate.environment.services for endpoint_id in estate.endpoint_ids(service)]
    declared = set(map(segments, endpoints))
    interfaces: set[tuple[str, ...]] = set()
    cited: list[str] = []
    places = {endpoint[: endpoint.index("/providers/")].casefold(): endpoint for endpoint in endpoints}
    for endpoint in places.values():
        operation = estate.questions.operation("network", "private_endpoints", "list", endpoint)
        scope, group = endpoint[: endpoint.index("/providers/")], resource_group_of(endpoint)
        documents, readings = estate.questions.listing(operation, scope, group)
        cited += readings
        declared_documents = [document for document in documents if segments(document.id) in declared]
        interfaces.update(
            segments(item.id) for each in declared_documents for item in each.items("properties", "networkInterfaces")
        )
    return frozenset(interfaces), tuple(cited)


def _accounts(estate: Estate, interfaces: Ids) -> Accounts:
    environment = estate.environment
    backup = environment.deployment.backup
    databases = [service.database for service in environment.services.values() if service.database]
    databases += [f"{backup.copy_prefix}*"] if backup is not None else []
    declared = frozenset(map(segments, estate.all_ids())) | interfaces
    types = frozenset(kind_of(service_id) for service_id in estate.service_ids())
    return Accounts(declared, estate.group_id, types, tuple(databases), environment.inventory.known)


def _group_id(estate: Estate, group: str) -> str:
    return f"{estate.subscription_id}/resourceGroups/{group}"


@read_once
def read_other_applications(estate: Estate) -> Workloads:
    """Return all applications but APEX's own that belong to the environment.

    Raises:
        NotEvaluated: The list leaves out the application, which exists: whoever asks may not see all.
    """
    app = read_container_app(estate)
    apps, cited = _listing_of_workloads(estate, "container_apps", app.id)
    readings = (*app.readings, *cited)
    others = tuple(other for other in apps if not same_id(other.id, app.id))
    if app.document is not None and len(others) == len(apps):
        reason = f"Azure's list of container apps leaves out {app.name}, which exists."
        raise NotEvaluated(reason, "Grant the suite's identity Reader on the subscription.", readings)
    return Workloads(estate.container_environment_id(), _belonging(estate, others), readings)


@read_once
def read_jobs(estate: Estate) -> Workloads:
    """Return all jobs that belong to the environment."""
    environment_id = estate.container_environment_id()
    jobs, readings = _listing_of_workloads(estate, "jobs", environment_id)
    return Workloads(environment_id, _belonging(estate, jobs), readings)


def _belonging(estate: Estate, workloads: tuple[Document, ...]) -> tuple[Document, ...]:
    groups = {group.casefold() for group in own_groups(estate)}
    declared = estate.environment.container_apps.environments
    environment_ids = [estate.container_environment_id(workload.name) for workload in declared]
    return tuple(
        workload
        for workload in workloads
        if any(_belongs(workload, groups, environment_id) for environment_id in environment_ids)
    )


def _listing_of_workloads(estate: Estate, group: str, place: str) -> tuple[tuple[Document, ...], tuple[str, ...]]:
    operation = estate.questions.operation("container_apps", group, "list_by_subscription", place)
    subscription = "/".join(place.split("/")[:3])
    return estate.questions.listing(operation, subscription)


def _belongs(workload: Document, groups: set[str], environment_id: str) -> bool:
    fields = ("managedEnvironmentId", "environmentId")
    runs_there = any(same_id(workload.text("properties", field), environment_id) for field in fields)
    return runs_there or resource_group_of(workload.id).casefold() in groups
