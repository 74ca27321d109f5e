"""Gives roles their access to a project, as the environment file says, and tells who could not be given it and why."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from assurance.apex.access.command import run_command
from assurance.apex.access.user_ids import UserIds
from assurance.apex.client import Exchange, Flow
from assurance.apex.client.api import GRANT_ACCESS, is_shown
from assurance.apex.client.exchange import all_readings
from assurance.environment.application import Role
from assurance.errors import NotEvaluated
from assurance.tape import Reading
from assurance.world.http.statuses import SUCCESSES

MANAGER: Role = "manager"
AUDITOR: Role = "auditor"
MAX_SAID_CHARACTERS = 300
INSTEAD = (
    'Where nobody can become the manager of a new project, let an operator do it: application.access.how = "pool", '
    'projects on which the roles are granted once, or "command", run for each project.'
)


@dataclass(frozen=True, slots=True)
class Lack:
    """Why a role has no access that it should have.

    Attributes:
        reason: In one sentence, the same for all that it concerns.
        remedy: What to do about it.
        readings: Keys of the readings that show it.
    """

    reason: str
    remedy: str
    readings: tuple[str, ...]

    def not_evaluated(self) -> NotEvaluated:
        """Return the error for whatever needs that access."""
        return NotEvaluated(self.reason, self.remedy, self.readings)


Lacks = Mapping[Role, Lack]


def role_id(flow: Flow, role: Role) -> int:
    """Return the number by which APEX knows the role of a manager, an auditor, or anybody else: an estimator."""
    access = flow.application.declared.access
    return {MANAGER: access.manager_role_id, AUDITOR: access.auditor_role_id}.get(role, access.estimator_role_id)


def grant(flow: Flow, user_ids: UserIds, project_id: str, whom: Role, as_role_id: int, caller: str) -> Exchange:
    """Grant somebody a role on a project.

    Raises:
        NotEvaluated: Nobody knows the id of whom it is granted.
    """
    body = {"user_id": user_ids.of(whom), "role_id": as_role_id}
    return flow.grant_access(project_id, body, caller)


def give_access(flow: Flow, user_ids: UserIds, project_id: str, *, waiting: bool = True) -> Lacks:
    """Give manager and auditor their access to a new project, and return who lacks it.

    Args:
        flow: Whose project it is.
        user_ids: By which ids APEX knows people.
        project_id: The project.
        waiting: Whether to wait until who was granted access sees the project.
    """
    if flow.application.declared.access.how == "command":
        found = {role: _by_command(flow, user_ids, project_id, role) for role in (MANAGER, AUDITOR)}
        return {role: lack for role, lack in found.items() if lack is not None}
    return _by_grant(flow, user_ids, project_id, waiting=waiting)


def look_for_access(flow: Flow, project_id: str) -> Lacks:
    """Return who lacks access to a project on which an operator has granted it."""
    lacks = {}
    for role in (MANAGER, AUDITOR):
        shown = flow.read_project(project_id, role)
        if shown.status != HTTPStatus.OK:
            reason = f"The role {role} has no access to project {project_id}: {shown.called} {shown.outcome}."
            lacks[role] = Lack(reason, f"Grant it the role {role} there, once.", shown.readings)
    return lacks


def _by_grant(flow: Flow, user_ids: UserIds, project_id: str, *, waiting: bool) -> Lacks:
    try:
        granted = grant(flow, user_ids, project_id, AUDITOR, role_id(flow, AUDITOR), MANAGER)
    except NotEvaluated as error:
        shown = flow.read_project(project_id, AUDITOR)
        if shown.status == HTTPStatus.OK:
            return {}  # who has a role on all projects needs no grant
        return {AUDITOR: Lack(error.reason, error.remedy, error.readings)}
    if granted.status in SUCCESSES:
        if waiting:
            seen(flow, project_id, AUDITOR)
        return {}
    # Whoever has a role on all projects needs no grant.
    reason = f"The manager cannot grant access to a new project: {GRANT_ACCESS} {_answer(granted)}."
    lacks = {}
    for role in (MANAGER, AUDITOR):
        shown = flow.read_project(project_id, role)
        if shown.status != HTTPStatus.OK:
            lacks[role] = Lack(reason, INSTEAD, all_readings((granted, shown)))
    return lacks


def _answer(answer: Exchange) -> str:
    """Return an answer in words that are the same each time it is given: without the id of the request."""
    return f"answers {answer.status} {answer.content[:200].decode('utf-8', 'replace')}".rstrip()


def _by_command(flow: Flow, user_ids: UserIds, project_id: str, role: Role) -> Lack | None:
    command = flow.application.declared.access.command
    identity = flow.application.declared.identities.of(role)
    try:
        user_id = user_ids.of(role) if any("{user_id}" in part for part in command) else ""
    except NotEvaluated as error:
        return Lack(error.reason, error.remedy, error.readings)
    values = {
        "{project_id}": project_id,
        "{role}": role,
        "{role_id}": str(role_id(flow, role)),
        "{user_id}": user_id,
        "{object_id}": (identity.object_id or "") if identity is not None else "",
    }
    ran = run_command(flow, project_id, role, values)
    if ran.failure or ran.status != 0:
        told = ran.failure or f"it ended with {ran.status}, and said: {_output(ran)}"
        return Lack(f"access.command gave the role {role} no access: {told}.", "Correct the command.", (ran.key,))
    shown = seen(flow, project_id, role)
    if shown.status == HTTPStatus.OK:
        return None
    reason = (
        f"access.command ended well for the role {role}, who cannot read the project all the same: {shown.outcome}."
    )
    return Lack(reason, "Let the command grant the role to the id that APEX knows.", (ran.key, *shown.readings))


def seen(flow: Flow, project_id: str, role: Role) -> Exchange:
    """Return the project as a role sees it that was just given access, once it does, or the bound is reached."""
    return flow.read_project(project_id, role, until=is_shown)


def _output(ran: Reading) -> str:
    return str(json.loads(ran.body)["output"]).strip()[:MAX_SAID_CHARACTERS] or "nothing"
