"""The estate of the environment that a file declares."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from sandbox.azure.azure_estate import AzureEstate


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
    return {role: one["object_id"] for role, one in identities.items() if "object_id" in one}


def _resize(estate: AzureEstate, deployment: dict[str, Any]) -> None:
    """Give the application and the database the sizes that are declared: those of production otherwise."""
    scale = estate.find("containerApps/ca-apex-{environment}")["properties"]["template"]["scale"]
    revision = deployment.get("revision", {})
    for key, wanted in (("minReplicas", "minimum_replicas"), ("maxReplicas", "maximum_replicas")):
        scale[key] = revision.get(wanted, scale[key])
    if (objective := deployment.get("skus", {}).get("sql")) is not None:
        estate.find("databases/db-apex-{environment}")["properties"]["currentServiceObjectiveName"] = objective
