"""Gives roles their access to a project, as the environment file says, and tells who could not be given it and why."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from assurance.apex.client import Exchange, Flow
from assurance.apex.client.api import is_shown
from assurance.apex.client.exchange import all_readings
from assurance.apex.client.sign_in import UserIds, known_id
from assurance.environment.application import Role
from assurance.environment.application_tables import PLACEHOLDERS
from assurance.errors import NotEvaluated
from assurance.tape import Reading, sha256, utc_now
from assurance.world.http.attempts import SUCCESSES

MAX_OUTPUT_CHARACTERS = 4000


def run_command(flow: Flow, project_id: str, role: str, values: Mapping[str, str]) -> Reading:
    """Run the command for one role on one project, once a run, and return what came of it.

    The reading's `status` is the exit status, its `failure` says why the command could not be run, and its body is a
    JSON object with `output`: what it wrote, redacted and cut.

    Args:
        flow: Whose project it is.
        project_id: The project.
        role: The role.
        values: What stands for each of the placeholders.
    """
    application = flow.application
    key = application.tape.key("APEX", "command", flow.name, project_id, role)
    return application.tape.obtain(key, lambda: _run(flow, key, role, values))


def _run(flow: Flow, key: str, role: str, values: Mapping[str, str]) -> Reading:
    access = flow.application.declared.access
    arguments = [_filled(part, values) for part in access.command]
    started, clock = utc_now(), time.monotonic()
    status, output, failure = _ended(arguments, access.command_seconds)
    redactor = flow.application.redactor
    body = json.dumps({"output": redactor.text(output)[:MAX_OUTPUT_CHARACTERS]}, ensure_ascii=False).encode()
    return Reading(
        key=key,
        kind="command",
        question=redactor.text(f"access.command for the role {role}: {' '.join(access.command)}"),
        started=started,
        elapsed_milliseconds=round((time.monotonic() - clock) * 1000),
        status=status,
        failure=redactor.text(failure),
        sha256=sha256(body),
        body=body,
    )


def _filled(part: str, values: Mapping[str, str]) -> str:
    for placeholder in PLACEHOLDERS:
        part = part.replace(placeholder, values[placeholder])
    return part


def _ended(arguments: list[str], most_seconds: float) -> tuple[int | None, str, str]:
    """Run a command to its end, and return its exit status, its output, and why there is none."""
    try:
        process = subprocess.Popen(  # noqa: S603  (the operator's own command, without a shell)
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        return None, "", f"The command {arguments[0]!r} cannot be run: {error.strerror}"
    try:
        output, _ = process.communicate(timeout=most_seconds)
    except subprocess.TimeoutExpired:
        # Whatever it has started itself holds the pipe, too.
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        return None, output.decode("utf-8", "replace"), f"The command did not end within {most_seconds:g} seconds"
    return process.returncode, output.decode("utf-8", "replace"), ""


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
        is_refused_grant: Whether it is that the manager was refused to grant.
    """

    reason: str
    remedy: str
    readings: tuple[str, ...]
    is_refused_grant: bool = False

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


def give_access(
    flow: Flow,
    user_ids: UserIds,
    project_id: str,
    *,
    roles: Collection[Role] = (MANAGER, AUDITOR),
    waiting: bool = True,
) -> Lacks:
    """Give manager and auditor their access to a new project, and return who lacks it.

    Args:
        flow: Whose project it is.
        user_ids: By which ids APEX knows people.
        project_id: The project.
        roles: For whom the operator's command is run, where one gives access.
        waiting: Whether to wait until who was granted access sees the project.
    """
    if flow.application.declared.access.how == "command":
        lack_by_role = {role: _by_command(flow, user_ids.of, project_id, role) for role in roles}
        return {role: lack for role, lack in lack_by_role.items() if lack is not None}
    return _by_grant(flow, user_ids, project_id, waiting=waiting)


def admit(flow: Flow, user_ids: UserIds, project_id: str) -> None:
    """Give the manager access to a new project, where the operator's command does that.

    Raises:
        NotEvaluated: It did not.
    """
    if flow.application.declared.access.how == "command":
        lack = _by_command(flow, user_ids.of, project_id, MANAGER)
        if lack is not None:
            raise lack.not_evaluated()


def demand_access(flow: Flow, project_id: str) -> None:
    """Go on only if the manager, who was refused something, sees the project at all.

    Raises:
        NotEvaluated: It does not, so that the refusal is about its access.
    """
    shown = flow.read_project(project_id, MANAGER)
    if shown.status in {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}:
        raise NotEvaluated(
            f"The manager has no access to a project that the estimator creates: {shown.cause}.",
            INSTEAD,
            shown.readings,
        )


def look_for_access(flow: Flow, project_id: str) -> Lacks:
    """Return who lacks access to a project on which an operator has granted it."""
    lacks = {}
    for role in (MANAGER, AUDITOR):
        shown = flow.read_project(project_id, role)
        if shown.status != HTTPStatus.OK:
            reason = f"The role {role} has no access to project {project_id}: {shown.cause}."
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
    reason = f"The manager cannot grant access to a new project: {granted.cause}."
    lacks = {}
    for role in (MANAGER, AUDITOR):
        shown = flow.read_project(project_id, role)
        if shown.status != HTTPStatus.OK:
            lacks[role] = Lack(reason, INSTEAD, all_readings((granted, shown)), is_refused_grant=True)
    return lacks


def admit_manager(flow: Flow, project_id: str) -> str:
    """Have the operator's command make the manager that of a project, to archive it; return why it is not, or nothing.

    Nothing is written to find out an id: it is declared, was told before, or is that of the directory.
    """
    if flow.application.declared.access.how != "command":
        return "an operator must archive it, or let the manager in"
    lack = _by_command(flow, lambda role: known_id(flow.application, role), project_id, MANAGER)
    return lack.reason if lack is not None else ""


def _by_command(flow: Flow, user_id_of: Callable[[Role], str], project_id: str, role: Role) -> Lack | None:
    command = flow.application.declared.access.command
    identity = flow.application.declared.identities.of(role)
    try:
        user_id = user_id_of(role) if any("{user_id}" in part for part in command) else ""
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
        said = ran.failure or f"it ended with {ran.status}, and said: {_output(ran)}"
        return Lack(f"access.command gave the role {role} no access: {said}.", "Correct the command.", (ran.key,))
    shown = seen(flow, project_id, role)
    if shown.status == HTTPStatus.OK:
        return None
    reason = f"access.command ended well for the role {role}, who cannot read the project all the same: {shown.cause}."
    return Lack(reason, "Let the command grant the role to the id that APEX knows.", (ran.key, *shown.readings))


def seen(flow: Flow, project_id: str, role: Role) -> Exchange:
    """Return the project as a role sees it that was just given access, once it does, or the bound is reached."""
    return flow.read_project(project_id, role, until=is_shown)


def _output(ran: Reading) -> str:
    return str(json.loads(ran.body)["output"]).strip()[:MAX_SAID_CHARACTERS] or "nothing"
