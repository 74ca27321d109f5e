"""Kinds of platform services: those of the table `kinds.toml`, and those that `[kinds.NAME]` of a file describes."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from assurance.environment.values import Declared, Text

PropertyPath = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]\w*(\.\w+)*$")]
ResourceType = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]+(\.[A-Za-z0-9]+)+/[A-Za-z0-9]+$")]
ApiVersion = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}(-preview)?$")]


class DeclaredProperty(Declared):
    """A property of a service, or of what hangs under it.

    Attributes:
        child: The resource under the service that has the property, such as `networkRuleSets/default`.
        property: Its path, such as `properties.disableLocalAuth`.
    """

    child: Text | None = None
    property: PropertyPath


class DemandedProperty(DeclaredProperty):
    """A property that must have one value, told explicitly.

    Attributes:
        child: The resource under the service that has the property, such as `networkRuleSets/default`.
        property: Its path, such as `properties.disableLocalAuth`.
        equals: The value; texts are compared in any casing.
        unless_trusted: Whether the demand falls away where the service says `trusted_services = true`.
    """

    equals: str | bool
    unless_trusted: bool = False


class DeclaredRules(Declared):
    """Where a service keeps rules that let somebody in.

    Attributes:
        collection: What hangs under the service and holds a rule each, such as `firewallRules`.
        child: The resource under the service that has the list of rules.
        property: The path of that list, in the service or the child.
        subnet: Where a rule names the subnet that it lets in, such as `subnet.id`.
    """

    collection: Text | None = None
    child: Text | None = None
    property: PropertyPath | None = None
    subnet: PropertyPath = "id"


class DeclaredKind(Declared):
    """A kind of service that the suite does not know, which services may name as their `kind`: by what it is judged.

    Attributes:
        type: Azure's type, such as `Microsoft.Kusto/clusters`.
        api_version: By which version of its provider's API it is asked for.
        public_access: The property that must be Disabled.
        entra_only: What says that only Microsoft Entra identities are accepted; absent where the kind cannot say so.
        least_tls: The property that holds the least TLS version; absent where it cannot be set.
        address_rules: Where rules stand that let addresses in; absent where there are none.
        network_rules: Where rules stand that let subnets in; absent where there are none.
        demands: Further properties that must have one value.
        sku: The property that names its SKU.
    """

    type: ResourceType
    api_version: ApiVersion
    public_access: PropertyPath = "properties.publicNetworkAccess"
    entra_only: DemandedProperty | None = None
    least_tls: DeclaredProperty | None = None
    address_rules: DeclaredRules | None = None
    network_rules: DeclaredRules | None = None
    demands: tuple[DemandedProperty, ...] = Field(default=(), strict=False)
    sku: PropertyPath = "sku.name"


@cache
def service_types() -> Mapping[str, str]:
    """Return Azure's type of each kind of the table."""
    return {entry["kind"]: entry["type"] for entry in _table()}


@cache
def judged_kinds() -> Mapping[str, DeclaredKind]:
    """Return those kinds of the table that are judged by their description; the others have code of their own."""
    return {
        entry["kind"]: DeclaredKind.model_validate(
            {"type": entry["type"], "sku": ".".join(entry.get("sku", ("sku", "name"))), **entry["judged"]}
        )
        for entry in _table()
        if "judged" in entry
    }


# `Any`: our own file, whose form a test holds.
def _table() -> list[dict[str, Any]]:
    document = tomllib.loads(files(__package__).joinpath("kinds.toml").read_text(encoding="utf-8"))
    return list(document["kinds"])
