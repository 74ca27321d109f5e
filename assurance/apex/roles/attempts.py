"""How each operation of the role matrix is attempted, and how it shows whether it took effect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

from assurance.apex.access import seen
from assurance.apex.client import Exchange
from assurance.apex.client.api import (
    EXPORT_ESTIMATE,
    LIST_DOCUMENTS,
    LIST_ESTIMATES,
    READ_DOCUMENT,
    READ_ESTIMATE,
    READ_JOB,
    READ_PROJECT,
    Route,
)
from assurance.apex.client.question import new_project
from assurance.apex.estimation.answers import entries, is_there, unseen
from assurance.apex.estimation.sample_documents import paper
from assurance.apex.estimation.script import follow, generation, send_document
from assurance.apex.roles.scene import MANAGER, Scene, Target
from assurance.world.http.attempts import SUCCESSES

READER = "estimator"
MAX_PAGES = 50
PROJECT_NAME = "Assurance of roles"
STATUS, OTHER_STATUS = "validating", "validated"


@dataclass(frozen=True, slots=True)
class State:
    """What can be seen of an operation's effect at one moment.

    Attributes:
        value: What is seen, in words; it differs after the effect from before.
        exchanges: The answers that it was seen in.
        ids: The ids of the objects that are seen, where each time that the operation is allowed adds one; None where
            nothing is added.
    """

    value: str
    exchanges: tuple[Exchange, ...]
    ids: frozenset[str] | None = None


Attempt = Callable[[Scene, Target, str], tuple[Exchange, ...]]
Look = Callable[[Scene, Target, float], State]
"""Sees the state of a target, so many seconds from now."""


@dataclass(frozen=True, slots=True)
class Script:
    """How one row is tried.

    Attributes:
        prepare: Makes what the operation acts upon, on the project that it is given.
        attempt: Tries the operation, and returns its answer first; what follows it belongs to carrying it out.
        look: Sees whether it took effect, as a role that may look. None for an operation that only reads.
        renews: Whether each who is allowed needs a target of its own.
        restore: Undoes on a standing project what was done to it.
        spends: Whether it uses a project up, so that a standing one is not tried on.
        starts_job: Whether its effect comes only when a job has ended.
    """

    prepare: Callable[[Scene, Target], Target]
    attempt: Attempt
    look: Look | None = None
    renews: bool = False
    restore: Callable[[Scene, Target, State], None] | None = None
    spends: bool = False
    starts_job: bool = False


def _reads(route: Route) -> Script:
    """Return the script of an operation that reads something of the stage."""

    def attempt(scene: Scene, target: Target, caller: str) -> tuple[Exchange, ...]:
        return (scene.flow.call("GET", route.path(**target.ids), caller),)

    needs_more = route is not READ_PROJECT
    return Script(lambda scene, _: scene.stage() if needs_more else scene.ground().target, attempt)


def _as_it_is(_: Scene, target: Target) -> Target:
    return target


def _lists_projects(scene: Scene, _: Target, caller: str) -> tuple[Exchange, ...]:
    """Read the list of projects to its end, for what is hidden must be on no page."""
    pages: list[Exchange] = []
    while len(pages) < MAX_PAGES:
        pages.append(scene.flow.list_projects(caller, page=len(pages) + 1, page_size=100))
        if pages[-1].status != HTTPStatus.OK or pages[-1].document.flag("has_next") is not True or caller != "outsider":
            break
    return tuple(pages)


def creates_project(scene: Scene, target: Target, caller: str) -> tuple[Exchange, ...]:
    """Try to create a project of the target's number."""
    return (scene.flow.create_project(new_project(target.number, PROJECT_NAME), caller),)


def number_is_taken(scene: Scene, target: Target, pause_seconds: float) -> State:
    """See whether a number is taken: a project of that number can be created once, so it is tried after the attempt."""
    probe = scene.flow.create_project(new_project(target.number, PROJECT_NAME), READER, pause_seconds=pause_seconds)
    free = probe.status in SUCCESSES and bool(probe.document.id)
    return State("not there" if free else f"its number is taken ({probe.status})", (probe,))


def _updates_project(scene: Scene, target: Target, caller: str) -> tuple[Exchange, ...]:
    body = {"project_name": f"Renamed by {caller} in {target.number}"}
    return (scene.flow.update_project(target.project_id, body, caller),)


def _updates_status(scene: Scene, target: Target, caller: str) -> tuple[Exchange, ...]:
    other = OTHER_STATUS if scene.is_validating else STATUS
    return (scene.flow.update_project(target.project_id, {"status": other}, caller),)


def _archives_project(scene: Scene, target: Target, caller: str) -> tuple[Exchange, ...]:
    return (scene.flow.archive_project(target.project_id, caller),)


def _project(scene: Scene, target: Target, pause_seconds: float) -> State:
    """See a project's name and status."""
    shown = scene.flow.read_project(target.project_id, READER, pause_seconds=pause_seconds)
    if not is_there(shown):
        raise unseen(shown)
    return _described(shown)


def _project_or_nothing(scene: Scene, target: Target, pause_seconds: float) -> State:
    """See whether a project is there, and its name and status; what is archived may be gone."""
    shown = scene.flow.read_project(target.project_id, READER, pause_seconds=pause_seconds)
    return _described(shown) if is_there(shown) else State("not there", (shown,))


def _described(shown: Exchange) -> State:
    document = shown.document
    return State(f"{document.required_text('project_name')}, {document.required_text('status')}", (shown,))


def _grants_access(scene: Scene, target: Target, caller: str) -> tuple[Exchange, ...]:
    return (scene.grant(target.project_id, scene.grantee, scene.access.auditor_role_id, caller),)


def _revokes_access(scene: Scene, target: Target, caller: str) -> tuple[Exchange, ...]:
    body = {"user_id": scene.user_ids.of(scene.grantee), "role_id": scene.access.auditor_role_id}
    return (scene.flow.revoke_access(target.project_id, body, caller),)


def _grantee_reads(scene: Scene, target: Target, pause_seconds: float) -> State:
    """See whether the one whose access is granted and revoked can read the project."""
    shown = scene.flow.read_project(target.project_id, scene.grantee, pause_seconds=pause_seconds)
    reads = shown.status != HTTPStatus.FORBIDDEN and is_there(shown)
    return State(f"{scene.grantee} {'reads' if reads else 'does not read'} the project", (shown,))


def _uploads_document(scene: Scene, target: Target, caller: str) -> tuple[Exchange, ...]:
    return (send_document(scene.flow, target.project_id, paper("scope", f"{target.number}-{caller}"), caller),)


def _documents(scene: Scene, target: Target, pause_seconds: float) -> State:
    """See which documents a project has."""
    return _listed(scene.flow.list_documents(target.project_id, READER, pause_seconds=pause_seconds), "documents")


def _listed(listing: Exchange, what: str) -> State:
    ids = frozenset(entry.text("id") or "" for entry in entries(listing))
    return State(f"{len(ids)} {what}", (listing,), ids)


def _validates_document(scene: Scene, target: Target, caller: str) -> tuple[Exchange, ...]:
    asked = scene.flow.validate_document(target.document_id, caller)
    return _with_its_job(scene, asked, caller)


def _with_its_job(scene: Scene, asked: Exchange, caller: str) -> tuple[Exchange, ...]:
    """Wait for a job, and return the request with the job as whoever started it sees it at the end.

    What the job comes to is not the role's affair: that it is there, for whoever asked for it, is.
    """
    work = follow(scene.flow, asked, caller)
    return (asked, scene.flow.read_job(work.job.id, caller)) if work.job.states else (asked,)


def _validation(scene: Scene, target: Target, pause_seconds: float) -> State:
    """See how far a document is validated."""
    shown = scene.flow.read_document(target.document_id, READER, pause_seconds=pause_seconds)
    if not is_there(shown):
        raise unseen(shown)
    return State(f"validation_status {shown.document.required_text('validation_status')}", (shown,))


def _deletes_document(scene: Scene, target: Target, caller: str) -> tuple[Exchange, ...]:
    return (scene.flow.delete_document(target.document_id, caller),)


def _document(scene: Scene, target: Target, pause_seconds: float) -> State:
    """See whether a document is there."""
    shown = scene.flow.read_document(target.document_id, READER, pause_seconds=pause_seconds)
    return State("there" if is_there(shown) else "not there", (shown,))


def _generates_estimate(scene: Scene, target: Target, caller: str) -> tuple[Exchange, ...]:
    inputs = scene.estimates
    body = generation(target.project_id, inputs, inputs.confidence_levels[0])
    asked = scene.flow.generate_estimate(body, caller)
    return _with_its_job(scene, asked, caller)


def _estimates(scene: Scene, target: Target, pause_seconds: float) -> State:
    """See which estimates a project has."""
    return _listed(scene.flow.list_estimates(target.project_id, READER, pause_seconds=pause_seconds), "estimates")


def _health(which: Literal["live", "ready"]) -> Script:
    def attempt(scene: Scene, _: Target, caller: str) -> tuple[Exchange, ...]:
        declared = scene.flow.application.declared
        path = declared.live_path if which == "live" else declared.ready_path
        return (scene.flow.application.get_at_root(path, caller),)

    return Script(lambda *_: Target(), attempt)


def _with_grantee(scene: Scene, target: Target) -> Target:
    """Let there be somebody's access to revoke, where the manager can grant it.

    Raises:
        NotEvaluated: It was granted and does not show, so that nothing would be seen of its end.
    """
    if not scene.is_standing and MANAGER not in scene.lacks:
        granted = scene.grant(target.project_id, scene.grantee, scene.access.auditor_role_id, MANAGER)
        if granted.status in SUCCESSES:
            scene.must(seen(scene.flow, target.project_id, scene.grantee), "reading a project that was granted")
    return target


def _without_grantee(scene: Scene, target: Target) -> Target:
    """Let nobody have the access that is to be granted, which an earlier run may have left on a standing project."""
    if scene.access.how == "pool" and MANAGER not in scene.lacks:
        _revokes_access(scene, target, MANAGER)
    return target


def _with_document(scene: Scene, target: Target) -> Target:
    return scene.with_document(target)


def _put_back(scene: Scene, target: Target, before: State) -> None:
    """Give a project its name and status back."""
    name, _, status = before.value.rpartition(", ")
    if name:
        body = {"project_name": name, "status": status}
        scene.flow.update_project(target.project_id, body, MANAGER)


def _take_back(scene: Scene, target: Target, _: State) -> None:
    """Revoke what was granted."""
    _revokes_access(scene, target, MANAGER)


SCRIPTS: Mapping[str, Script] = {
    "lists-projects": Script(lambda scene, _: scene.ground().target, _lists_projects),
    "reads-project": _reads(READ_PROJECT),
    "creates-project": Script(_as_it_is, creates_project, number_is_taken, renews=True),
    "updates-project": Script(_as_it_is, _updates_project, _project, restore=_put_back),
    "updates-status": Script(_as_it_is, _updates_status, _project, restore=_put_back),
    "archives-project": Script(
        _as_it_is, _archives_project, _project_or_nothing, renews=True, restore=_put_back, spends=True
    ),
    "grants-access": Script(_without_grantee, _grants_access, _grantee_reads, restore=_take_back),
    "revokes-access": Script(_with_grantee, _revokes_access, _grantee_reads, restore=_take_back),
    "lists-documents": _reads(LIST_DOCUMENTS),
    "reads-document": _reads(READ_DOCUMENT),
    "uploads-document": Script(_as_it_is, _uploads_document, _documents),
    "validates-document": Script(_with_document, _validates_document, _validation, renews=True),
    "deletes-document": Script(_with_document, _deletes_document, _document, renews=True),
    "lists-estimates": _reads(LIST_ESTIMATES),
    "reads-estimate": _reads(READ_ESTIMATE),
    "exports-estimate": _reads(EXPORT_ESTIMATE),
    "generates-estimate": Script(_as_it_is, _generates_estimate, _estimates, renews=True, starts_job=True),
    "reads-job": _reads(READ_JOB),
    "reads-liveness": _health("live"),
    "reads-readiness": _health("ready"),
}
"""How each row of the matrix is tried; the approval of estimates has none, for the API has no such operation."""
