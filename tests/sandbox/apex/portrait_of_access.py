"""The portrait's first half: health, tokens, projects, roles."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx

from tests.sandbox.apex.calling import BASE, PREFIX
from tests.sandbox.apex.portrait import Painter, told

PEOPLE = ("estimator", "manager", "auditor", "outsider")


def paint_health(painter: Painter) -> None:
    """Liveness and readiness, with a token and without."""
    token = painter.caller.stand_in.issuer.token("estimator")
    live = painter.caller.send("GET", "/health/live", token)
    painter.see("health.live", (live.status_code, told(live, "status")))
    ready = painter.caller.send("GET", "/health/ready", token)
    painter.see("health.ready", (ready.status_code, told(ready, "status"), str(told(ready, "checks"))))
    painter.see("health.anonymous", painter.caller.send("GET", "/health/ready").status_code == 401)


def paint_tokens(painter: Painter) -> None:
    """What becomes of tokens that must be refused, of redirects, and of the request's id."""
    answers = {"none": painter.caller.send("GET", f"{PREFIX}/projects")}
    for name, token in painter.caller.bad_tokens.items():
        answers[name] = painter.caller.send("GET", f"{PREFIX}/projects", token)
    for name, answer in answers.items():
        painter.see(f"token.{name}", answer.status_code)
    refused = [answer for answer in answers.values() if answer.status_code == 401]
    painter.see("token.challenge", {answer.headers.get("www-authenticate") for answer in refused} or {"Bearer"})
    slash = painter.caller.send("GET", f"{PREFIX}/projects/")
    there, here = urlsplit(slash.headers["location"]), urlsplit(BASE)
    painter.see("redirect", (slash.status_code, there.scheme == here.scheme, there.netloc == here.netloc, there.path))
    painter.see("request-id", "x-request-id" in painter.caller.call("manager", "GET", "/projects").headers)


def paint_projects(painter: Painter) -> None:
    """Creating, reading and listing projects."""
    created = painter.caller.create("N-1")
    painter.see("project.create", created.status_code)
    painter.see("project.create.status", told(created, "status"))
    painter.see("project.create.creator", told(created, "created_by_id") == painter.caller.user_id("estimator"))
    stored = painter.truth(f"/projects/{told(created, 'id')}")
    painter.see("project.stored", stored.status_code)
    painter.see("project.stored.voltage", told(stored, "voltage_level"))
    ids = [painter.project() for _ in range(5)]
    painter.see("project.number-again", painter.caller.create("P-1").status_code)
    read = painter.caller.call("estimator", "GET", f"/projects/{ids[0]}")
    painter.see("project.read.id", told(read, "id") == ids[0])
    painter.see(
        "project.unknown", painter.caller.call("manager", "GET", f"/projects/{'0' * 8}{ids[0][8:]}").status_code
    )
    painter.project("other_estimator")
    pages = [painter.caller.call("estimator", "GET", f"/projects?page={page}&page_size=2").json() for page in (1, 2, 3)]
    painter.see("list.sizes", [len(page["items"]) <= 2 for page in pages])
    painter.see("list.total", pages[0]["total"] == len(_listed_to_estimator(painter)))
    painter.see("list.has-next", [page["has_next"] for page in pages[:2]])
    painter.see("list.has-previous", [page["has_prev"] for page in pages])
    painter.see("list.pages-differ", pages[0]["items"] != pages[1]["items"])
    whole = painter.caller.call("estimator", "GET", "/projects?page_size=100").json()["items"]
    painter.see("list.newest", [item["project_number"] == _newest(painter) for item in whole[:1]])
    painter.see("list.foreign", any(item["created_by_id"] != painter.caller.user_id("estimator") for item in whole))


def _listed_to_estimator(painter: Painter) -> list[object]:
    items: list[object] = painter.truth("/projects?page_size=100", "estimator").json()["items"]
    return items


def _newest(painter: Painter) -> str:
    number: str = painter.truth("/projects?page_size=1", "estimator").json()["items"][0]["project_number"]
    return number


def paint_roles(painter: Painter) -> None:
    """Every operation by every role: the answer, and whether it took effect."""
    for who in PEOPLE:
        _paint_role_on_project(painter, who)
        _paint_role_on_access(painter, who)
        _paint_role_on_documents(painter, who)
        _paint_role_on_estimates(painter, who)


def _status(answer: httpx.Response) -> int:
    return answer.status_code


def _paint_role_on_project(painter: Painter, who: str) -> None:
    caller, project_id = painter.caller, painter.project()
    before = painter.amount_of_projects()
    created = caller.create(f"R-{who}", who)
    painter.see(f"role.{who}.create", (_status(created), painter.amount_of_projects() - before))
    painter.see(f"role.{who}.read", _status(caller.call(who, "GET", f"/projects/{project_id}")))
    updated = caller.call(who, "PATCH", f"/projects/{project_id}", json={"status": "validated"})
    status = told(painter.truth(f"/projects/{project_id}"), "status")
    painter.see(f"role.{who}.update", (_status(updated), status))
    archived = caller.call(who, "DELETE", f"/projects/{project_id}")
    is_archived = told(painter.truth(f"/projects/{project_id}"), "status") == "archived"
    painter.see(f"role.{who}.archive", (_status(archived), is_archived))


def _paint_role_on_access(painter: Painter, who: str) -> None:
    caller, project_id = painter.caller, painter.project()
    grant = {"user_id": caller.user_id("other_estimator"), "role_id": 3}
    granted = caller.call(who, "POST", f"/projects/{project_id}/access", json=grant)
    reads = _status(painter.truth(f"/projects/{project_id}", "other_estimator"))
    with painter.honest():
        updated = caller.call("other_estimator", "PATCH", f"/projects/{project_id}", json={"status": "complete"})
    painter.see(f"role.{who}.grant", (_status(granted), reads))
    painter.see(f"role.{who}.grant.is-manager", _status(updated) == 200)
    with painter.honest():
        caller.call("manager", "POST", f"/projects/{project_id}/access", json=grant)
    revoked = caller.call(who, "DELETE", f"/projects/{project_id}/access", json={"user_id": grant["user_id"]})
    reads = _status(painter.truth(f"/projects/{project_id}", "other_estimator"))
    painter.see(f"role.{who}.revoke", (_status(revoked), reads))
    own = {"user_id": caller.user_id(who), "role_id": 2}
    painter.see(f"role.{who}.grant-self", _status(caller.call(who, "POST", f"/projects/{project_id}/access", json=own)))


def _paint_role_on_documents(painter: Painter, who: str) -> None:
    caller, project_id = painter.caller, painter.project()
    document_id = painter.document(project_id)
    painter.see(f"role.{who}.read-document", _status(caller.call(who, "GET", f"/documents/{document_id}")))
    listed = caller.call(who, "GET", f"/documents/projects/{project_id}/documents")
    painter.see(f"role.{who}.list-documents", _status(listed))
    validated = caller.call(who, "POST", f"/documents/{document_id}/validate")
    painter.see(f"role.{who}.validate", _status(validated))
    caller.stand_in.worker.drain()
    before = painter.documents_of(project_id)
    uploaded = caller.upload(project_id, "bid", who)
    painter.see(f"role.{who}.upload", (_status(uploaded), painter.documents_of(project_id) - before))
    deleted = caller.call(who, "DELETE", f"/documents/{document_id}")
    painter.see(f"role.{who}.delete-document", (_status(deleted), _status(painter.truth(f"/documents/{document_id}"))))


def _paint_role_on_estimates(painter: Painter, who: str) -> None:
    caller, project_id = painter.caller, painter.project()
    with painter.honest():
        announced = caller.generate(project_id)
        estimate_id = caller.finished(announced).json()["result_data"]["estimate_id"]
    painter.see(f"role.{who}.read-estimate", _status(caller.call(who, "GET", f"/estimates/{estimate_id}")))
    exported = caller.call(who, "GET", f"/estimates/{estimate_id}/export?format=json")
    painter.see(f"role.{who}.export", _status(exported))
    listed = caller.call(who, "GET", f"/estimates/projects/{project_id}/estimates")
    painter.see(f"role.{who}.list-estimates", _status(listed))
    painter.see(f"role.{who}.read-job", _status(caller.call(who, "GET", f"/jobs/{announced.json()['id']}")))
    generated = caller.generate(project_id, who)
    caller.stand_in.worker.drain()
    effect = None if _status(generated) == 202 else painter.estimates_of(project_id) - 1
    painter.see(f"role.{who}.generate", (_status(generated), effect))
