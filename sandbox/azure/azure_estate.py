"""The estate that the stand-in for Azure serves: resources as data, easy to read and to make wrong."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias

from sandbox.azure.resource_ids import ResourcePath, change_property, normalized, remove_property

# A resource is whatever JSON Azure answers; its shape belongs to Azure and differs from type to type.
Resource: TypeAlias = dict[str, Any]

ESTATE_DIRECTORY = Path(__file__).parent / "estate"
# Deployments of other shapes than the guide's, one file each: what they lack, what is other, and what they have beside.
DEPLOYMENTS = Path(__file__).parent / "deployments"
# What Azure Resource Manager knows, by area; what the data planes and the directory know stands in `data_planes.json`.
RESOURCE_FILES = ("access", "network", "applications", "data_services", "monitoring")
DATA_PLANES = "data_planes"
TENANT_ID = "11111111-1111-4111-8111-111111111111"
SUBSCRIPTION_ID = "22222222-2222-4222-8222-222222222222"
# The suite's own identity: what the directory says of it, `authorization.json` says what it may do.
CALLER = "93c8f5a0-7d1b-4e26-a5f9-1c0b8d6e4f72"

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@lru_cache(maxsize=1)
def moments() -> Mapping[str, str]:
    """The placeholders that stand for times, such as a backup's that must be recent, as of when this process began.

    They are `today` as `20260203`, `ago_3_hours` in ISO 8601, and so on.
    """
    begun = datetime.now(UTC)
    return {
        "today": f"{begun:%Y%m%d}",
        "ago_3_hours": _written(begun - timedelta(hours=3)),
        "ago_4_days": _written(begun - timedelta(days=4)),
    }


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@lru_cache(maxsize=64)
def _file_text(name: str) -> str:
    return (ESTATE_DIRECTORY / f"{name}.json").read_text(encoding="utf-8")


@lru_cache(maxsize=16)
def _deployment_text(environment: str) -> str:
    path = DEPLOYMENTS / f"{environment}.json"
    return path.read_text(encoding="utf-8") if path.is_file() else "{}"


class AzureEstate:
    """Every resource of one deployment, in the JSON that Azure Resource Manager answers.

    Attributes:
        parameters: What the placeholders of the data files stand for, by name: `environment`, `subscription_id`, ...
        resources: The resources by their id in lower case, in the order in which Azure lists them.
        groups: The members of each Microsoft Entra group, by object id, for `assignedTo()`.
        secrets: The items of the key vault's secret list: ids and attributes, never a value.
        images: The images in the container registry: repository, tag, digest, times, size.
        endpoints: How DNS and the network see the platform services (see `sandbox.network.listeners`).
        serves_apex: Whether the stand-in for the application belongs to it.
        caller: The object id of whoever asks, for the list of its own permissions.
        activity: The events of the activity log (see `sandbox.azure.activity_log`).
    """

    def __init__(self, parameters: dict[str, str]) -> None:
        self.parameters = parameters
        self.resources: dict[str, Resource] = {}
        self.groups: dict[str, list[str]] = {}
        self.secrets: list[Resource] = []
        self.images: list[Resource] = []
        self.endpoints: list[Resource] = []
        self.serves_apex = True
        self.caller = CALLER
        self.activity: list[Resource] = []

    @classmethod
    def load(
        cls,
        environment: str = "sandbox",
        *,
        resource_group: str | None = None,
        suffix: str = "4k7x",
        location: str = "eastus",
        subscription_id: str = SUBSCRIPTION_ID,
        tenant_id: str = TENANT_ID,
    ) -> AzureEstate:
        """Read the compliant estate of one environment: of the guide's shape, unless there is a deployment of its name.

        Args:
            environment: The environment's name, which is part of nearly every resource's name.
            resource_group: The resource group's name; `apex-rg-<environment>` by default.
            suffix: What makes the names of the storage account and the key vault unique.
            location: The Azure region.
            subscription_id: The subscription's id.
            tenant_id: The Microsoft Entra tenant's id.
        """
        group = resource_group or f"apex-rg-{environment}"
        estate = cls(
            {
                "environment": environment,
                "location": location,
                "resource_group": group,
                "resource_group_id": f"/subscriptions/{subscription_id}/resourceGroups/{group}",
                "resource_group_upper": group.upper(),
                "subscription_id": subscription_id,
                "suffix": suffix,
                "tenant_id": tenant_id,
                **moments(),
            }
        )
        for name in RESOURCE_FILES:
            for resource in estate.read(name):
                estate.resources[normalized(resource["id"])] = resource
        beside = estate.read(DATA_PLANES)
        estate.groups, estate.secrets = beside["directory_groups"], beside["key_vault_secrets"]
        estate.images, estate.endpoints = beside["registry_images"], beside["services"]
        estate._reshape(json.loads(estate.fill(_deployment_text(environment))))
        return estate

    def _reshape(self, deployment: Resource) -> None:
        """Make of the guide's estate another deployment; one that says nothing changes nothing."""
        for reference in deployment.get("without", ()):
            self.remove(reference)
        for reference, path, value in deployment.get("changes", ()):
            self.change(reference, path, value)
        for resource in deployment.get("with", ()):
            self.add(resource)
        unreached, unknown = deployment.get("without_endpoints", ()), deployment.get("without_secrets", ())
        self.endpoints = [endpoint for endpoint in self.endpoints if endpoint["key"] not in unreached]
        self.endpoints += deployment.get("with_endpoints", ())
        self.secrets = [secret for secret in self.secrets if secret["id"].rpartition("/")[2] not in unknown]
        self.serves_apex = deployment.get("application", True)

    def read(self, name: str) -> Any:  # noqa: ANN401 - a data file holds a list or an object
        """One data file with its placeholders replaced.

        Raises:
            KeyError: The file names a placeholder that is not among the parameters.
        """
        return json.loads(self.fill(_file_text(name)))

    def fill(self, text: str) -> str:
        """The text with every placeholder replaced, such as `{environment}` or `{resource_group_id}`."""
        return _PLACEHOLDER.sub(lambda match: self.parameters[match.group(1)], text)

    def find(self, reference: str) -> Resource:
        """The one resource that a reference means.

        Args:
            reference: An id, or the end of one, in any casing: `sql-apex-prod`, or, where several resources share a
                name, `privatelink.openai.azure.com/A/openai-apex-prod`. A name that a top-level resource and others
                share means the top-level resource. Placeholders are replaced.

        Raises:
            KeyError: None, or more than one, is meant.
        """
        return self.resources[self._key(reference)]

    def change(self, reference: str, path: str, value: object) -> None:
        """Set one property of one resource.

        Args:
            reference: The resource, as in `find`.
            path: The property's path: `properties.publicNetworkAccess`; a list's item is chosen by its name or its
                position: `properties.subnets[snet-privateendpoints].properties.addressPrefix`, `...rules[0]`.
            value: What it becomes, as JSON data.
        """
        change_property(self.find(reference), self.fill(path), value)

    def remove(self, reference: str, path: str | None = None) -> None:
        """Remove a resource with all that hangs under it or, if a path is given, one of its properties or items."""
        key = self._key(reference)
        if path is not None:
            remove_property(self.resources[key], self.fill(path))
            return
        for candidate in [key, *(resource for resource in self.resources if resource.startswith(f"{key}/"))]:
            del self.resources[candidate]

    def add(self, resource: Resource) -> Resource:
        """Add a resource, or replace the one with the same id.

        Args:
            resource: The body, with its full `id`; `name` and `type` follow from the id if absent. Placeholders are
                replaced: `{"id": "{resource_group_id}/providers/Microsoft.Network/publicIPAddresses/jump"}`.
        """
        filled: Resource = json.loads(self.fill(json.dumps(resource)))
        segments = filled["id"].split("/")
        filled.setdefault("name", segments[-1])
        provider = filled["id"].rsplit("/providers/", 1)[-1].split("/")
        filled.setdefault("type", "/".join([provider[0], *provider[1::2]]))
        self.resources[normalized(filled["id"])] = filled
        return filled

    def copy(self) -> AzureEstate:
        """An estate of its own with the same content."""
        twin = AzureEstate(dict(self.parameters))
        twin.caller = self.caller
        twin.activity, twin.serves_apex = list(self.activity), self.serves_apex
        twin.resources, twin.groups, twin.secrets = json.loads(json.dumps([self.resources, self.groups, self.secrets]))
        twin.images, twin.endpoints = json.loads(json.dumps([self.images, self.endpoints]))
        return twin

    def of_type(self, resource_type: str) -> Iterator[Resource]:
        """The resources of one type, such as `Microsoft.Network/virtualNetworks/subnets`, in any casing."""
        namespace, *types = resource_type.lower().split("/")
        for key, resource in list(self.resources.items()):
            path = ResourcePath.parse(key)
            if path.namespace == namespace and list(path.types) == types:
                yield resource

    def _key(self, reference: str) -> str:
        wanted = normalized(self.fill(reference))
        if wanted in self.resources:
            return wanted
        candidates = [key for key in self.resources if key.endswith(wanted)]
        top_level = [key for key in candidates if len(ResourcePath.parse(key).types) == 1]
        for choice in (candidates, top_level):
            if len(choice) == 1:
                return choice[0]
        raise KeyError(f"{reference!r} means {len(candidates)} resources of the estate, expected one: {candidates}")


def declared_estate(environment: str, declared: Path) -> AzureEstate:
    """The estate with the ids and sizes that an environment file declares; its names follow from the environment's."""
    file: dict[str, Any] = tomllib.loads(declared.read_text(encoding="utf-8"))
    names = ("subscription_id", "tenant_id", "resource_group", "location")
    estate = AzureEstate.load(environment, **{name: file[name] for name in names if name in file})
    _resize(estate, file.get("deployment", {}))
    return estate


def declared_object_ids(declared: Path) -> dict[str, str]:
    """The object ids that an environment file declares for those who call the application, by their role.

    They stand in requests that grant access, and so must be those of the file that a tape is replayed with.
    """
    file: dict[str, Any] = tomllib.loads(declared.read_text(encoding="utf-8"))
    identities: dict[str, dict[str, str]] = file["application"]["identities"]
    return {role: identity["object_id"] for role, identity in identities.items() if "object_id" in identity}


def _resize(estate: AzureEstate, deployment: dict[str, Any]) -> None:
    """Give the application and the database the sizes that are declared: those of production otherwise."""
    scale = estate.find("containerApps/ca-apex-{environment}")["properties"]["template"]["scale"]
    revision = deployment.get("revision", {})
    for key, wanted in (("minReplicas", "minimum_replicas"), ("maxReplicas", "maximum_replicas")):
        scale[key] = revision.get(wanted, scale[key])
    if (objective := deployment.get("skus", {}).get("sql")) is not None:
        estate.find("databases/db-apex-{environment}")["properties"]["currentServiceObjectiveName"] = objective
