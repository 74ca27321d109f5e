"""What an environment file leaves out against the guide: who declares less is judged on less, and must be told so.

The guide (Step 3) demands five services behind private endpoints, two security groups that deny all but declared
flows, ten controls, and no severe alert. A file may declare less, with its reasons; a reader of the decision sees it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from assurance.environment.model import DeclaredService, Environment, NotApplicable
from assurance.environment.network import DeclaredFlow
from assurance.environment.values import lies_within

NO_APPLICATION = "The environment file has no table [application]."
NO_TELEMETRY = "The environment file has no table [telemetry]."
NO_MONITORING = "The environment file has no table [deployment.monitoring]."
NO_SERVICE = "The environment file declares no service of kind {}."
LOAD_NOT_ALLOWED = "The environment file does not say load.allowed = true: no load test is run here."
LOAD_NOT_ASKED_FOR = "A load test is run only where it is asked for: -m load."
READ_ONLY = "The environment file says application.read_only = true, and this check writes."


def without_application(environment: Environment, control: str, nouns: Iterable[str]) -> NotApplicable | None:
    """Return why a check of `control` that takes these nouns does not apply; None if it does.

    Args:
        environment: What is declared.
        control: The check's control.
        nouns: All that the check rests on, down to the roots.
    """
    rests_on = frozenset(nouns) & {"application", "flows", "load_generator", "measurements"}
    if not rests_on:
        return None
    if environment.application is None:
        return NotApplicable(control=control, reason=NO_APPLICATION)
    if environment.application.read_only and rests_on & {"flows", "load_generator"}:
        return NotApplicable(control=control, reason=READ_ONLY)
    return None


def without_telemetry(environment: Environment, control: str, nouns: Iterable[str]) -> NotApplicable | None:
    """Return why a check does not apply that rests on telemetry which nobody declared; None for every other."""
    if environment.telemetry is not None or not frozenset(nouns) & {"telemetry", "measurements"}:
        return None
    return NotApplicable(control=control, reason=NO_TELEMETRY)


# The nouns that rest on a service of a kind, and those that rest on monitoring.
RESTING_ON_KIND = {
    "sql": frozenset({"database", "database_backups", "database_objective"}),
    "storage": frozenset({"blob_service"}),
    "key_vault": frozenset({"key_vault", "vault_secrets"}),
}
RESTING_ON_MONITORING = frozenset(
    {"alert_rules", "dashboard", "fired_alerts", "insights_component", "log_workspace", "log_workspace_id"}
)


def without_service(environment: Environment, control: str, nouns: Iterable[str]) -> NotApplicable | None:
    """Return why a check does not apply that rests on a kind of service, or on monitoring, which nobody declared."""
    rests_on = frozenset(nouns)
    kinds = {service.kind for service in environment.services.values()}
    lacking = next((kind for kind, known in RESTING_ON_KIND.items() if rests_on & known and kind not in kinds), None)
    if lacking is not None:
        return NotApplicable(control=control, reason=NO_SERVICE.format(lacking))
    if environment.deployment.monitoring is None and rests_on & RESTING_ON_MONITORING:
        return NotApplicable(control=control, reason=NO_MONITORING)
    return None


def without_load(
    environment: Environment, control: str, nouns: Iterable[str], *, is_asked_for: bool
) -> NotApplicable | None:
    """Return why a load test does not apply; None for one that does, and for every other check.

    Args:
        environment: What is declared.
        control: The check's control.
        nouns: All that the check rests on, down to the roots.
        is_asked_for: Whether the run was told to put the application under load.
    """
    if "load_generator" not in nouns:
        return None
    if not environment.load.allowed:
        return NotApplicable(control=control, reason=LOAD_NOT_ALLOWED)
    return None if is_asked_for else NotApplicable(control=control, reason=LOAD_NOT_ASKED_FOR)


def offered_elsewhere(environment: Environment, control: str, subject: str) -> NotApplicable | None:
    """Return how an operation that the API lacks is done in this environment; None if it says nothing of the subject.

    Args:
        environment: What is declared.
        control: The check's control; only the role matrix is about operations.
        subject: The case's subject, such as `manager-approves-estimate`.
    """
    if environment.application is None or not control.startswith("RBAC-"):
        return None
    for offered in environment.application.offered_elsewhere:
        if subject.endswith(f"-{offered.operation}"):
            return NotApplicable(control=control, reason=f"Offered otherwise than by the API: {offered.how}")
    return None


# Kind of service, how many the guide has, and the Defender plan that watches it (guide, Steps 3 and 18).
GUIDE_SERVICES = {
    "sql": (1, "SQL server", "SqlServers"),
    "storage": (1, "storage account", "StorageAccounts"),
    "cognitive": (2, "Azure AI service", "AI"),
    "key_vault": (1, "Key Vault", "KeyVaults"),
}
SIGNED_IN_TO_BY_USERS = frozenset({"sql", "postgresql", "mysql"})
EVERYWHERE = frozenset({"*", "internet", "0.0.0.0/0", "::/0"})
SECURITY = "SEC-"


def left_out(environment: Environment, vantage: Collection[str]) -> tuple[str, ...]:
    """Return what a file leaves out or permits against the guide, each in words; nothing where it demands all of it.

    Args:
        environment: The file.
        vantage: From where the run looks: what another vantage covers is left to that run.
    """
    sentences = [
        *_services(environment),
        *_groups(environment),
        *_exceptions(environment),
        *_defender(environment),
        *_controls(environment, vantage),
        *_areas(environment),
    ]
    return tuple(dict.fromkeys(sentences))


def _services(environment: Environment) -> Iterator[str]:
    declared = [service.kind for service in environment.services.values()]
    for kind, (number, called, _) in GUIDE_SERVICES.items():
        if (count := declared.count(kind)) < number:
            yield f"declares {count or 'no'} {called}, where the guide has {number}"
    with_role = {role.service for role in environment.identity.roles}
    # A database is signed in to by a user of its own, not by a role.
    for key, service in environment.services.items():
        if key not in with_role and service.kind not in SIGNED_IN_TO_BY_USERS:
            yield f"demands no role of the identity on {service.name}"


def _groups(environment: Environment) -> Iterator[str]:
    endpoints = [endpoint for service in environment.services.values() for endpoint in service.endpoints]
    wanted = [(_group_of(environment, endpoint.network, endpoint.subnet), "Inbound") for endpoint in endpoints]
    environments = environment.container_apps.environments
    wanted += [(_group_of(environment, placed.network, placed.subnet), "Outbound") for placed in environments]
    denied = {
        network_security_group.name: network_security_group.deny_all
        for network_security_group in environment.network_security_groups
    }
    for group, direction in dict.fromkeys(wanted):
        if group is not None and direction not in denied[group]:
            yield f"does not demand that {group} denies all that is {direction.lower()}"
    for network_security_group in environment.network_security_groups:
        for flow in network_security_group.permitted_flows:
            if _is_open(flow):
                where = "from" if flow.direction == "Inbound" else "to"
                yield f"permits the flow {flow.name} of {network_security_group.name} {where} everywhere"


def _group_of(environment: Environment, network: str | None, subnet: str) -> str | None:
    return next(
        declared.network_security_group for declared in environment.subnets_of(network) if declared.name == subnet
    )


def _is_open(flow: DeclaredFlow) -> bool:
    end = flow.source if flow.direction == "Inbound" else flow.destination
    return end.casefold() in EVERYWHERE


def _exceptions(environment: Environment) -> Iterator[str]:
    for service in environment.services.values():
        yield from _exceptions_of(environment, service)
    apps, identity = environment.container_apps, environment.identity
    if apps.ingress_external:
        before = [f"the Front Door {apps.front_door.profile}"] if apps.front_door is not None else []
        before += [gateway.name for gateway in apps.gateways]
        behind = f", behind {' and '.join(before)}" if before else ""
        yield f"permits an external ingress of {apps.app}{behind}"
    if apps.is_public:
        yield f"permits that {apps.environment} has a public address"
    yield from _beside_gateways(environment)
    for further in apps.further:
        if further.ingress == "external":
            yield f"permits an external ingress of {further.name}"
    if apps.permitted_endpoints:
        yield f"lets endpoints of others into {apps.environment}: {len(apps.permitted_endpoints)}"
    for port in apps.external_ports:
        yield f"permits the external port {port} of {apps.app}"
    for address in environment.public_addresses:
        yield f"permits the public address {address.rsplit('/', 1)[-1]}"
    for role in identity.permitted_roles:
        yield f"permits the identity the role {role.role} beyond what it needs"
    for name in identity.federated_credentials:
        yield f"permits that somebody outside Azure signs in as the identity, by {name}"
    for known in environment.inventory.known:
        if known.public:
            yield f"permits that {known.resource} is public"


def _beside_gateways(environment: Environment) -> Iterator[str]:
    """Give the flows that lead into the application's subnet beside its gateways."""
    apps, subnets = environment.container_apps, {subnet.name: subnet for subnet in environment.virtual_network.subnets}
    if not apps.gateways:
        return
    own = subnets[apps.subnet]
    known = [own.prefix, *(subnets[gateway.subnet].prefix for gateway in apps.gateways)]
    for group in environment.network_security_groups:
        if group.name != own.network_security_group:
            continue
        for flow in group.permitted_flows:
            if flow.direction == "Inbound" and not _comes_from(flow.source, known):
                yield f"permits the flow {flow.name} of {group.name} into the application's subnet beside its gateway"


def _comes_from(source: str, prefixes: Collection[str]) -> bool:
    if source.casefold() == "azureloadbalancer":  # its probes
        return True
    return source[:1].isdigit() and lies_within(source, prefixes)


def _exceptions_of(environment: Environment, service: DeclaredService) -> Iterator[str]:
    if service.trusted_services:
        yield f"lets Azure's trusted services into {service.name}"
    described = environment.described(service.kind)
    if service.local_authentication is not False or (described is not None and described.entra_only is None):
        yield f"does not demand that {service.name} refuses keys and passwords"
    named = {
        "subnets of other networks": service.permitted_subnets,
        "endpoints of others": service.permitted_endpoints,
        "resources by their id": service.permitted_resources,
    }
    for what, some in named.items():
        if some:
            yield f"lets {what} into {service.name}: {len(some)}"


def _defender(environment: Environment) -> Iterator[str]:
    plans = {plan.casefold() for plan in environment.defender.plans}
    kinds = {service.kind for service in environment.services.values()}
    for kind, (_, called, plan) in GUIDE_SERVICES.items():
        if kind in kinds and plan.casefold() not in plans:
            yield f"does not demand the Defender plan {plan}, which watches its {called}"
    if environment.defender.secure_score_floor == 0:
        yield "demands no secure score: the floor is 0"
    for rule in environment.defender.suppression_rules:
        yield f"permits the rule {rule} to dismiss alerts"


def _controls(environment: Environment, vantage: Collection[str]) -> Iterator[str]:
    for exclusion in environment.not_applicable:
        if exclusion.control.startswith(SECURITY) and exclusion.unless_vantage not in vantage:
            yield f"calls {_named(exclusion)} not applicable: {exclusion.reason.rstrip('.')}"


def _named(declared: NotApplicable) -> str:
    parts = (declared.control, declared.check or "", f"[{declared.subject}]" if declared.subject else "")
    return " ".join(part for part in parts if part)


def _areas(environment: Environment) -> Iterator[str]:
    if environment.application is None:
        yield "declares no application, so smoke, workflow, roles and bad input are not judged"
    if environment.telemetry is None:
        yield "declares no telemetry, so service levels are not judged"
    if environment.deployment.monitoring is None:
        yield "declares no monitoring, so alert rules and the dashboard are not judged"
