"""The planned estate: what Azure Resource Manager answers, with the planned resources laid over by id.

It stands in the seam to Azure: the readings stay what Azure said, and what is judged is what the plan makes of them. So
views and checks run unchanged.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

from assurance.errors import MissingReading, NotEvaluated
from assurance.estate.resources.resource import folded
from assurance.planning.changes import ChangeKind, Plan, PlannedChange, is_unknown
from assurance.planning.loading import ROLE_ASSIGNMENTS, grant_of
from assurance.planning.merging import Place, is_listed_at, kinds_listed, place_of, planned, principal_in
from assurance.tape import Reading

ABOVE_SUBSCRIPTIONS = ("/providers/microsoft.management/", "/providers/microsoft.authorization/")
LEFT_OUT = ("id", "name", "type", "location", "tags", "kind", "sku", "identity", "managedBy")
"""What the plain inventory of a resource group tells of each resource."""


class Overlay:
    """Lays a plan over answers; see `assurance.world.azure.transport.Lens`."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._changes = {folded(change.id): change for change in plan.changes if change.kind.changes_something}
        # Looked up for each item of each list: a plan may have hundreds of changes.
        self._by_type: dict[str, list[PlannedChange]] = defaultdict(list)
        self._below: dict[str, list[tuple[str, PlannedChange]]] = defaultdict(list)
        for own, change in self._changes.items():
            self._by_type[change.type].append(change)
            above, collection, _ = own.rsplit("/", 2)
            self._below[above].append((collection, change))

    def reading(self, url: str, obtain: Callable[[], Reading]) -> Reading:
        """Return the answer to a GET as it would be after the deployment.

        Args:
            url: What is asked for.
            obtain: Obtains the answer as it is.

        Raises:
            NotEvaluated: The plan does not tell what becomes of it.
            MissingReading: The tape lacks the answer, and the plan does not give all of it.
        """
        parts = urlsplit(url)
        place = place_of(parts.path)
        if place is None:
            return obtain()
        if self._is_gone(place.scope):
            return _answer(obtain(), HTTPStatus.NOT_FOUND, _absent(place.path))
        if not place.is_list:
            return self._one(place, obtain)
        return self._list(place, parts.query, obtain)

    def _is_gone(self, scope: str) -> bool:
        parts = scope.split("/")
        above = ("/".join(parts[:length]) for length in range(len(parts), 1, -1))
        return any(self._kind(change) is ChangeKind.DELETE for change in above)

    def _kind(self, key: str) -> ChangeKind | None:
        change = self._changes.get(key)
        return change.kind if change is not None else None

    def _one(self, place: Place, obtain: Callable[[], Reading]) -> Reading:
        change = self._changes.get(place.path)
        inner = self._inner(place.path)
        if change is None and not inner:
            return obtain()
        try:
            reading = obtain()
        except MissingReading:
            if change is None or change.kind is not ChangeKind.CREATE:
                raise
            reading = self._nothing(place)
        now = _body(reading) if reading.status == HTTPStatus.OK else None
        body: Mapping[str, Any] | None = now
        if change is not None:
            body = planned(self._told(change), now)
        if body is None:
            return reading
        return _answer(reading, HTTPStatus.OK, _with_inner(body, inner))

    def _list(self, place: Place, query: str, obtain: Callable[[], Reading]) -> Reading:
        wanted = principal_in(parse_qs(query).get("$filter", [""])[0]) if place.type == ROLE_ASSIGNMENTS else ""
        changes = self._listed(place)
        is_new = self._kind(place.scope) is ChangeKind.CREATE
        try:
            reading = obtain()
        except MissingReading:
            if not is_new:
                raise
            reading = self._nothing(place)
        if reading.status != HTTPStatus.OK and not (is_new and reading.status == HTTPStatus.NOT_FOUND):
            return reading
        body = _body(reading) if reading.status == HTTPStatus.OK else {"value": []}
        if not isinstance(body.get("value"), list):
            return reading
        return _answer(reading, HTTPStatus.OK, {**body, "value": self._members(body, changes, place, wanted)})

    def _listed(self, place: Place) -> list[PlannedChange]:
        if place.type == ROLE_ASSIGNMENTS:
            return self._assignments(place.scope)
        some = (change for kind in kinds_listed(place, self._by_type) for change in self._by_type[kind])
        return [
            change for change in some if is_listed_at(change.id, change.type, place, has_location=_has_location(change))
        ]

    def _members(
        self, body: Mapping[str, Any], mine: Sequence[PlannedChange], place: Place, principal: str
    ) -> list[Any]:
        by_id = {folded(change.id): change for change in mine}
        members = []
        seen = set()
        for item in body["value"]:
            key = folded(str(item.get("id", ""))) if isinstance(item, Mapping) else ""
            seen.add(key)
            if self._is_gone(key):
                continue
            change = by_id.get(key)
            inner = self._inner(key) if place.type else []
            laid = item if change is None else self._shown(change, item, place)
            members.append(_with_inner(laid, inner) if inner else laid)
        if not body.get("nextLink"):
            there = (
                {grant_of(str(member.get("id", "")), member) for member in members}
                if place.type == ROLE_ASSIGNMENTS
                else set()
            )
            new = (
                change
                for key, change in by_id.items()
                if key not in seen
                and change.kind is not ChangeKind.DELETE
                and grant_of(change.id, change.after) not in there - {None}
            )
            members += [self._shown(change, None, place) for change in new]
        return [member for member in members if not principal or _is_of(member, principal)]

    def _shown(self, change: PlannedChange, now: Mapping[str, Any] | None, place: Place) -> Mapping[str, Any]:
        whole = planned(self._told(change), now)
        return whole if place.type else {key: whole[key] for key in LEFT_OUT if key in whole}

    def _assignments(self, scope: str) -> list[PlannedChange]:
        """Return planned role assignments that a list at a scope holds: those at it, below it, and above it."""
        return [
            change
            for change in self._by_type.get(ROLE_ASSIGNMENTS, ())
            if folded(change.id).startswith((f"{scope}/", *ABOVE_SUBSCRIPTIONS)) or scope.startswith(_scope_of(change))
        ]

    def _inner(self, key: str) -> list[tuple[str, PlannedChange]]:
        """Return the planned resources that stand inline in a resource, as subnets do, by the list they stand in."""
        return self._below.get(key, []) if key else []

    def _told(self, change: PlannedChange) -> PlannedChange:
        if change.kind is ChangeKind.DELETE or change.after is not None:
            return change
        reason = change.reason or f"the plan says {change.kind}, and no more"
        raise NotEvaluated(
            f"The plan does not tell what becomes of {change.id}: {reason}.",
            "Make the plan with full resource payloads: az deployment group what-if "
            "--result-format FullResourcePayloads --no-pretty-print.",
            self.plan.readings,
        )

    def _nothing(self, place: Place) -> Reading:
        return Reading("", "http", f"GET {place.path}", self.plan.made, 0, status=HTTPStatus.NOT_FOUND)


def _has_location(change: PlannedChange) -> bool:
    body = change.after if change.after is not None else change.before
    return body is not None and "location" in body


def _scope_of(change: PlannedChange) -> str:
    return folded(change.id).rpartition("/providers/")[0] + "/"


def _is_of(assignment: object, principal: str) -> bool:
    properties = assignment.get("properties") if isinstance(assignment, Mapping) else None
    own = str(properties.get("principalId", "")) if isinstance(properties, Mapping) else ""
    # One that is known only after the deployment may be anybody.
    return own.casefold() == principal or not own or is_unknown(own)


def _with_inner(body: Mapping[str, Any], inner: Sequence[tuple[str, PlannedChange]]) -> Mapping[str, Any]:
    """Return a resource whose inline lists hold the planned resources that are declared on their own."""
    properties = dict(body.get("properties") or {})
    for collection, change in inner:
        name = next((key for key in properties if key.casefold() == collection), None)
        if name is None or not isinstance(properties[name], list):
            continue
        items = list(properties[name])
        place = next((at for at, item in enumerate(items) if folded(str(item.get("id"))) == folded(change.id)), None)
        now = items[place] if place is not None else None
        if change.kind is ChangeKind.DELETE:
            items = [item for item in items if item is not now]
        elif change.after is not None and place is not None:
            items[place] = planned(change, now)
        elif change.after is not None:
            items.append(planned(change, None))
        properties[name] = items
    return {**body, "properties": properties}


def _body(reading: Reading) -> Mapping[str, Any]:
    try:
        body = json.loads(reading.body or b"{}")
    except ValueError:
        return {}
    return body if isinstance(body, Mapping) else {}


def _answer(reading: Reading, status: HTTPStatus, body: Mapping[str, Any]) -> Reading:
    """Return the reading with another answer in it; its key stays, since that is what the judgement rests on."""
    headers = {**reading.headers, "content-type": "application/json"}
    return replace(reading, status=int(status), failure="", headers=headers, body=json.dumps(body).encode())


def _absent(path: str) -> Mapping[str, Any]:
    return {"error": {"code": "ResourceNotFound", "message": f"The plan deletes {path}."}}
