"""The proposed environment file.

Written from what was found, valid at once, with questions where only people know, also of what stands beside it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import ValidationError

from assurance.discovery.applications import propose_apps, propose_defender, propose_identity
from assurance.discovery.deployment import propose_deployment, propose_telemetry
from assurance.discovery.draft import QUESTION, Ask, Draft
from assurance.discovery.found import Found, objects_at, text_at
from assurance.discovery.network import propose_network
from assurance.discovery.services import propose_services
from assurance.discovery.shape import Shape
from assurance.environment import Environment
from assurance.environment.toml_files import problems
from assurance.environment.values import Vantage
from assurance.errors import UsageError
from assurance.estate.estate import DeclaredIds
from assurance.estate.inventory.accounts import Accounts, kind_of
from assurance.estate.resources.resource import segments

REASON = "Say here why it is there."
SHORTEST_REASON = 10


def ask_for_strays(draft: Draft, shape: Shape, environment: Environment, ask: Ask | None) -> tuple[str, ...]:
    """Ask, at the end of the file, of each such resource why it is there; return the questions that stay open."""
    questions: list[str] = []
    for path in _strays(shape, environment):
        reason = ask("inventory.known", f"why {path} is there, which no check judges", "") if ask is not None else ""
        if isinstance(reason, str) and len(reason) >= SHORTEST_REASON:
            known = draft.table("inventory.known", is_one_of_many=True)
            known.add("resource", path, "found")
            known.add("reason", reason, "answered")
            continue
        questions.append(f"inventory.known: why {path} is there, which no check judges")
        draft.remarks += [
            f"{QUESTION}why is this there? No check judges it, and SEC-11 fails until it is named with the reason.",
            "[[inventory.known]]",
            f'resource = "{path}"',
            f'reason = "{REASON}"',
        ]
    return tuple(questions)


def _strays(shape: Shape, environment: Environment) -> Iterator[str]:
    ids = DeclaredIds(environment)
    declared = frozenset(map(segments, ids.all_ids()))
    databases = tuple(service.database for service in environment.services.values() if service.database)
    backup = environment.deployment.backup
    copies = (f"{backup.copy_prefix}*",) if backup is not None else ()
    types = frozenset(map(kind_of, ids.service_ids()))
    accounts = Accounts(declared, ids.group_id, types, (*databases, *copies), ())
    for resource in shape.found.resources.values():
        # What has no location is a part of something else, and stands in no group's list.
        if shape.found.is_here(resource) and resource.text("location") and not accounts.judges(resource.id):
            yield resource.id[resource.id.casefold().rindex("/providers/") + len("/providers/") :]


FRONTENDS = ("properties", "frontendIPConfigurations")
NO_TENANT = "00000000-0000-0000-0000-000000000000"
PUBLIC_CLOUD = "https://management.azure.com"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the command line says of the environment, beside what is found.

    Attributes:
        name: What the environment is called; empty to make it of the resource group's name.
        vantage: From where the suite runs.
        access: The environment from which cloud, sign-in and views are taken; None for Azure's public cloud.
        ask: Asks somebody what only people know; None to leave the questions in the file.
    """

    name: str = ""
    vantage: tuple[Vantage, ...] = ()
    access: Environment | None = None
    ask: Ask | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposed file.

    Attributes:
        text: The file.
        questions: What it asks, each as `key: question`.
        environment: What it declares, as it stands.
    """

    text: str
    questions: tuple[str, ...]
    environment: Environment


def propose(found: Found, circumstances: Circumstances) -> Proposal:
    """Return the environment file for what was found.

    Raises:
        UsageError: What was found cannot be declared; nothing is proposed then.
    """
    shape, draft = Shape(found), Draft()
    name = circumstances.name or name_from(found.resource_group)
    _propose_head(draft, shape, name, circumstances)
    propose_network(draft, shape)
    propose_services(draft, shape)
    propose_apps(draft, shape)
    propose_identity(draft, shape)
    propose_defender(draft, shape)
    propose_telemetry(draft, shape)
    propose_deployment(draft, shape, name)
    _propose_drift(draft, shape)
    _remark_on_application(draft, shape, name)
    draft.remarks += [f"could not be read: {refusal}" for refusal in found.refusals]
    if circumstances.ask is not None:
        draft.answer(circumstances.ask)
    environment = _validated(draft.text(), found)
    strays = ask_for_strays(draft, shape, environment, circumstances.ask)
    text = draft.text()
    return Proposal(text, (*draft.questions, *strays), _validated(text, found))


def _validated(text: str, found: Found) -> Environment:
    try:
        return Environment.model_validate(tomllib.loads(text))
    except (ValidationError, tomllib.TOMLDecodeError) as error:
        why = problems(error) if isinstance(error, ValidationError) else f"  {error}"
        raise UsageError(
            f"what was found of {found.resource_group} makes no valid environment file, so nothing was written:\n{why}"
        ) from error


def name_from(resource_group: str) -> str:
    """Return a name for an environment: the resource group's, without what names of groups begin with."""
    plain = re.sub(r"[^a-z0-9-]+", "-", resource_group.casefold()).strip("-")
    return re.sub(r"^(apex-rg-|rg-apex-|rg-)", "", plain)[:40].strip("-") or "apex"


def _propose_head(draft: Draft, shape: Shape, name: str, circumstances: Circumstances) -> None:
    resources = shape.found
    remarks = [
        ":schema ../docs/environment.schema.json",
        f"Written by `apex-assurance init` from {resources.origin}.",
        "What was found is not what must hold: what the guide demands stands here as the guide demands it, with what",
        "was FOUND behind it where that differs. Answer each QUESTION; until then its default holds.",
    ]
    table = draft.table("", remarks=remarks)
    table.add("name", name, "found")
    table.add("tenant_id", *_tenant(shape))
    table.add("subscription_id", resources.subscription_id, "found")
    table.add("resource_group", resources.resource_group, "found")
    located = [network.text("location").casefold().replace(" ", "") for network in (*shape.networks, *shape.apps)]
    location = next((location for location in located if location), "")
    table.add("location", location or "eastus", "found" if location else "", "" if location else "its region")
    asks = "from where the suite runs: inside the virtual network, outside, or both"
    table.add("vantage", list(circumstances.vantage or ("outside",)), "", asks)
    if addresses := _public_addresses(shape):
        asks = "whether the Internet may reach the deployment by these addresses of its gateway"
        table.add("public_addresses", addresses, "found", asks)
    _propose_access(draft, circumstances.access)


def _public_addresses(shape: Shape) -> list[str]:
    """Return the public addresses of the gateways before the application."""
    fronts = [value for _, gateway, _ in shape.gateways for value in objects_at(gateway.values, *FRONTENDS)]
    return [address_id for front in fronts if (address_id := text_at(front, "properties", "publicIPAddress", "id"))]


def _propose_access(draft: Draft, access: Environment | None) -> None:
    """Add how Azure is reached and who signs in: as another environment file has it, else the public cloud."""
    if access is None:
        cloud = draft.table("cloud")
        cloud.add("resource_manager", PUBLIC_CLOUD, "default: Azure's public cloud")
        cloud.add("authority", "https://login.microsoftonline.com", "default")
        draft.table("credential").add("kind", "default", "default: az login, a managed identity, or variables")
        return
    if access.stand_in is not None:
        draft.tables[0].add("stand_in", access.stand_in, f"as in {access.name}")
    document = access.model_dump(mode="json", exclude_unset=True, include={"cloud", "credential"}, exclude_none=True)
    views = access.views.model_dump(mode="json", exclude_unset=True, exclude_none=True)
    named = {f"views.{vantage}": view for vantage, view in views.items()}
    for header, values in {**document, **named}.items():
        table = draft.table(header)
        for key, value in values.items():
            table.add(key, value, f"as in {access.name}")


def _tenant(shape: Shape) -> tuple[str, str, str]:
    for resource in shape.found.resources.values():
        if resource.type in {"microsoft.keyvault/vaults", "microsoft.managedidentity/userassignedidentities"} and (
            tenant := resource.text("properties", "tenantId")
        ):
            return tenant, f"found: {resource.label}", ""
    return NO_TENANT, "", "the Entra tenant's id"


def _propose_drift(draft: Draft, shape: Shape) -> None:
    expected = []
    if shape.app is not None:
        name = shape.app.name
        expected = [
            (name, "properties.latest*Revision*", "Every release makes a revision; its change request tells of it."),
            (f"{name}--*", "*", "Every release makes a revision, and retires one."),
        ]
    for resource, path, reason in expected:
        table = draft.table("drift.expected", is_one_of_many=True)
        table.add("resource", resource, "found")
        table.add("path", path, "default")
        table.add("reason", reason, "default")


def _remark_on_application(draft: Draft, shape: Shape, name: str) -> None:
    ingress = shape.app.text("properties", "configuration", "ingress", "fqdn") if shape.app is not None else ""
    variable = re.sub(r"[^A-Z0-9]+", "_", f"APEX_{name}_ESTIMATOR_TOKEN".upper())
    draft.remarks += [
        "QUESTION: as whom is the API called? Until these tables are there, its checks are not applicable.",
        "[application]",
        f'base_url = "https://{ingress or "HOST"}"',
        f'audience = "api://apex-{name}"',
        "[application.identities]",
        f'estimator = {{ kind = "token", token_variable = "{variable}" }}',
    ]
