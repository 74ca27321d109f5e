"""Public doors of any kind of resource: by the properties that open them, whatever service they belong to.

Sources: the REST references of the providers. A kind that is not in the table is judged by the properties that most
kinds share; its api-version is asked of its provider.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assurance.world.azure.document import Document

PUBLIC = ("properties", "publicNetworkAccess")
NETWORK = ("properties", "network", "publicNetworkAccess")
ACLS = ("properties", "networkAcls", "publicNetworkAccess")
ADDRESS = ("properties", "ipAddress")
SHUT = frozenset({"disabled", "securedbyperimeter"})


@dataclass(frozen=True, slots=True)
class Kind:
    """How a kind of resource opens to public networks.

    Attributes:
        api_version: By which it is asked for.
        access: Where it says whether public networks are let in; empty if it cannot say so.
        must_be_false: Flags that open it, or let strangers in, if they are true.
        must_be_true: Flags that shut it, absent meaning that it is open.
        by_existing: What it is if its mere existence is a public door; empty otherwise.
    """

    api_version: str
    access: tuple[str, ...] = ()
    must_be_false: tuple[tuple[str, ...], ...] = ()
    must_be_true: tuple[tuple[str, ...], ...] = ()
    by_existing: str = ""


_ADDRESS = "it is a public address"
_FRONT = "it is a public front"
_INGRESS = ("properties", "configuration", "ingress", "external")
KINDS: Mapping[str, Kind] = {
    "microsoft.apimanagement/service": Kind("2022-08-01", PUBLIC),
    "microsoft.app/containerapps": Kind("2024-03-01", must_be_false=(_INGRESS,)),
    "microsoft.app/jobs": Kind("2024-03-01"),
    "microsoft.app/managedenvironments": Kind(
        "2024-03-01", must_be_true=(("properties", "vnetConfiguration", "internal"),)
    ),
    "microsoft.appconfiguration/configurationstores": Kind("2023-03-01", PUBLIC),
    "microsoft.automation/automationaccounts": Kind("2023-11-01", PUBLIC),
    "microsoft.cache/redis": Kind("2024-03-01", PUBLIC, must_be_false=(("properties", "enableNonSslPort"),)),
    "microsoft.cache/redisenterprise": Kind("2025-07-01", PUBLIC),
    "microsoft.cdn/profiles": Kind("2024-02-01", by_existing=_FRONT),
    "microsoft.cognitiveservices/accounts": Kind("2023-05-01", PUBLIC),
    "microsoft.containerregistry/registries": Kind(
        "2023-07-01",
        PUBLIC,
        must_be_false=(("properties", "adminUserEnabled"), ("properties", "anonymousPullEnabled")),
    ),
    "microsoft.containerservice/managedclusters": Kind(
        "2024-05-01", must_be_true=(("properties", "apiServerAccessProfile", "enablePrivateCluster"),)
    ),
    "microsoft.datafactory/factories": Kind("2018-06-01", PUBLIC),
    "microsoft.dbformysql/flexibleservers": Kind("2023-12-30", NETWORK),
    "microsoft.dbforpostgresql/flexibleservers": Kind("2024-08-01", NETWORK),
    "microsoft.documentdb/databaseaccounts": Kind("2024-05-15", PUBLIC),
    "microsoft.eventgrid/domains": Kind("2022-06-15", PUBLIC),
    "microsoft.eventgrid/topics": Kind("2022-06-15", PUBLIC),
    "microsoft.eventhub/namespaces": Kind("2024-01-01", PUBLIC),
    "microsoft.insights/datacollectionendpoints": Kind("2022-06-01", ACLS),
    "microsoft.keyvault/managedhsms": Kind("2023-07-01", PUBLIC),
    "microsoft.keyvault/vaults": Kind("2023-07-01", PUBLIC),
    "microsoft.machinelearningservices/workspaces": Kind("2024-04-01", PUBLIC),
    "microsoft.network/applicationgateways": Kind("2024-01-01", by_existing=_FRONT),
    "microsoft.network/bastionhosts": Kind("2024-01-01", by_existing=_FRONT),
    "microsoft.network/frontdoors": Kind("2021-06-01", by_existing=_FRONT),
    "microsoft.network/publicipaddresses": Kind("2024-01-01", by_existing=_ADDRESS),
    "microsoft.network/publicipprefixes": Kind("2024-01-01", by_existing="it is a range of public addresses"),
    "microsoft.network/trafficmanagerprofiles": Kind("2022-04-01", by_existing=_FRONT),
    "microsoft.network/virtualnetworkgateways": Kind("2024-01-01", by_existing=_FRONT),
    "microsoft.recoveryservices/vaults": Kind("2024-04-01", PUBLIC),
    "microsoft.search/searchservices": Kind("2023-11-01", PUBLIC),
    "microsoft.servicebus/namespaces": Kind("2024-01-01", PUBLIC),
    "microsoft.signalrservice/signalr": Kind("2023-02-01", PUBLIC),
    "microsoft.signalrservice/webpubsub": Kind("2023-02-01", PUBLIC),
    "microsoft.sql/managedinstances": Kind("2023-08-01", must_be_false=(("properties", "publicDataEndpointEnabled"),)),
    "microsoft.sql/servers": Kind("2023-08-01", PUBLIC),
    "microsoft.storage/storageaccounts": Kind(
        "2023-05-01", PUBLIC, must_be_false=(("properties", "allowBlobPublicAccess"),)
    ),
    "microsoft.synapse/workspaces": Kind("2021-06-01", PUBLIC),
    "microsoft.web/sites": Kind("2023-12-01", PUBLIC),
    "microsoft.web/staticsites": Kind("2023-12-01", PUBLIC),
}
# What most kinds call these; where a kind is not in the table, what it has of them is judged.
SHARED = Kind(
    "",
    must_be_false=(
        ("properties", "adminUserEnabled"),
        ("properties", "anonymousPullEnabled"),
        ("properties", "allowBlobPublicAccess"),
        ("properties", "publicDataEndpointEnabled"),
        _INGRESS,
    ),
)


def open_doors(document: Document, kind: Kind | None) -> tuple[str, ...]:
    """Return by which properties a resource is open to public networks, in words.

    Raises:
        BrokenReading: A property is not of the type that is documented.
    """
    if kind is not None and kind.by_existing:
        return (kind.by_existing,)
    doors: list[str] = []
    access = kind.access if kind is not None else ()
    for path in dict.fromkeys((access, PUBLIC, NETWORK, ACLS)):
        setting = document.text(*path) if path and _is_there(document, path[:-1]) else None
        if path and (setting is not None or path == access) and (setting or "").casefold() not in SHUT:
            doors.append(f"{_dotted(path)} is {setting or 'absent, which means enabled'}")
    judged = kind or SHARED
    doors += [f"{_dotted(path)} is true" for path in judged.must_be_false if document.flag(*path) is True]
    doors += [
        f"{_dotted(path)} is {_told(document.flag(*path))}"
        for path in judged.must_be_true
        if document.flag(*path) is not True
    ]
    if _is_there(document, ADDRESS) and (document.text(*ADDRESS, "type") or "").casefold() == "public":
        doors.append("ipAddress.type is Public")
    mappings = ("properties", "configuration", "ingress", "additionalPortMappings")
    if kind is KINDS["microsoft.app/containerapps"]:
        ports = [item for item in document.items(*mappings) if item.flag("external") is True]
        doors += [f"port {port.number('targetPort') or 0:g} is external" for port in ports]
    return tuple(doors)


def _is_there(document: Document, path: tuple[str, ...]) -> bool:
    """Tell whether an object stands at a path; kinds that are not in the table may have something else there."""
    value: object = document.values
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return isinstance(value, Mapping)


def _dotted(path: tuple[str, ...]) -> str:
    return ".".join(path[1:])


def _told(flag: bool | None) -> str:
    return "absent" if flag is None else str(flag).lower()
