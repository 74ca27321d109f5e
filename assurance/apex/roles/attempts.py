"""How each operation of the role matrix is attempted, and how it shows whether it took effect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from assurance.apex.client import Exchange
from assurance.apex.estimation.answers import OK, SUCCESSES, entries, id_in, is_there, unseen
from assurance.apex.estimation.sample_documents import paper
from assurance.apex.estimation.script import VOLTAGE_KV, follow, generation, send_document
from assurance.apex.roles.scene import MANAGER, Scene, Target

READER = "estimator"
MOST_PAGES = 50
FORBIDDEN = 403
STATUS = "validating"


@dataclass(frozen=True, slots=True)
class State:
    """What can be seen of an operation's effect at one moment.

    Attributes:
        value: What is seen, in words; it differs after the effect from before.
        exchanges: The answers that it was seen in.
        count: How many objects are seen, where each time that the operation is allowed adds one.
    """

    value: str
    exchanges: tuple[Exchange, ...]
    count: int | None = None


Attempt = Callable[[Scene, Target, str], tuple[Exchange, ...]]
Look = Callable[[Scene, Target, tuple[Exchange, ...]], State]


@dataclass(frozen=True, slots=True)
class Script:
    """How one row is tried.

    Attributes:
        prepare: Makes what the operation acts upon; `caller` is who will try it first.
        attempt: Tries the operation, and returns its answer first; what follows it belongs to carrying it out.
        look: Sees whether it took effect, as a role that may look; it is given the attempt's answers, none before the
            attempt. None for an operation that only reads.
        renew: When a new target is needed for the next caller.
    """

    prepare: Callable[[Scene, str], Target]
    attempt: Attempt
    look: Look | None = None
    renew: Literal["never", "when changed", "always"] = "never"


def _reads(path: str) -> Script:
    """Return the script of an operation that reads something of the stage."""

    def attempt(scene: Scene, target: Target, caller: str) -> tuple[Exchange, ...]:
        return (scene.flow.call("GET", path.format(**target.ids), caller),)

    return Script(lambda scene, _: scene.stage(), attempt)


def _lists_projects(scene: Scene, _: Target, caller: str) -> tuple[Exchange, ...]:
    """Read the list of projects to its end, for what is hidden must be on no page."""
    pages: list[Exchange] = []
    while len(pages) < MOST_PAGES:
        pages.append(scene.flow.call("GET", f"/projects?page={len(pages) + 1}&page_size=100", caller))
        if pages[-1].status != OK or pages[-1].document.flag("has_next") is not True or caller != "outsider":
            break
    return tuple(pages)


def _creates_project(scene: Scene, target: Target, caller: str) -> tuple[Exchange, ...]:
    body = {"project_number": target.number, "project_name": "Assurance of roles", "voltage_level": VOLTAGE_KV}
    return (scene.flow.call("POST", "/projects", caller, json=body),)


def _number_is_taken(scene: Scene, target: Target, attempted: tuple[Exchange, ...]) -> State:
    """See whether a number is taken: a project of that number can be created once, so it is tried after the attempt."""
    if not attempted:
        return State("not there", ())
    told = id_in(attempted[0])
    if told:
        shown = scene.flow.call("GET", f"/projects/{told}", attempted[0].caller, settling=True)
        return State("there" if is_there(shown) else "not there", (shown,))
    body = {"project_number": target.number, "project_name": "Assurance of roles", "voltage_level": VOLTAGE_KV}
    probe = scene.flow.call("POST", "/projects", READER, json=body)
    free = probe.status in SUCCESSES and bool(probe.document.id)
    return State("not there" if free else f"its number is taken ({probe.status})", (probe,))


def _updates_project(scene: Scene, target: Target, caller: str) -> tuple[Exchange, ...]:
    body = {"project_name": f"Renamed by {caller}"}
    return (scene.flow.call("PATCH", f"/projects/{target.project_id}", caller, json=body),)


def _updates_status(scene: Scene, target: Target, caller: str) -> tuple[Exchange, ...]:
    return (scene.flow.call("PATCH", f"/projects/{target.project_id}", caller, json={"status": STATUS}),)


def _archives_project(scene: Scene, target: Target, caller: str) -> tuple[Exchange, ...]:
    return (scene.flow.call("DELETE", f"/projects/{target.project_id}", caller),)


def _project(scene: Scene, target: Target, _: tuple[Exchange, ...]) -> State:
    """See a project's name and status."""
    shown = scene.flow.call("GET", f"/projects/{target.project_id}", READER)
    if not is_there(shown):
        raise unseen(shown)
    return _described(shown)


def _project_or_nothing(scene: Scene, target: Target, _: tuple[Exchange, ...]) -> State:
    """See whether a project is there, and its name and status; what is archived may be gone."""
    shown = scene.flow.call("GET", f"/projects/{target.project_id}", READER)
    return _described(shown) if is_there(shown) else State("not there", (shown,))


def _described(shown: Exchange) -> State:
    document = shown.document
    return State(f"{document.required_text('project_name')}, {document.required_text('status')}", (shown,))


def _grants_access(scene: Scene, target: Target, caller: str) -> tuple[Exchange, ...]:
    return (scene.grant(target.project_id, scene.grantee, scene.access.auditor_role_id, caller),)


def _revokes_access(scene: Scene, target: Target, caller: str) -> tuple[Exchange, ...]:
    body = {"user_id": scene.user_id(scene.grantee), "role_id": scene.access.auditor_role_id}
    return (scene.flow.call("DELETE", f"/projects/{target.project_id}/access", caller, json=body),)


def _grantee_reads(scene: Scene, target: Target, _: tuple[Exchange, ...]) -> State:
    """See whether the one whose access is granted and revoked can read the project."""
    shown = scene.flow.call("GET", f"/projects/{target.project_id}", scene.grantee)
    reads = shown.status != FORBIDDEN and is_there(shown)
    return State(f"{scene.grantee} {'reads' if reads else 'does not read'} the project", (shown,))


def _uploads_document(scene: Scene, target: Target, caller: str) -> tuple[Exchange, ...]:
    return (send_document(scene.flow, target.project_id, paper("scope", f"{target.number}-{caller}"), caller),)


def _documents(scene: Scene, target: Target, _: tuple[Exchange, ...]) -> State:
    """See which documents a project has."""
    listing = scene.flow.call("GET", f"/documents/projects/{target.project_id}/documents", READER)
    count = len(entries(listing))
    return State(f"{count} documents", (listing,), count)


def _validates_document(scene: Scene, target: Target, caller: str) -> tuple[Exchange, ...]:
    asked = scene.flow.call("POST", f"/documents/{target.document_id}/validate", caller)
    follow(scene.flow, asked, caller)
    return (asked,)


def _validation(scene: Scene, target: Target, _: tuple[Exchange, ...]) -> State:
    """See how far a document is validated."""
    shown = scene.flow.call("GET", f"/documents/{target.document_id}", READER)
    if not is_there(shown):
        raise unseen(shown)
    return State(f"validation_status {shown.document.required_text('validation_status')}", (shown,))


def _deletes_document(scene: Scene, target: Target, caller: str) -> tuple[Exchange, ...]:
    return (scene.flow.call("DELETE", f"/documents/{target.document_id}", caller),)


def _document(scene: Scene, target: Target, _: tuple[Exchange, ...]) -> State:
    """See whether a document is there."""
    shown = scene.flow.call("GET", f"/documents/{target.document_id}", READER)
    return State("there" if is_there(shown) else "not there", (shown,))


def _generates_estimate(scene: Scene, target: Target, caller: str) -> tuple[Exchange, ...]:
    inputs = scene.estimates
    body = generation(target.project_id, inputs, inputs.confidence_levels[0])
    asked = scene.flow.call("POST", "/estimates/generate", caller, json=body)
    follow(scene.flow, asked, caller)
    return (asked,)


def _estimates(scene: Scene, target: Target, _: tuple[Exchange, ...]) -> State:
    """See how many estimates a project has."""
    listing = scene.flow.call("GET", f"/estimates/projects/{target.project_id}/estimates", READER)
    count = len(entries(listing))
    return State(f"{count} estimates", (listing,), count)


def _health(which: Literal["live", "ready"]) -> Script:
    def attempt(scene: Scene, _: Target, caller: str) -> tuple[Exchange, ...]:
        declared = scene.flow.application.declared
        path = declared.live_path if which == "live" else declared.ready_path
        return (scene.flow.application.get_at_root(path, caller),)

    return Script(lambda *_: Target(), attempt)


def _made(scene: Scene, _: str) -> Target:
    return scene.project()


def _with_grantee(scene: Scene, _: str) -> Target:
    target = scene.project()
    scene.must(scene.grant(target.project_id, scene.grantee, scene.access.auditor_role_id, MANAGER), "granting access")
    return target


def _with_document(scene: Scene, _: str) -> Target:
    return scene.with_document(scene.project_of_row())


def _numbered(scene: Scene, caller: str) -> Target:
    return Target(number=scene.number(caller))


SCRIPTS: Mapping[str, Script] = {
    "lists-projects": Script(lambda scene, _: scene.stage(), _lists_projects),
    "reads-project": _reads("/projects/{project_id}"),
    "creates-project": Script(_numbered, _creates_project, _number_is_taken, "always"),
    "updates-project": Script(_made, _updates_project, _project, "when changed"),
    "updates-status": Script(_made, _updates_status, _project, "when changed"),
    "archives-project": Script(_made, _archives_project, _project_or_nothing, "when changed"),
    "grants-access": Script(_made, _grants_access, _grantee_reads, "when changed"),
    "revokes-access": Script(_with_grantee, _revokes_access, _grantee_reads, "when changed"),
    "lists-documents": _reads("/documents/projects/{project_id}/documents"),
    "reads-document": _reads("/documents/{document_id}"),
    "uploads-document": Script(_made, _uploads_document, _documents),
    "validates-document": Script(_with_document, _validates_document, _validation, "when changed"),
    "deletes-document": Script(_with_document, _deletes_document, _document, "when changed"),
    "lists-estimates": _reads("/estimates/projects/{project_id}/estimates"),
    "reads-estimate": _reads("/estimates/{estimate_id}"),
    "exports-estimate": _reads("/estimates/{estimate_id}/export?format=json"),
    "generates-estimate": Script(_made, _generates_estimate, _estimates),
    "reads-job": _reads("/jobs/{job_id}"),
    "reads-liveness": _health("live"),
    "reads-readiness": _health("ready"),
}
"""How each row of the matrix is tried; the approval of estimates has none, for the API has no such operation."""
