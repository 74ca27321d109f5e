"""What was found of a deployment: each resource once, by its id, wherever it was read; what a plan or a tape holds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from assurance.errors import TapeRefused, UsageError
from assurance.estate.resources.resource import name_of, resource_group_of, same_id, segments, subscription_of, type_of
from assurance.planning import ChangeKind, Plan, read_plan
from assurance.planning.changes import is_unknown
from assurance.planning.template import Target
from assurance.tape import Tape
from assurance.tape.reading import Reading
from assurance.tape.redaction import Redactor
from assurance.tape.strict_json import UnfitJson, parse

Values: TypeAlias = Mapping[str, Any]
"""A resource as JSON; `Any` because nothing is known of it before it is looked at."""


def at(values: object, *path: str) -> Any:  # noqa: ANN401  (a JSON value of any kind)
    """Return what stands at a path of JSON objects; None where there is nothing, or no object on the way."""
    for key in path:
        values = values.get(key) if isinstance(values, Mapping) else None
    return values


def text_at(values: object, *path: str) -> str:
    """Return the text at a path; empty where there is none."""
    value = at(values, *path)
    return value if isinstance(value, str) else ""


def objects_at(values: object, *path: str) -> tuple[Values, ...]:
    """Return the objects in the list at a path; empty where there is no list."""
    value = at(values, *path)
    return tuple(item for item in value if isinstance(item, Mapping)) if isinstance(value, list) else ()


@dataclass(frozen=True, slots=True)
class FoundResource:
    """One resource.

    Attributes:
        id: Its id, as Azure or the plan spells it.
        type: Its type in lower case, such as `microsoft.sql/servers`; made of its id.
        values: The resource as JSON.
    """

    id: str
    type: str
    values: Values

    @property
    def name(self) -> str:
        """Its name."""
        return name_of(self.id)

    @property
    def group(self) -> str:
        """Its resource group."""
        return resource_group_of(self.id)

    @property
    def subscription(self) -> str:
        """Its subscription."""
        return subscription_of(self.id)

    @property
    def label(self) -> str:
        """Its type and name, to say where a value comes from."""
        return f"{self.type.rpartition('/')[2]} {self.name}"

    def text(self, *path: str) -> str:
        """Return the text at a path; empty where there is none."""
        return text_at(self.values, *path)


@dataclass(frozen=True, slots=True)
class Found:
    """All that was found.

    Attributes:
        origin: Where it was found, in words for the file's first lines.
        subscription_id: The deployment's subscription.
        resource_group: Its resource group.
        resources: What was found, by folded id.
        salt: With what the values of environment variables are redacted; empty where they are not.
        refusals: What could not be read, and why.
    """

    origin: str
    subscription_id: str
    resource_group: str
    resources: Mapping[tuple[str, ...], FoundResource]
    salt: str = ""
    refusals: tuple[str, ...] = field(default=())

    def of_type(self, kind: str) -> tuple[FoundResource, ...]:
        """Return the resources of a type, by their names."""
        wanted = kind.casefold()
        return tuple(
            sorted(
                (resource for resource in self.resources.values() if resource.type == wanted),
                key=lambda resource: resource.id,
            )
        )

    def get(self, resource_id: str) -> FoundResource | None:
        """Return the resource of that id; None if it was not found."""
        return self.resources.get(segments(resource_id))

    def below(self, resource_id: str, kind: str) -> tuple[FoundResource, ...]:
        """Return what of a type stands directly below a resource."""
        above = segments(resource_id)
        return tuple(resource for resource in self.of_type(kind) if segments(resource.id)[: len(above)] == above)

    def is_here(self, one: FoundResource) -> bool:
        """Tell whether a resource stands in the deployment's own resource group."""
        home = f"/subscriptions/{self.subscription_id}/resourceGroups/{self.resource_group}"
        return same_id(home, "/".join(one.id.split("/")[:5]))


def gathered(pieces: Iterable[tuple[str, Values]]) -> dict[tuple[str, ...], FoundResource]:
    """Return each resource once: of several answers on one id, the properties of each, the later ones winning."""
    resources: dict[tuple[str, ...], FoundResource] = {}
    for resource_id, values in pieces:
        kind = type_of(resource_id)
        if not kind:
            continue
        key = segments(resource_id)
        before = resources[key].values if key in resources else {}
        merged = {**before, **values}
        if "properties" in before and not isinstance(values.get("properties"), Mapping):
            merged["properties"] = before["properties"]
        resources[key] = FoundResource(resource_id, kind, merged)
    return resources


HOME = re.compile(rb"/subscriptions/([0-9a-fA-F-]{36})/resourceGroups/([^/\"\s]+)")


def read_planned(path: Path, parameters: Path | None, subscription: str, group: str) -> Found:
    """Return what a deployment of this plan would come to.

    Args:
        path: The plan.
        parameters: The parameter file of a template, if it has one.
        subscription: Where it is deployed to; empty to take it of the first id in the plan.
        group: The resource group; likewise.

    Raises:
        UsageError: It cannot be read, is no plan, or does not say where it is deployed to.
    """
    content = _content(path)
    named = HOME.search(content)
    subscription = subscription or (named.group(1).decode() if named else "")
    group = group or (named.group(2).decode(errors="replace") if named else "")
    if not subscription or not group:
        raise UsageError(f"{path}: it does not say where it is deployed to; give --subscription and --resource-group")
    given = _content(parameters) if parameters is not None else b""
    salt = f"{subscription}/{group}"
    plan = read_plan(content, given, Target(subscription, group), str(path), Redactor(salt))
    resources = gathered(_planned_resources(plan))
    if not resources:
        raise UsageError(f"{path}: no resource in it has an id; there is nothing to declare")
    refusals = [*plan.unplaced, *(f"{change.id}: {change.reason}" for change in plan.changes if change.reason)]
    return Found(f"the {plan.form} {path.name}", subscription, group, resources, salt, tuple(refusals))


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: the file cannot be read: {error.strerror}") from error


def _planned_resources(plan: Plan) -> Iterator[tuple[str, Values]]:
    for change in plan.changes:
        values = change.after or (change.before if change.kind is not ChangeKind.DELETE else None)
        if values is not None and change.kind is not ChangeKind.DELETE:
            yield change.id, _known({**values, "id": change.id})


def _known(value: Any) -> Any:  # noqa: ANN401  (JSON values of any kind)
    """Return a planned value without what only Azure can compute."""
    if isinstance(value, Mapping):
        return {key: _known(item) for key, item in value.items() if not is_unknown(item)}
    if isinstance(value, (list, tuple)):
        return [_known(item) for item in value if not is_unknown(item)]
    return value


HIGHEST_SUCCESS = 299


def read_tape(directory: Path) -> tuple[Found, Tape]:
    """Return what a pack's or a bare tape holds.

    Raises:
        UsageError: There is no tape, it was cut or edited, or it holds no resource.
    """
    try:
        tape = Tape.open(directory)
    except TapeRefused as error:
        raise UsageError(f"--from-tape {directory}: {error}") from error
    header = tape.header
    resources = gathered(_recorded_resources(tape.readings()))
    if not resources:
        raise UsageError(
            f"--from-tape {directory}: no answer on it tells of a resource; give the tape of a run of the security "
            "or deployment checks"
        )
    origin = f"the tape of {header.started[:10]} of {header.origin}"
    salt = f"{header.subscription_id}/{header.environment}"
    return Found(origin, header.subscription_id, header.resource_group, resources, salt), tape


def _recorded_resources(readings: list[Reading]) -> Iterator[tuple[str, Values]]:
    # Lists first, so that what was asked for by itself has the last word.
    answers = [
        _answer(reading) for reading in readings if reading.kind == "http" and "/subscriptions/" in reading.question
    ]
    for answer in answers:
        yield from (piece for piece in elements(answer) if isinstance(answer.get("value"), list))
    for answer in answers:
        yield from (piece for piece in elements(answer) if not isinstance(answer.get("value"), list))


def elements(answer: Values) -> Iterator[tuple[str, Values]]:
    """Give the resources of an answer, by id: of a list each of them, else the answer itself."""
    listed = answer.get("value")
    for item in listed if isinstance(listed, list) else [answer]:
        if isinstance(item, dict) and isinstance(item.get("id"), str) and item["id"].startswith("/"):
            yield item["id"], item


def _answer(reading: Reading) -> Values:
    if reading.status is None or reading.status > HIGHEST_SUCCESS:
        return {}
    try:
        values = parse(reading.body)
    except UnfitJson:
        return {}
    return values if isinstance(values, dict) else {}
