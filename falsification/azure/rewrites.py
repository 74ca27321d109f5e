"""What can be wrong with a body that Azure answers: each rewrite makes another one of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    pass


OTHER_SUBSCRIPTION = "33333333-3333-4333-8333-333333333333"
PAGE = "a-page-that-fails"
# Lists that Azure may well answer empty: an empty one is no fault, and so nothing to be found by.
MAY_BE_EMPTY = re.compile(
    r"/(firewallRules|ipv6FirewallRules|publicIPAddresses|denyAssignments|alerts|eventtypes/management/values)\?",
    re.IGNORECASE,
)


# A body of Azure's: JSON of any kind.
Body = dict[str, Any]


Rewrite = Callable[[Body, str], object | None]
"""What a body becomes, given the URL that it answers; None where the fault cannot befall such a body."""


def _empty_list(body: Body, url: str) -> object | None:
    """An empty list, where something must be in it."""
    return {"value": []} if body.get("value") and not MAY_BE_EMPTY.search(url) else None


def _null_list(body: Body, _: str) -> object | None:
    """A list that is null."""
    return {"value": None} if "value" in body else None


def _list_for_a_resource(body: Body, _: str) -> object | None:
    """A list, where one resource was asked for."""
    return None if "value" in body else {"value": [body]}


def _looping(body: Body, url: str) -> object | None:
    """A next page that is this page."""
    return {**body, "nextLink": url} if "value" in body else None


def _page_that_fails(body: Body, url: str) -> object | None:
    """A next page that fails."""
    return {**body, "nextLink": f"{url}&$skiptoken={PAGE}"} if "value" in body else None


def _page_elsewhere(body: Body, url: str) -> object | None:
    """A next page on another host, to which no token may go."""
    elsewhere = f"https://elsewhere.example{urlsplit(url).path}?api-version=2020-01-01"
    return {**body, "nextLink": elsewhere} if "value" in body else None


def _page_at_another_port(body: Body, url: str) -> object | None:
    """A next page at another port of the same host: another service may listen there."""
    parts = urlsplit(url)
    elsewhere = parts._replace(netloc=f"{parts.hostname}:8443").geturl()
    return {**body, "nextLink": f"{elsewhere}&$skiptoken={PAGE}"} if "value" in body else None


def _flattened(body: Body, _: str) -> object | None:
    """Another api-version: what stood in `properties` (or, in a vault, `attributes`) stands beside the id."""
    return _each(
        body, lambda document: {**_without(document, "properties", "attributes"), **(document.get("properties") or {})}
    )


def _capitalized(body: Body, _: str) -> object | None:
    """Another api-version: every key of a resource begins with a capital."""
    return _each(
        body, lambda document: {f"{key[:1].upper()}{key[1:]}": _capitals(value) for key, value in document.items()}
    )


def _other_envelope(body: Body, _: str) -> object | None:
    """Another api-version: the list stands under another key."""
    return {"items": body["value"]} if "value" in body else None


def _without_properties(body: Body, _: str) -> object | None:
    """Resources whose properties are null."""
    return _each(body, lambda document: {**document, "properties": None, "attributes": None})


def _of_another_resource(body: Body, url: str) -> object | None:
    """A body of the same kind, of a resource elsewhere: the same in all but its subscription."""
    if "vault" in urlsplit(url).netloc:
        renamed: Body = json.loads(json.dumps(body).replace("/secrets/", "/secrets/OTHER-"))
        return renamed
    subscription = re.search(r"/subscriptions/([^/]+)/", f"{url}/")
    text = json.dumps(body)
    if subscription is None or subscription.group(1) not in text:
        return None
    moved: Body = json.loads(text.replace(subscription.group(1), OTHER_SUBSCRIPTION))
    return moved


def _of_another_kind(body: Body, url: str) -> object | None:
    """The body of another kind of resource, whole and well-formed."""
    if "value" in body:
        return None
    group = re.match(r"https://[^/]+(/subscriptions/[^/]+)", url)
    above = group.group(1) if group else ""
    return {
        "id": f"{above}/providers/Microsoft.Other/things/x",
        "name": "x",
        "properties": {"provisioningState": "Succeeded"},
    }


def _name_twice(body: Body, _: str) -> object | None:
    """An object with a name twice, the second of which is right: which of them holds is open (RFC 8259, section 4)."""
    return f"{{{json.dumps(next(iter(body)))}: null, {json.dumps(body)[1:]}" if body else None


REWRITES: Mapping[str, Rewrite] = {
    "a-name-twice": _name_twice,
    "empty-list": _empty_list,
    "null-list": _null_list,
    "list-for-a-resource": _list_for_a_resource,
    "looping-next-link": _looping,
    "a-page-that-fails": _page_that_fails,
    "next-page-on-another-host": _page_elsewhere,
    "next-page-at-another-port": _page_at_another_port,
    "other-api-version-flattened": _flattened,
    "other-api-version-capitalized": _capitalized,
    "other-api-version-envelope": _other_envelope,
    "without-properties": _without_properties,
    "body-of-another-resource": _of_another_resource,
    "body-of-another-kind": _of_another_kind,
}


def _each(body: Body, change: Callable[[Body], Body]) -> object | None:
    """Return a body with its resource, or each of its resources, changed; None if there is none."""
    if "value" not in body:
        # What a registry describes has no id, and holds nothing under `properties`.
        return change(body) if "id" in body else None
    return {**body, "value": [change(item) for item in body["value"]]} if body["value"] else None


def _without(values: Body, *keys: str) -> Body:
    return {key: value for key, value in values.items() if key not in keys}


def _capitals(value: Any) -> Any:  # noqa: ANN401  (JSON of any kind)
    if isinstance(value, dict):
        return {f"{key[:1].upper()}{key[1:]}": _capitals(inner) for key, inner in value.items()}
    return [_capitals(inner) for inner in value] if isinstance(value, list) else value
