"""What a plan would make of a deployment: what-if results, compiled templates, Terraform plans."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from assurance.discovery.found import Found, Values, gathered
from assurance.errors import UsageError
from assurance.planning import ChangeKind, Plan, read_plan
from assurance.planning.template import Target
from assurance.planning.unknown import is_unknown
from assurance.tape.redaction import Redactor

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
    resources = gathered(_resources(plan))
    if not resources:
        raise UsageError(f"{path}: no resource in it has an id; there is nothing to declare")
    refusals = [*plan.unplaced, *(f"{one.id}: {one.reason}" for one in plan.changes if one.reason)]
    return Found(f"the {plan.form} {path.name}", subscription, group, resources, salt, tuple(refusals))


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: the file cannot be read: {error.strerror}") from error


def _resources(plan: Plan) -> Iterator[tuple[str, Values]]:
    for change in plan.changes:
        values = change.after or (change.before if change.kind is not ChangeKind.DELETE else None)
        if values is not None and change.kind is not ChangeKind.DELETE:
            yield change.id, _known({**values, "id": change.id})


def _known(value: Any) -> Any:  # noqa: ANN401  (JSON values of any kind)
    """Return a planned value without what only Azure can compute."""
    if isinstance(value, Mapping):
        return {key: _known(one) for key, one in value.items() if not is_unknown(one)}
    if isinstance(value, (list, tuple)):
        return [_known(one) for one in value if not is_unknown(one)]
    return value
