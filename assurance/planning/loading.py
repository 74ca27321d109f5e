"""Reads the plan that `--plan` names: found out by its content, refused with one error where it cannot be judged."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from assurance.estate.resources.resource import folded
from assurance.planning import template, terraform, what_if
from assurance.planning.changes import Plan, PlannedChange, PlanRefused, Values, is_unknown
from assurance.planning.template import Target
from assurance.tape.redaction import Redactor


def redacted(plan: Plan, redactor: Redactor) -> Plan:
    """Return a plan whose resources hold what the tape would keep of them."""
    changes = tuple(_change(change, redactor) for change in plan.changes)
    return replace(plan, changes=changes, unplaced=tuple(map(redactor.text, plan.unplaced)))


def kept(plan: Plan) -> bytes:
    """Return a plan as a file from which it is read again: in the form of a what-if result, and where it came from."""
    changes = [
        {"resourceId": change.id, "changeType": change.kind, "before": change.before, "after": change.after,
         "unsupportedReason": change.reason}
        for change in plan.changes
    ]  # fmt: skip
    document = {
        "status": "Succeeded",
        "form": plan.form,
        "made": plan.made,
        "changes": changes,
        "diagnostics": [{"message": message} for message in plan.unplaced],
    }
    return json.dumps(document, indent=1).encode()


def _change(change: PlannedChange, redactor: Redactor) -> PlannedChange:
    before, after = _resource(change.before, redactor), _resource(change.after, redactor)
    return replace(change, before=before, after=after, reason=redactor.text(change.reason))


def _resource(values: Values | None, redactor: Redactor) -> Values | None:
    if values is None:
        return None
    redacted: Any = json.loads(redactor.body(json.dumps(values).encode()))
    return redacted if isinstance(redacted, Mapping) else None


ROLE_ASSIGNMENTS = "microsoft.authorization/roleassignments"


def grant_of(resource_id: str, assignment: Mapping[str, Any] | None) -> tuple[str, str, str] | None:
    """Return where an assignment grants which role to whom; None where that is not told."""
    properties = (assignment or {}).get("properties")
    if not isinstance(properties, Mapping):
        return None
    principal, role = properties.get("principalId"), properties.get("roleDefinitionId")
    is_known = (
        isinstance(principal, str) and isinstance(role, str) and not is_unknown(principal) and not is_unknown(role)
    )
    if not is_known:
        return None
    scope = folded(resource_id).rpartition(f"/providers/{ROLE_ASSIGNMENTS}")[0]
    return scope, str(principal).casefold(), folded(str(role)).rpartition("/")[2]


EXPECTED = (
    "expected the result of `az deployment group what-if --no-pretty-print`, a compiled ARM template (`bicep build`), "
    "or what `terraform show -json PLAN` prints"
)


def read_plan(
    content: bytes,
    parameters: bytes,
    target: Target,
    where: str,
    redactor: Redactor,
    readings: tuple[str, ...] = (),
) -> Plan:
    """Return the plan that a file holds, without secrets.

    Args:
        content: The file.
        parameters: The parameter file of a template; empty for none.
        target: Where it is deployed to.
        where: What to call the file in messages.
        redactor: Takes secrets out, when what can be computed has been.
        readings: The keys of the readings that hold it.

    Raises:
        PlanRefused: It is of no known form, cut off, or of another subscription.
    """
    try:
        plan = _read(_object(content, where), parameters, target, where)
    except PlanRefused as error:
        raise PlanRefused(redactor.text(str(error))) from error
    _refuse_foreign(plan, target, where)
    return replace(redacted(plan, redactor), readings=readings)


def _read(document: Mapping[str, Any], parameters: bytes, target: Target, where: str) -> Plan:
    if terraform.is_terraform(document):
        return terraform.read_terraform(document, target.subscription_id, where)
    if template.is_template(document):
        given = _object(parameters, "--plan-parameters") if parameters else {}
        return template.read_template(document, given, target, where)
    if what_if.is_what_if(document):
        return what_if.read_what_if(document, where)
    raise PlanRefused(f"{where}: this is no plan; {EXPECTED}")


def refuse_older(plan_made: str, tape_started: str, where: str) -> None:
    """Refuse a plan that was made before the tape that it is to be laid over was begun.

    Args:
        plan_made: When the plan was made, by its own word or the file's time (UTC, ISO 8601); empty if it is not known.
        tape_started: When the replayed tape was begun.
        where: What to call the file in messages.

    Raises:
        PlanRefused: The plan is older: what it was made against may have been another deployment.
    """
    if plan_made and plan_made < tape_started:
        raise PlanRefused(
            f"{where}: the plan was made {plan_made}, before the tape that it is laid over ({tape_started}); "
            "make it anew"
        )


def _object(content: bytes, where: str) -> Mapping[str, Any]:
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise PlanRefused(f"{where}: this is no JSON ({error}); was it cut off? {EXPECTED}") from error
    if not isinstance(document, Mapping):
        raise PlanRefused(f"{where}: this is no JSON object; {EXPECTED}")
    return document


def _refuse_foreign(plan: Plan, target: Target, where: str) -> None:
    own = folded(f"/subscriptions/{target.subscription_id}")
    of_subscriptions = [change for change in plan.changes if folded(change.id).startswith("/subscriptions/")]
    if of_subscriptions and not any(f"{folded(change.id)}/".startswith(f"{own}/") for change in of_subscriptions):
        other = folded(of_subscriptions[0].id).split("/")[2]
        raise PlanRefused(
            f"{where}: the plan is for subscription {other}, and the environment's is {target.subscription_id}"
        )
