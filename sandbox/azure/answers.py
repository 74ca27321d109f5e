"""What Azure Resource Manager answers to a GET, as a function of the estate and the path."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from urllib.parse import quote, urlencode

from sandbox.azure import activity_log, authorization, catalogue
from sandbox.azure import errors as arm_errors
from sandbox.azure.azure_estate import AzureEstate, Resource
from sandbox.azure.catalogue import PRIVATE_DNS_RECORD_TYPES, RESOURCE_TYPES, UNPAGED
from sandbox.azure.resource_ids import ResourcePath, is_at_or_below, normalized
from sandbox.network.http_server import Request

_API_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(-[a-z]+(\.\d+)?)?", re.IGNORECASE)


def document(estate: AzureEstate, request: Request, *, page_size: int) -> Resource:
    """The body of a successful answer: a resource, or one page of a list.

    Args:
        estate: What exists.
        request: The request; its Host header is where nextLink points.
        page_size: How many items a page of a list holds.

    Raises:
        ArmError: Azure Resource Manager refuses the request.
    """
    path = ResourcePath.parse(normalized(request.path))
    _require_scope(estate, path)
    if catalogue.lists(path.scope) and not path.namespace:
        return _page(catalogue.resources_of_group(estate, path.scope), path, request, page_size)
    if not path.namespace:
        return _subscription_or_group(estate, path.scope)
    if activity_log.is_asked_for(path):
        return _page(activity_log.events(estate, request.query.get("$filter", "")), path, request, page_size)
    if not path.types:
        return _provider(path)
    _require_type(path, request.query["api-version"])
    if not path.is_collection:
        return _resource(estate, path)
    items = _items(estate, path, request.query.get("$filter", ""))
    if (path.namespace, path.types) == (activity_log.ALERTS, ("alerts",)):
        items = activity_log.not_older(items, request.query.get("timerange", ""))
    return _page(items, path, request, page_size)


def require_api_version(query: Mapping[str, str]) -> None:
    """Refuse a request without a well-formed api-version.

    Raises:
        ArmError: It is missing or no date.
    """
    version = query.get("api-version", "")
    if not version:
        raise arm_errors.missing_api_version()
    if not _API_VERSION.fullmatch(version):
        raise arm_errors.invalid_api_version(version)


def _require_scope(estate: AzureEstate, path: ResourcePath) -> None:
    subscription = f"/subscriptions/{path.subscription}"
    if path.subscription and subscription not in estate.resources:
        raise arm_errors.subscription_not_found(path.subscription)
    if path.resource_group and f"{subscription}/resourcegroups/{path.resource_group}" not in estate.resources:
        raise arm_errors.resource_group_not_found(path.resource_group)


def _require_type(path: ResourcePath, version: str) -> None:
    known = RESOURCE_TYPES.get(path.namespace)
    if known is None:
        raise arm_errors.invalid_namespace(path.namespace)
    if "/".join(path.types) not in known:
        raise arm_errors.invalid_type(path, version)


def _provider(path: ResourcePath) -> Resource:
    """A resource provider with its types, each with the api-versions that it answers in."""
    if path.namespace not in RESOURCE_TYPES:
        raise arm_errors.invalid_namespace(path.namespace)
    types = [
        {
            "resourceType": resource_type,
            "locations": [],
            "apiVersions": ["2025-01-01-preview", "2024-06-01", "2023-01-01"],
        }
        for resource_type in sorted(RESOURCE_TYPES[path.namespace])
    ]
    where = f"/subscriptions/{path.subscription}/providers/{path.namespace}"
    return {"id": where, "namespace": path.namespace, "registrationState": "Registered", "resourceTypes": types}


def _subscription_or_group(estate: AzureEstate, scope: str) -> Resource:
    if scope in estate.resources:
        return estate.resources[scope]
    depth = scope.count("/") + 1
    if scope.rpartition("/")[-1] in ("subscriptions", "resourcegroups"):
        resources = list(estate.resources.items())
        return {
            "value": [
                resource for key, resource in resources if key.startswith(f"{scope}/") and key.count("/") == depth
            ]
        }
    raise arm_errors.ArmError(HTTPStatus.NOT_FOUND, "NotFound", f"Nothing is known at '{scope}'.")


def _resource(estate: AzureEstate, path: ResourcePath) -> Resource:
    if path.namespace == "microsoft.authorization" and path.types[0] == authorization.ROLE_DEFINITIONS:
        resource = authorization.find_definition(estate, path)
    else:
        resource = _find(estate, f"{path.parent}{_own_segments(path)}")
    if resource is not None:
        return resource
    if len(path.types) > 1 and _is_missing(estate, path):
        raise arm_errors.parent_not_found(path.parent)
    raise arm_errors.resource_not_found(path)


def _own_segments(path: ResourcePath) -> str:
    provider = f"/providers/{path.namespace}" if len(path.types) == 1 else ""
    return f"{provider}/{path.types[-1]}/{path.names[-1]}"


def _find(estate: AzureEstate, key: str) -> Resource | None:
    """A resource of its own, or one that stands inline in its parent, as subnets do."""
    if key in estate.resources:
        return estate.resources[key]
    path = ResourcePath.parse(key)
    for item in _inline(estate, path):
        if normalized(item["id"]) == key:
            return item
    return None


def _is_missing(estate: AzureEstate, path: ResourcePath) -> bool:
    # A location is a segment of the path of a security alert, and no resource.
    return path.types[0] != "locations" and _find(estate, path.parent) is None


def _items(estate: AzureEstate, path: ResourcePath, filter_text: str) -> list[Resource]:
    if path.namespace == "microsoft.authorization":
        if path.types[0] == authorization.ROLE_DEFINITIONS:
            return authorization.list_definitions(estate, path, filter_text)
        if path.types[0] == authorization.PERMISSIONS:
            return authorization.permissions_of_caller(estate, path)
        return authorization.list_assignments(estate, path, filter_text)
    if len(path.types) > 1 and _is_missing(estate, path):
        raise arm_errors.parent_not_found(path.parent)
    provider = f"/providers/{path.namespace}/"  # a look that spares taking most keys apart
    candidates = [(key, resource) for key, resource in list(estate.resources.items()) if provider in key]
    own = [resource for key, resource in candidates if _belongs(ResourcePath.parse(key), path)]
    return [*own, *_inline(estate, path)]


def _belongs(candidate: ResourcePath, collection: ResourcePath) -> bool:
    if candidate.namespace != collection.namespace or candidate.is_collection:
        return False
    if collection.types == ("privatednszones", "all"):
        return candidate.parent == collection.parent and candidate.types[-1] in PRIVATE_DNS_RECORD_TYPES
    if collection.namespace == "microsoft.security" and collection.types == ("alerts",):
        return candidate.types == ("locations", "alerts") and is_at_or_below(candidate.scope, collection.scope)
    if candidate.types != collection.types or not is_at_or_below(candidate.scope, collection.scope):
        return False
    if len(collection.types) == 1:
        return True
    # Alerts of a location are listed for the whole subscription too, so only the names count, not the scope.
    return candidate.names[: len(collection.names)] == collection.names


def _inline(estate: AzureEstate, path: ResourcePath) -> Iterator[Resource]:
    parent = estate.resources.get(path.parent) if len(path.types) > 1 else None
    if parent is None:
        return
    for key, value in parent["properties"].items():
        if key.lower() == path.types[-1] and isinstance(value, list):
            yield from (item for item in value if isinstance(item, dict) and "id" in item)


def _page(items: list[Resource], path: ResourcePath, request: Request, page_size: int) -> Resource:
    kind = f"{path.namespace}/{'/'.join(path.types)}"
    size = len(items) if kind in UNPAGED else page_size
    start = _number(request.query, "$skiptoken", 0)
    size = min(size, _number(request.query, "$top", size)) if "$top" in request.query else size
    page: Resource = {"value": items[start : start + size]}
    if start + size < len(items):
        page["nextLink"] = _next_link(request, start + size)
    elif path.namespace == "microsoft.app":
        page["nextLink"] = None
    return page


def _next_link(request: Request, start: int) -> str:
    token = base64.urlsafe_b64encode(f"offset:{start}".encode()).decode()
    query = {**request.query, "$skiptoken": token}
    host = request.headers.get("Host", "management.azure.com")
    return f"https://{host}{quote(request.path)}?{urlencode(query)}"


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name)
    if text is None:
        return default
    try:
        if name == "$skiptoken":
            text = base64.urlsafe_b64decode(text).decode().removeprefix("offset:")
        number = int(text)
    except (ValueError, binascii.Error) as error:
        raise arm_errors.invalid_page_token() from error
    if number < 0:
        raise arm_errors.invalid_page_token()
    return number
