"""Telemetry, registry, monitoring, revisions, backup and SKUs, as `[telemetry]` and `[deployment.*]` declare them."""

from __future__ import annotations

from collections.abc import Iterator

from assurance.discovery.applications import repository
from assurance.discovery.draft import Draft
from assurance.discovery.found import FoundResource, Values, at, objects_at, text_at
from assurance.discovery.services import host_of, sku_of
from assurance.discovery.shape import FoundService, Shape
from assurance.estate.resources.resource import name_of, resource_group_of, same_id
from assurance.tape.redaction import Redactor
from assurance.tape.secret_forms import secret_kind

COMPONENT = "microsoft.insights/components"
WORKSPACE = "microsoft.operationalinsights/workspaces"
DASHBOARD = "microsoft.portal/dashboards"
REGISTRY = "microsoft.containerregistry/registries"
LONG_TERM = "microsoft.sql/servers/databases/backuplongtermretentionpolicies"
# The guide's four secrets (Step 4): the key in the file, the name by the guide, and the variable that takes it.
SECRETS = (
    ("sql_connection_string", "AZURE-SQL-CONNECTION-STRING", "AZURE_SQL_CONNECTION_STRING"),
    (
        "application_insights_connection_string",
        "APPLICATION-INSIGHTS-CONNECTION-STRING",
        "APPLICATIONINSIGHTS_CONNECTION_STRING",
    ),
    ("openai_api_key", "AZURE-OPENAI-API-KEY", "AZURE_OPENAI_API_KEY"),
    ("ad_client_secret", "AZURE-AD-CLIENT-SECRET", "AZURE_AD_CLIENT_SECRET"),
)
LOG_LEVELS = ("INFO", "WARNING", "ERROR", "DEBUG")
REPLICAS = (("minimum_replicas", 2, "minReplicas"), ("maximum_replicas", 10, "maxReplicas"))
CONCURRENT_REQUESTS = 50


def propose_telemetry(draft: Draft, shape: Shape) -> None:
    """Add `[telemetry]`, where there is an Application Insights component; its thresholds are the guide's."""
    component = _component(shape)
    if component is None:
        return
    table = draft.table(
        "telemetry", remarks=["the thresholds are the guide's, unless [telemetry.thresholds] says more"]
    )
    table.add("component", component.name, f"found: {component.label}")
    if not shape.found.is_here(component):
        table.add("resource_group", component.group, "found")
    workspace = _workspace(shape, component)
    if workspace is not None and (customer := workspace.text("properties", "customerId")):
        table.add("workspace_id", customer, f"found: {workspace.label}")


def _component(shape: Shape) -> FoundResource | None:
    return next((component for component in shape.found.of_type(COMPONENT) if shape.found.is_here(component)), None)


def _workspace(shape: Shape, component: FoundResource) -> FoundResource | None:
    named = component.text("properties", "WorkspaceResourceId")
    return next((workspace for workspace in shape.found.of_type(WORKSPACE) if same_id(workspace.id, named)), None)


def propose_deployment(draft: Draft, shape: Shape, name: str) -> None:
    """Add `[deployment.*]`, as far as it is found."""
    _propose_registry(draft, shape)
    _propose_monitoring(draft, shape)
    _propose_secrets(draft, shape)
    _propose_revision(draft, shape, name)
    _propose_backup(draft, shape)
    skus = {service.key: sku_of(shape, service) for service in shape.services}
    if any(skus.values()):
        table = draft.table("deployment.skus")
        for key, sku in skus.items():
            if sku:
                table.add(key, sku, "found")


def _container(shape: Shape) -> Values:
    values = shape.app.values if shape.app is not None else {}
    return next(iter(objects_at(values, "properties", "template", "containers")), {})


def _propose_registry(draft: Draft, shape: Shape) -> None:
    host = repository(text_at(_container(shape), "image")).partition("/")[0]
    if "." not in host:
        return
    registry = next(
        (registry for registry in shape.found.of_type(REGISTRY) if _login_server(registry) == host.casefold()), None
    )
    table = draft.table("deployment.registry")
    table.add(
        "name", registry.name if registry is not None else host.partition(".")[0], "found: the application's image"
    )
    if registry is not None and not shape.found.is_here(registry):
        table.add("resource_group", registry.group, "found")
    elif registry is None:
        table.add("resource_group", shape.found.resource_group, "", "in which resource group the registry is")
    table.add("login_server", host, "found: the application's image")
    is_open = registry is not None and registry.text("properties", "publicNetworkAccess").casefold() == "enabled"
    asks = "whether pipelines push to it over the Internet"
    table.add("public_access", False, "FOUND: publicNetworkAccess is Enabled" if is_open else "", asks)


def _login_server(registry: FoundResource) -> str:
    return registry.text("properties", "loginServer").casefold()


def _propose_monitoring(draft: Draft, shape: Shape) -> None:
    component = _component(shape)
    if component is None:
        return
    table = draft.table("deployment.monitoring")
    table.add("component", component.name, "found")
    if not shape.found.is_here(component):
        table.add("resource_group", component.group, "found")
    named = component.text("properties", "WorkspaceResourceId")
    asks = "" if named else "which Log Analytics workspace takes its logs: none was found"
    table.add("workspace", name_of(named) if named else "log-apex", "found" if named else "", asks)
    if named and resource_group_of(named).casefold() != shape.found.resource_group.casefold():
        table.add("workspace_resource_group", resource_group_of(named), "found")
    dashboards = shape.found.of_type(DASHBOARD)
    asks = "" if len(dashboards) == 1 else f"which dashboard shows production; {len(dashboards)} were found"
    dashboard = dashboards[0].name if dashboards else "dash-apex"
    table.add("dashboard", dashboard, "found" if dashboards else "", asks)


def _propose_secrets(draft: Draft, shape: Shape) -> None:
    if shape.app is None:
        return
    references = dict(_secret_references(shape))
    table = draft.table("deployment.secrets")
    for key, guides, variable in SECRETS:
        name = references.get(variable, "")
        if name and name.casefold() != guides.casefold():
            table.add(key, name, f"found; the guide calls it {guides}")
    signs_in = "AZURE_AD_CLIENT_SECRET" in references
    asks = "" if signs_in else "whether the application signs in to Entra with a client secret"
    table.add("client_credentials", signs_in, "found: it takes AZURE_AD_CLIENT_SECRET" if signs_in else "", asks)


def _secret_references(shape: Shape) -> Iterator[tuple[str, str]]:
    """Give each variable that takes a secret of the vault, and what the vault calls it."""
    values = shape.app.values if shape.app is not None else {}
    secrets = objects_at(values, "properties", "configuration", "secrets")
    urls = {text_at(secret, "name"): text_at(secret, "keyVaultUrl") for secret in secrets}
    for variable in objects_at(_container(shape), "env"):
        url = urls.get(text_at(variable, "secretRef"), "")
        if "/secrets/" in url:
            yield text_at(variable, "name"), url.partition("/secrets/")[2].partition("/")[0]


def _propose_revision(draft: Draft, shape: Shape, name: str) -> None:
    if shape.app is None:
        return
    table = draft.table("deployment.revision")
    known, unknown = _variables(shape, name)
    remark = f"found; the values of {', '.join(unknown)} are not known here" if unknown else "found"
    table.add("environment_variables", known, remark)
    asks = 'which origins may call from browsers, as "https://HOST"; none: not evaluated'
    table.add("cors_origins", [], "", asks)
    scale = at(shape.app.values, "properties", "template", "scale")
    for key, guides, theirs in REPLICAS:
        value = at(scale, theirs)
        table.add(key, guides, "guide" if value == guides else f"guide; FOUND: {value}")
    rules = objects_at(scale, "rules")
    numbers = [text_at(rule, "http", "metadata", "concurrentRequests") for rule in rules]
    same = numbers == [str(CONCURRENT_REQUESTS)]
    beside = "" if same else f"; FOUND: {', '.join(numbers) or 'none'}"
    table.add("concurrent_requests", CONCURRENT_REQUESTS, f"guide{beside}")


def _variables(shape: Shape, name: str) -> tuple[dict[str, str], list[str]]:
    """Return the variables whose values are names of this deployment, and the names of those with other values.

    A tape holds digests: a value is known by trying those names. No other value is written down: it could be a secret.
    """
    redactor = Redactor(salt=shape.found.salt) if shape.found.salt else None
    candidates = tuple(dict.fromkeys(_candidates(shape, name)))
    known: dict[str, str] = {}
    unknown: list[str] = []
    for variable in objects_at(_container(shape), "env"):
        key, value = text_at(variable, "name"), text_at(variable, "value")
        if not key or not value or variable.get("secretRef"):
            continue
        match = next((candidate for candidate in candidates if _is_value(redactor, key, candidate, value)), None)
        if match is not None and secret_kind(key, match) is None:
            known[key] = match
        else:
            unknown.append(key)
    return known, unknown


def _is_value(redactor: Redactor | None, name: str, candidate: str, value: str) -> bool:
    return candidate == value or (redactor is not None and redactor.variable(name, candidate) == value)


def _candidates(shape: Shape, name: str) -> Iterator[str]:
    yield from (name, *LOG_LEVELS)
    if shape.identity is not None:
        yield from (shape.identity.name, shape.identity.text("properties", "clientId"))
    for service in shape.services:
        yield from _names_of(shape, service)


def _names_of(shape: Shape, service: FoundService) -> Iterator[str]:
    host = host_of(service, service.kind.first_sub_resource)
    yield from (host, f"https://{host}", f"https://{host}/", service.resource.name)
    if service.kind.kind == "sql":
        yield from (
            database.name for database in shape.found.below(service.resource.id, f"{service.resource.type}/databases")
        )


def _propose_backup(draft: Draft, shape: Shape) -> None:
    sql = next((service for service in shape.services if service.kind.kind == "sql"), None)
    policy = next(iter(shape.found.of_type(LONG_TERM)), None)
    if sql is None:
        return
    table = draft.table("deployment.backup")
    databases = [database.name for database in shape.found.below(sql.resource.id, f"{sql.resource.type}/databases")]
    first = next((database for database in sorted(databases) if database != "master"), "db-apex")
    table.add("copy_prefix", f"{first}-backup-", "guide: a copy before each migration (Step 12)")
    kept = {
        key: policy.text("properties", f"{key}Retention") if policy is not None else ""
        for key in ("weekly", "monthly", "yearly")
    }
    wanted = {key: value for key, value in kept.items() if value and value != "PT0S"}
    if wanted:
        table.add("long_term", wanted, "found")
